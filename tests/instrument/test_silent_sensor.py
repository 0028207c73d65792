"""Claims: a force that no sensor measures is told as not known, and then nothing is proved safe; a living one is known.

Source: the simulator's physical world, asked directly: a jammed spring leaves 20 N on the patient.
"""

from math import isnan

import pytest
from rigs import Rig

from spondyl.instrument import NotSafeError, State
from spondyl.instrument.simulator import SensorFault


@pytest.mark.parametrize("fault", [SensorFault.STALE, SensorFault.STUCK])
@pytest.mark.parametrize("moment", ["as the tip comes on", "at the contact"])
def test_a_force_that_nobody_measures_is_never_told_as_safe(
    fault: SensorFault, moment: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    rig = Rig()
    bench = rig.firmware.bench
    monkeypatch.setattr(bench, "retract", lambda: None)
    touch = bench.touch

    def fails(*contact: object) -> None:
        touch(*contact)
        bench.fault = fault

    if moment == "as the tip comes on":
        monkeypatch.setattr(bench, "touch", fails)
    rig.armed()
    bench.fault = fault
    rig.instrument.wait(30_000)
    with pytest.raises(NotSafeError):
        rig.interlock.rest()
    assert bench.true_force_n > 15.0
    assert isnan(rig.instrument.status().force_n)


def test_an_old_reading_of_nothing_proves_nothing() -> None:
    rig = Rig()
    rig.instrument.wait(20_000)
    rig.instrument.identify()
    assert abs(rig.instrument.safe_state().force_n) < 1.0
    rig.firmware.bench.fault = SensorFault.STALE
    rig.instrument.wait(30_000)
    status = rig.instrument.status()
    assert status.state is State.SAFE and isnan(status.force_n)
    with pytest.raises(NotSafeError):
        rig.instrument.safe_state()
    rig.firmware.bench.fault = SensorFault.NONE
    assert abs(rig.instrument.safe_state().force_n) < 1.0
