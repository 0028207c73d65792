"""Claims: an answer from an earlier connection is no answer, and the way to the safe state ends only when it must."""

from dataclasses import replace

import pytest
from rigs import T7, Rig

from spondyl.instrument import InstrumentError, NotSafeError, State
from spondyl.instrument.drivers import InProcessLink, WireInstrument
from spondyl.instrument.protocol import Frame, FrameReader, Kind, decode, encode
from spondyl.instrument.timeouts import REPLY, SAFE_STATE


class LateLink(InProcessLink):
    """Keeps a copy of every answer; says an old one again, and may lose what is sent, while the test wants it."""

    def __init__(self, rig: Rig) -> None:
        super().__init__(rig.wire, to_instrument=self.carried, to_host=self.kept)
        self.answers: list[Frame] = []
        self.lost: tuple[Kind, int] = (Kind.HELLO, 0)

    def carried(self, data: bytes) -> list[bytes]:
        _, frames = FrameReader().feed(data)
        kind, left = self.lost
        if left and any(frame.kind is kind for frame in frames):
            self.lost = (kind, left - 1)
            return []
        return [data]

    def kept(self, data: bytes) -> list[bytes]:
        self.answers += [decode(chunk) for chunk in data.split(b"\0") if chunk]
        return [data]

    def say_again(self, frame: Frame) -> None:
        self._inbox += encode(frame)


def late() -> tuple[Rig, LateLink]:
    rig = Rig()
    link = LateLink(rig)
    rig.instrument = WireInstrument(link)
    rig.interlock._instrument = rig.instrument
    rig.instrument.wait(20_000)
    rig.interlock.open()
    return rig, link


def next_number(rig: Rig) -> int:
    """What the next frame is numbered, by sending one."""
    number = next(rig.instrument._numbers)
    return number + 1


def test_the_safe_state_is_not_proved_by_an_answer_of_an_earlier_connection() -> None:
    rig, link = late()
    for _ in range(9):
        rig.instrument.status()
    safe = [one for one in link.answers if one.kind is Kind.STATUS]
    rig.interlock.open()
    rig.instrument.wait(20_000)
    rig.interlock.arm(T7)
    rig.instrument.wait(5_000)
    number = next_number(rig)
    link.say_again(next(one for one in safe if one.number == number))
    link.lost = (Kind.REACH, 1)
    assert rig.interlock.rest().state is State.SAFE
    assert rig.firmware.state is State.SAFE
    assert rig.firmware.bench.true_force_n == 0.0


def test_nor_is_a_refusal_of_an_earlier_connection_a_refusal() -> None:
    rig, link = late()
    number = next_number(rig)
    link.say_again(Frame(kind=Kind.REFUSED, epoch=rig.wire._epoch - 1, number=number, values={"code": 4}))
    assert rig.instrument.place(T7).segment == "T7"


def test_who_answered_before_is_not_who_answers_now() -> None:
    rig, link = late()
    before = next(one for one in link.answers if one.kind is Kind.IDENTITY)
    reopen = link.reopen

    def reopened() -> None:
        reopen()
        link.say_again(before)

    link.reopen = reopened
    rig.instrument.identify()
    assert rig.instrument._epoch == rig.wire._epoch == before.epoch + 1
    assert rig.instrument.status().state is State.SAFE


def other_host(rig: Rig) -> None:
    """Everything that this host says is of an old epoch from now on."""
    WireInstrument(InProcessLink(rig.wire)).identify()


def test_a_lost_hello_on_the_way_to_the_safe_state_is_said_again() -> None:
    rig, link = late()
    rig.interlock.arm(T7)
    other_host(rig)
    link.lost = (Kind.HELLO, 3)
    begun_us = rig.firmware.now_us
    assert rig.interlock.rest().state is State.SAFE
    assert 3 * REPLY.limit_us < rig.firmware.now_us - begun_us < SAFE_STATE.limit_us


@pytest.mark.parametrize("kind", [Kind.HELLO, Kind.REACH])
def test_one_that_cannot_be_proved_is_said_to_be_not_safe(kind: Kind) -> None:
    rig, link = late()
    other_host(rig)
    link.lost = (kind, 10**6)
    begun_us = rig.firmware.now_us
    with pytest.raises(NotSafeError):
        rig.interlock.rest()
    assert rig.firmware.now_us - begun_us >= SAFE_STATE.limit_us


def test_a_stopped_instrument_that_falls_silent_is_asked_again() -> None:
    rig, link = late()
    rig.interlock.stop()
    link.lost = (Kind.STATUS_ASK, 3)
    assert rig.interlock.rest().state is State.STOPPED


def test_an_instrument_of_no_version_is_said_so() -> None:
    rig, link = late()

    def of_version_0(data: bytes) -> list[bytes]:
        answer = decode(data[:-1])
        return [encode(replace(answer, values={**answer.values, "protocol": 0}))]

    link._to_host = of_version_0
    with pytest.raises(InstrumentError, match="does not speak version 1"):
        rig.instrument.identify()
