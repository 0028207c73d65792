"""How much the estimate hangs on single studies, on their order, and on patients who were lost."""

from spondyl.evidence.sensitivity.cumulative import cumulative
from spondyl.evidence.sensitivity.in_turn import PooledInTurn, Step, pool_in_turn
from spondyl.evidence.sensitivity.missing_patients import Scenario, with_lost_patients
from spondyl.evidence.sensitivity.pool_with_lost import LostPatients, ScenarioResult, pool_with_lost

__all__ = [
    "LostPatients",
    "PooledInTurn",
    "Scenario",
    "ScenarioResult",
    "Step",
    "cumulative",
    "pool_in_turn",
    "pool_with_lost",
    "with_lost_patients",
]
