"""Claims: a force sensor that reads more or less than nothing with the tip off makes no contact, whoever the host is.

Limit: a zero that moves while the tip is on cannot be seen by one sensor; every contact begins with the tip off.
"""

import pytest
from rigs import T7, Rig

from spondyl.instrument import InstrumentRefusedError, Limits, NotSafeError, State
from spondyl.instrument.simulator import Bench, TissuePlant

MOVED_N = [-100.0, -15.0, -1.3, 1.3, 15.0, 100.0]


class MovedZero(Bench):
    """Its sensor reads so much more than the patient feels."""

    moved_n = 0.0

    def read(self) -> float | None:
        reading_n = super().read()
        return None if reading_n is None else reading_n + self.moved_n

    def read_still(self, count: int) -> list[float]:
        return [force_n + self.moved_n for force_n in super().read_still(count)]


def rig_with(moved_n: float) -> Rig:
    rig = Rig()
    rig.firmware.bench = MovedZero(TissuePlant())
    rig.firmware.bench.moved_n = moved_n
    rig.instrument.wait(20_000)
    return rig


def asked_to_arm(rig: Rig) -> State:
    """By a host that looks at nothing."""
    rig.instrument.identify()
    rig.instrument.open_session(7, Limits(maximum_n=60.0))
    rig.instrument.place(T7)
    return rig.instrument.reach(State.ARMED).state


@pytest.mark.parametrize("moved_n", MOVED_N)
def test_a_sensor_whose_zero_has_moved_is_not_armed_with(moved_n: float) -> None:
    rig = rig_with(moved_n)
    with pytest.raises(InstrumentRefusedError, match="SENSOR"):
        asked_to_arm(rig)
    rig.firmware.advance(100_000)
    assert rig.firmware.bench.true_force_n == 0.0


@pytest.mark.parametrize("moved_n", MOVED_N)
def test_nor_does_the_host_ask_for_it(moved_n: float) -> None:
    rig = rig_with(moved_n)
    rig.interlock.open()
    with pytest.raises(NotSafeError):
        rig.interlock.arm(T7)


@pytest.mark.parametrize("moved_n", [-0.7, 0.0, 0.7])
def test_one_that_is_off_by_less_is_armed_with(moved_n: float) -> None:
    assert asked_to_arm(rig_with(moved_n)) is State.ARMED
