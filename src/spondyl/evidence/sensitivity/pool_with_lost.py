"""Pool a table under each scenario for the patients who were lost."""

from dataclasses import dataclass

import numpy as np

from spondyl.evidence.effect_sizes import effect_sizes
from spondyl.evidence.effect_sizes.columns import columns_for
from spondyl.evidence.estimate import Interval
from spondyl.evidence.measure import Inference, Measure, Model, Tau2Method
from spondyl.evidence.pooling import pool
from spondyl.evidence.refusal import EvidenceRefused
from spondyl.evidence.sensitivity.missing_patients import Scenario, with_lost_patients
from spondyl.evidence.study_table import StudyTable


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioResult:
    """The pooled effect under one scenario, or the reason why it has none."""

    scenario: Scenario
    effect: float | None
    interval: Interval | None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LostPatients:
    """``lost`` of ``treated`` patients are missing; one result a scenario, those observed first."""

    measure: Measure
    treated: float
    lost: float
    scenarios: tuple[ScenarioResult, ...]


def pool_with_lost(
    table: StudyTable,
    measure: Measure,
    *,
    event_is_good: bool,
    model: Model = Model.RANDOM,
    tau2_method: Tau2Method = Tau2Method.REML,
    inference: Inference = Inference.Z,
) -> LostPatients:
    """Worst and best case, and for two arms also all lost patients alike."""
    one_arm = measure in (Measure.PLO, Measure.PR)
    chosen = (Scenario.OBSERVED, Scenario.WORST, Scenario.BEST) if one_arm else tuple(Scenario)
    observed = _patients(table, measure)
    treated = _patients(
        with_lost_patients(table, measure, Scenario.WORST, event_is_good=event_is_good), measure
    )
    results: list[ScenarioResult] = []
    for scenario in chosen:
        counted = with_lost_patients(table, measure, scenario, event_is_good=event_is_good)
        try:
            found = pool(
                effect_sizes(counted, measure), model=model, tau2_method=tau2_method, inference=inference
            )
        except EvidenceRefused as refused:
            results.append(ScenarioResult(scenario=scenario, effect=None, interval=None, reason=str(refused)))
            continue
        results.append(ScenarioResult(scenario=scenario, effect=found.effect, interval=found.interval))
    return LostPatients(measure=measure, treated=treated, lost=treated - observed, scenarios=tuple(results))


def _patients(table: StudyTable, measure: Measure) -> float:
    found = columns_for(table, measure)
    names = ("ni",) if "xi" in found else ("ai", "bi", "ci", "di")
    return float(sum(np.nansum(found[name]) for name in names if name in found))
