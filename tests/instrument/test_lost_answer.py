"""Claims: a pulse whose answer was lost stays charged, whoever uses the instrument meanwhile, unless it never came."""

import pytest
from rigs import GATE, SHAPE, Rig, interlock_over

from spondyl.instrument import Interlock, Limits, NoReplyError, Reason, Refusal
from spondyl.instrument.drivers import InProcessLink, WireInstrument
from spondyl.instrument.protocol import FrameReader, Kind


class CutLink(InProcessLink):
    """Goes dead with the first pulse: before it is heard, or before it is answered."""

    def __init__(self, rig: Rig, *, is_heard: bool) -> None:
        super().__init__(rig.wire)
        self.is_heard, self.is_dead = is_heard, False

    def send(self, data: bytes) -> None:
        _, frames = FrameReader().feed(data)
        is_pulse = any(frame.kind is Kind.PULSE for frame in frames)
        if is_pulse and self.is_heard and not self.is_dead:
            super().send(data)
        self.is_dead = self.is_dead or is_pulse
        if self.is_dead:
            self._inbox = b""
        else:
            super().send(data)


def cut_off(*, is_heard: bool) -> Rig:
    """The first pulse had no answer; the link works again."""
    rig = Rig()
    link = CutLink(rig, is_heard=is_heard)
    rig.instrument = WireInstrument(link)
    rig.interlock = interlock_over(rig.instrument)
    rig.armed()
    with pytest.raises(NoReplyError):
        rig.interlock.deliver("T7", SHAPE)
    link.is_dead = False
    assert rig.firmware.counters.count == is_heard
    return rig


def refused(rig: Rig) -> Reason:
    answer = rig.interlock.deliver("T7", SHAPE)
    assert isinstance(answer, Refusal)
    return answer.reason


def test_a_pulse_that_took_place_stays_charged() -> None:
    rig = cut_off(is_heard=True)
    assert refused(rig) is Reason.NOT_ARMED
    assert rig.interlock.ledger.count() == 1


def test_a_pulse_that_never_came_is_given_back() -> None:
    rig = cut_off(is_heard=False)
    assert refused(rig) is Reason.NOT_ARMED
    assert rig.interlock.ledger.count() == 0


def test_the_counter_of_another_session_gives_nothing_back() -> None:
    rig = cut_off(is_heard=True)
    beside = WireInstrument(InProcessLink(rig.wire))
    Interlock(beside, session=2**40, gate=GATE, limits=Limits(maximum_n=50.0), simulated=True).open()
    rig.interlock.rest()
    assert refused(rig) is Reason.SESSION_DIVERGES
    assert rig.interlock.ledger.count() == 1
    rig.interlock.open()
    assert refused(rig) is Reason.NOT_ARMED
    assert rig.interlock.ledger.count() == 1


def test_nor_does_that_of_an_instrument_that_was_plugged_in_instead() -> None:
    rig, other = cut_off(is_heard=True), Rig()
    link = rig.instrument._link
    assert isinstance(link, CutLink)
    link._wire = other.wire
    rig.instrument.identify()
    assert refused(rig) is Reason.SESSION_DIVERGES
    assert rig.interlock.ledger.count() == 1
    other.firmware.advance(20_000)
    rig.interlock.open()
    assert rig.interlock.ledger.count() == 1
