"""Claims: the tip comes to a person only with leave; each reason not to is found, at the host and the instrument."""

import math
from collections.abc import Callable
from dataclasses import replace

import pytest
from rigs import GATE, T7, Rig, interlock_over

from spondyl.instrument import (
    Answer,
    Contact,
    ContactRefusedError,
    Gate,
    InstrumentRefusedError,
    NoReplyError,
    Reason,
    State,
)
from spondyl.instrument.drivers import InProcessLink, WireInstrument


class DeafLink(InProcessLink):
    """Nothing that is sent arrives while ``is_deaf``."""

    is_deaf = False

    def send(self, data: bytes) -> None:
        if not self.is_deaf:
            super().send(data)


def felt(rig: Rig) -> list[float]:
    """Every force that the patient feels from now on, tick by tick."""
    forces_n, tick = [0.0], rig.firmware._tick

    def watched(step_us: int) -> None:
        tick(step_us)
        forces_n.append(rig.firmware.bench.true_force_n)

    rig.firmware._tick = watched
    return forces_n


def ready(maximum_n: float = 100.0, gate: Gate = GATE, *, simulated: bool = True) -> Rig:
    """Open, with a sensor that has shown that it lives."""
    rig = Rig()
    rig.instrument = WireInstrument(DeafLink(rig.wire))
    rig.interlock = interlock_over(rig.instrument, maximum_n, gate, simulated=simulated)
    rig.instrument.wait(20_000)
    rig.interlock.open()
    return rig


def stopped_unheard() -> Rig:
    """Stopped at the host; the instrument never heard of it, and answers again."""
    rig = ready()
    link = rig.instrument._link
    assert isinstance(link, DeafLink)
    link.is_deaf = True
    with pytest.raises(NoReplyError):
        rig.interlock.stop()
    link.is_deaf = False
    rig.interlock.open()
    return rig


def stopped_by_key() -> Rig:
    rig = ready()
    rig.firmware.stop()
    return rig


def restarted() -> Rig:
    rig = ready()
    rig.firmware.lose_power()
    rig.firmware.regain_power()
    rig.instrument.wait(20_000)
    return rig


def connected_again() -> Rig:
    rig = ready()
    rig.instrument.identify()
    return rig


WITHOUT_LEAVE: dict[str, tuple[Callable[[], Rig], Contact, Reason]] = {
    "consent refused": (
        lambda: ready(gate=replace(GATE, consent=Answer.NO)),
        T7,
        Reason.CONSENT_REFUSED,
    ),
    "nothing asked": (lambda: ready(gate=Gate()), T7, Reason.CONSENT_UNKNOWN),
    "contraindicated": (
        lambda: ready(gate=replace(GATE, answers={**GATE.answers, "malignancy": Answer.YES})),
        T7,
        Reason.CONTRAINDICATED,
    ),
    "a stop that the instrument did not hear": (stopped_unheard, T7, Reason.STOPPED),
    "a stop at the instrument": (stopped_by_key, T7, Reason.STOPPED),
    "declared a device, but a simulator": (lambda: ready(simulated=False), T7, Reason.SIMULATION_DIVERGES),
    "restarted": (restarted, T7, Reason.RESTARTED),
    "connected again": (connected_again, T7, Reason.SESSION_DIVERGES),
    "no maximum": (lambda: ready(0.0), T7, Reason.NO_MAXIMUM),
    "no segment": (ready, replace(T7, segment="S2"), Reason.SEGMENT_UNKNOWN),
    "preload above the maximum": (lambda: ready(19.9), T7, Reason.PRELOAD_ABOVE_CAP),
    "too light": (ready, replace(T7, preload_n=9.9), Reason.PRELOAD_LOW),
    "too heavy": (ready, replace(T7, preload_n=30.1), Reason.PRELOAD_HIGH),
    "no number": (ready, replace(T7, preload_n=math.nan), Reason.PRELOAD_LOW),
}


@pytest.mark.parametrize("why", WITHOUT_LEAVE)
def test_the_tip_stays_off(why: str) -> None:
    make, contact, reason = WITHOUT_LEAVE[why]
    rig = make()
    forces_n = felt(rig)
    with pytest.raises(ContactRefusedError) as refused:
        rig.interlock.arm(contact)
    assert refused.value.refusal.reason is reason
    assert str(refused.value).startswith(reason.text)
    rig.firmware.advance(600_000)
    assert max(forces_n) == 0.0
    assert rig.interlock.intended is State.SAFE


@pytest.mark.parametrize(("maximum_n", "contact"), [(20.0, T7), (100.0, replace(T7, segment="C5"))])
def test_with_leave_it_comes(maximum_n: float, contact: Contact) -> None:
    rig = ready(maximum_n)
    assert rig.interlock.arm(contact).state is State.ARMED


def test_a_stop_that_was_not_heard_is_released_by_name_first() -> None:
    rig = stopped_unheard()
    with pytest.raises(InstrumentRefusedError, match="WRONG_STATE"):
        rig.interlock.clear_stop("Dr Example")  # the instrument itself was never stopped
    assert rig.interlock.arm(T7).state is State.ARMED


def test_the_firmware_presses_nobody_harder_than_its_clamp() -> None:
    rig = ready(19.9)
    forces_n = felt(rig)
    rig.instrument.place(T7)
    with pytest.raises(InstrumentRefusedError, match="ABOVE_CLAMP"):
        rig.instrument.reach(State.ARMED)
    rig.firmware.advance(50_000)
    assert max(forces_n) == 0.0


@pytest.mark.parametrize("field", ["left_mm", "cranial_mm", "left_tilt_deg", "cranial_tilt_deg"])
@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_the_firmware_goes_nowhere_that_is_no_place(field: str, value: float) -> None:
    with pytest.raises(InstrumentRefusedError, match="OUT_OF_RANGE"):
        ready().instrument.place(replace(T7, **{field: value}))
