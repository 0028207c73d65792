"""Claims: a release of the stop lets go of the stop that its sender knew of, and of none that came after it."""

from collections.abc import Callable

import pytest
from rigs import Rig

from spondyl.instrument import InstrumentRefusedError, State
from spondyl.instrument.drivers import InProcessLink, WireInstrument
from spondyl.instrument.protocol import STOP_BYTES, Code, Frame, FrameReader, Kind, decode, encode

PERSON = b"Dr Example".ljust(32, b"\0")


def release(rig: Rig) -> bytes:
    """The frame that the host is about to send."""
    number = next(rig.instrument._numbers)
    return encode(
        Frame(kind=Kind.CLEAR_STOP, epoch=rig.wire._epoch, number=number, values={"person": PERSON})
    )


def stopped() -> Rig:
    """Stopped, and the host knows of it."""
    rig = Rig().armed()
    rig.interlock.stop()
    return rig


STOPS: dict[str, Callable[[Rig], object]] = {
    "eight zeros": lambda rig: rig.wire.receive(STOP_BYTES),
    "the host's own stop": lambda rig: rig.interlock.stop(),
    "the key": lambda rig: rig.firmware.stop(),
    "power that comes back": lambda rig: (rig.firmware.lose_power(), rig.firmware.regain_power()),
    "the key of an instrument that another host connects to": lambda rig: (
        rig.firmware.stop(),
        WireInstrument(InProcessLink(rig.wire)).identify(),
    ),
}


@pytest.mark.parametrize("stop", STOPS)
def test_a_release_never_lets_go_of_a_stop_that_came_after_it(stop: str) -> None:
    rig = stopped()
    late = release(rig)
    STOPS[stop](rig)
    reply = decode(rig.wire.receive(late)[:-1])
    assert reply.kind is Kind.REFUSED
    assert rig.firmware.state is State.STOPPED


@pytest.mark.parametrize(
    "stop",
    [STOP_BYTES, encode(Frame(kind=Kind.STOP, epoch=0, number=0, values={}))],
    ids=["eight zeros", "the frame"],
)
def test_nor_one_that_was_read_together_with_it(stop: bytes) -> None:
    rig = stopped()
    rig.wire.receive(release(rig) + stop)
    assert rig.firmware.state is State.STOPPED


def test_it_is_refused_as_stopped_until_the_host_has_been_told() -> None:
    rig = stopped()
    rig.firmware.stop()
    assert decode(rig.wire.receive(release(rig))[:-1]).values == {"code": Code.STOPPED.number}
    rig.instrument.status()
    assert decode(rig.wire.receive(release(rig))[:-1]).kind is Kind.STATUS
    assert rig.firmware.state is State.SAFE


def test_the_driver_asks_first() -> None:
    rig = stopped()
    rig.firmware.stop()
    assert rig.instrument.clear_stop("Dr Example").state is State.SAFE
    with pytest.raises(InstrumentRefusedError, match="WRONG_STATE"):
        rig.instrument.clear_stop("Dr Example")


def test_a_long_name_is_cut_between_two_letters(monkeypatch: pytest.MonkeyPatch) -> None:
    """The 32 bytes ended within a letter, which is no UTF-8 any more."""
    rig, sent = stopped(), list[Frame]()
    receive = rig.wire.receive

    def seen(data: bytes) -> bytes:
        sent.extend(FrameReader().feed(data)[1])
        return receive(data)

    monkeypatch.setattr(rig.wire, "receive", seen)
    rig.instrument.clear_stop("María de los Ángeles Hernán Ñíguez")
    (name,) = [one.values["person"] for one in sent if one.kind is Kind.CLEAR_STOP]
    assert isinstance(name, bytes) and len(name) == 32
    assert name.rstrip(b"\0").decode() == "María de los Ángeles Hernán "
