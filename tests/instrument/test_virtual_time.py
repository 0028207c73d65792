"""Claims: a leap in time leaves what its ticks leave; a random session repeats itself; its watch can see a miss."""

import pytest
from rigs import SHAPE, T7, Rig

from instrument_sessions import session
from spondyl.instrument import State
from spondyl.instrument.simulator import Bench, SensorFault, Tissue, TissuePlant


def idle(state: State, fault: SensorFault) -> Rig:
    rig = Rig().armed()
    if state is State.STOPPED:
        rig.interlock.stop()
    elif state is State.SAFE:
        rig.interlock.rest()
    else:
        rig.firmware.bench.fault = SensorFault.SATURATED
    rig.firmware.advance(30_500)
    assert rig.firmware.state is state
    rig.firmware.bench.fault = fault
    return rig


@pytest.mark.parametrize("fault", SensorFault)
@pytest.mark.parametrize("state", [State.SAFE, State.STOPPED, State.FAULT])
def test_a_leap_leaves_what_ticks_leave(state, fault):
    leapt, ticked = idle(state, fault), idle(state, fault)
    leapt.firmware.advance(300_700)
    for _ in range(300):
        ticked.firmware.advance(1_000)
    ticked.firmware.advance(700)
    one, other = leapt.firmware, ticked.firmware
    assert (one.now_us, one.state, one.status().cause) == (other.now_us, other.state, other.status().cause)
    assert [sample.time_us for sample in one.samples()] == [sample.time_us for sample in other.samples()]
    kept_us = [
        [at_us for at_us, _ in rig.firmware.samples_after(one.now_us - 99_000)] for rig in (leapt, ticked)
    ]
    assert kept_us[0] == kept_us[1]
    forces_n = [[sample.force_n for sample in rig.firmware.samples()] for rig in (leapt, ticked)]
    assert [max(row) - min(row) > 0.0 for row in forces_n] in ([True, True], [False, False])
    arming = [(rig.firmware.reach(State.SAFE), rig.firmware.reach(State.ARMED)) for rig in (leapt, ticked)]
    assert arming[0] == arming[1]
    for rig in (leapt, ticked):
        rig.firmware.advance(5_000)
    assert leapt.firmware.state is ticked.firmware.state


def test_a_swing_is_its_steps():
    one, other = TissuePlant({"T7": Tissue()}), TissuePlant({"T7": Tissue()})
    for plant in (one, other):
        plant.place(T7)
        plant.step(SHAPE.peak_n)
    *_, last = [other.step(0.0) for _ in range(7)]
    assert one.swing(7) == last
    assert one.swing(3).force_n == [other.step(0.0) for _ in range(3)][-1].force_n


def test_a_random_session_repeats_itself():
    assert [session(seed) for seed in range(12)] == [session(seed) for seed in range(12)]
    assert sum(missed for missed, _ in map(session, range(12))) == 0


def test_a_tip_that_stays_on_is_a_miss(monkeypatch):
    monkeypatch.setattr(Bench, "retract", lambda _bench: None)
    assert sum(session(seed)[0] for seed in range(12)) > 0
