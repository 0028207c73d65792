"""Claims: in every state, every fault ends with the force gone in time and nothing armed; no fault causes a pulse.

What the patient feels is read from the simulator's physical world, not from its sensor. Time is virtual.
"""

from collections.abc import Callable

import pytest
from rigs import SHAPE, Rig

from spondyl.instrument import PulseToken, State
from spondyl.instrument.drivers import wire_instrument
from spondyl.instrument.protocol import STOP_BYTES, Kind
from spondyl.instrument.simulator import SensorFault

TOP_N = 100.0
FORCED = (State.ARMED, State.PULSING, State.PAUSED)


def fire(rig: Rig) -> None:
    status = rig.instrument.status()
    rig.instrument._command(
        Kind.PULSE,
        {
            "sequence": status.last_sequence + 1,
            "session": status.session,
            "segment": wire_instrument._segment_number("T7"),
            "contact_id": status.contact_id,
            "peak_n": SHAPE.peak_n,
            "duration_us": SHAPE.duration_us,
            "impulse_ns": SHAPE.impulse_ns,
            "expires_us": status.time_us + 100_000,
        },
    )


def bring(state: State) -> Rig:
    rig = Rig().armed()
    if state is State.SAFE:
        rig.interlock.rest()
    elif state is State.PULSING:
        fire(rig)
        rig.firmware.advance(1_000)
    elif state is State.PAUSED:
        rig.interlock.pause()
    elif state is State.STOPPED:
        rig.interlock.stop()
        rig.firmware.advance(3_000)
    elif state is State.FAULT:
        rig.firmware.bench.fault = SensorFault.STALE
        rig.firmware.advance(30_000)
        rig.firmware.bench.fault = SensorFault.NONE
    assert rig.firmware.state is state
    return rig


def sensor(fault: SensorFault) -> Callable[[Rig], None]:
    def apply(rig: Rig) -> None:
        rig.firmware.bench.fault = fault

    return apply


# What goes wrong, and in how many microseconds the force must be gone when there was any.
FAULTS: dict[str, tuple[Callable[[Rig], object], int]] = {
    "stuck sensor": (sensor(SensorFault.STUCK), 20_000 + 8_000 + 5_000),
    "noisy sensor": (sensor(SensorFault.NOISY), 40_000 + 20_000 + 8_000 + 5_000),
    "stale sensor": (sensor(SensorFault.STALE), 20_000 + 1_000 + 5_000),
    "saturated sensor": (sensor(SensorFault.SATURATED), 5_000),
    "slipped contact": (lambda rig: rig.firmware.bench.slip(), 5_000),
    "patient moves towards the tip": (lambda rig: rig.firmware.bench.move(20_000.0), 10_000),
    "patient moves away": (lambda rig: rig.firmware.bench.move(-2_000.0), 45_000),
    "power is lost": (lambda rig: rig.firmware.lose_power(), 5_000),
    "power is lost and comes back": (
        lambda rig: (rig.firmware.lose_power(), rig.firmware.regain_power()),
        5_000,
    ),
    "link breaks": (lambda rig: rig.wire.lost(), 5_000),
    "host is silent": (lambda _: None, 500_000 + 40_000 + 5_000),
    "host connects again": (lambda rig: rig.instrument.identify(), 5_000),
    "stop bytes": (lambda rig: rig.wire.receive(STOP_BYTES), 5_000),
    "stop key": (lambda rig: rig.firmware.stop(), 5_000),
    "stop in the middle of a broken frame": (lambda rig: rig.wire.receive(b"\x05\x01" + STOP_BYTES), 5_000),
}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("state", list(State))
def test_every_fault_in_every_state_ends_without_force(state: State, fault: str) -> None:
    rig = bring(state)
    apply, limit_us = FAULTS[fault]
    pulses = rig.firmware.counters.count
    apply(rig)
    most_n = 0.0
    for _ in range(limit_us // 100):
        rig.firmware.advance(100)
        most_n = max(most_n, rig.firmware.bench.true_force_n)
    assert rig.firmware.bench.true_force_n == 0.0
    if "moves towards" not in fault:  # a patient who presses on the tip is not a pulse
        assert most_n <= TOP_N
    assert rig.firmware.counters.count == pulses
    assert rig.firmware.state not in FORCED or not rig.firmware.is_on
    rig.firmware.bench.fault = SensorFault.NONE
    rig.firmware.advance(600_000)  # nothing arms by itself, however long it waits
    assert rig.firmware.state not in FORCED or not rig.firmware.is_on
    assert rig.firmware.bench.true_force_n == 0.0


@pytest.mark.parametrize("fault", [one for one in SensorFault if one is not SensorFault.NONE])
@pytest.mark.parametrize("after", [State.SAFE, State.FAULT])
def test_a_sensor_that_failed_with_the_tip_off_is_not_armed_with(after: State, fault: SensorFault) -> None:
    rig = bring(after)
    rig.firmware.advance(50_000)
    rig.firmware.bench.fault = fault
    rig.firmware.advance(50_000)
    rig.instrument.reach(State.SAFE)
    with pytest.raises(Exception, match="SENSOR"):
        rig.instrument.reach(State.ARMED)
    rig.firmware.advance(50_000)
    assert rig.firmware.bench.true_force_n == 0.0
    rig.firmware.bench.fault = SensorFault.NONE
    rig.firmware.advance(50_000)
    assert rig.instrument.reach(State.ARMED).state is State.ARMED


@pytest.mark.parametrize("at_us", range(0, 41_000, 500))
def test_a_stop_at_any_moment_of_a_pulse_leaves_no_force_after_5_ms(at_us: int) -> None:
    rig = Rig().armed()
    fire(rig)
    rig.firmware.advance(at_us)
    rig.wire.receive(STOP_BYTES)
    rig.firmware.advance(5_000)
    assert rig.firmware.bench.true_force_n == 0.0
    assert rig.firmware.state is State.STOPPED
    assert rig.firmware.counters.count == 1


def test_the_firmware_refuses_what_the_kernel_would_have() -> None:
    rig = Rig(maximum_n=50.0).armed()
    with pytest.raises(Exception, match="ABOVE_CLAMP"):
        fire(rig)
    assert rig.firmware.counters.count == 0


def token_until(rig: Rig, ahead_us: int) -> PulseToken:
    """A token that ends so much later than now."""
    status = rig.instrument.status()
    return PulseToken(
        sequence=1,
        session=status.session,
        segment="T7",
        contact_id=status.contact_id,
        shape=SHAPE,
        cap_n=TOP_N,
        expires_us=status.time_us + ahead_us,
        simulated=True,
    )


def test_an_expired_token_does_nothing() -> None:
    rig = Rig().armed()
    with pytest.raises(Exception, match="EXPIRED"):
        rig.instrument.pulse(token_until(rig, -1))
    assert rig.firmware.counters.count == 0


def test_a_token_without_end_does_nothing() -> None:
    for ahead_us in (600_001, 10**9, 2**63):
        rig = Rig().armed()
        with pytest.raises(Exception, match="OUT_OF_RANGE"):
            rig.instrument.pulse(token_until(rig, ahead_us))
        assert rig.firmware.counters.count == 0
    rig = Rig().armed()
    rig.instrument.pulse(token_until(rig, 600_000))
    assert rig.firmware.counters.count == 1
