"""Every test of small-study effects that a table allows, and the reason against each that it does not."""

from collections.abc import Callable
from dataclasses import dataclass

from spondyl.evidence.counts.from_table import two_by_two
from spondyl.evidence.effect_sizes import effect_sizes
from spondyl.evidence.estimate import LeftOut, NotGiven
from spondyl.evidence.measure import Measure, Model, Tau2Method
from spondyl.evidence.refusal import EvidenceRefused
from spondyl.evidence.small_study.asymmetry import AsymmetryTest, begg, egger, egger_classical, peters
from spondyl.evidence.small_study.trim_and_fill import TrimAndFill, trim_and_fill
from spondyl.evidence.study_table import StudyTable


@dataclass(frozen=True, slots=True, kw_only=True)
class SmallStudyEffects:
    """The tests that could be done, trim and fill where it could, and why the others could not."""

    measure: Measure
    tests: tuple[AsymmetryTest, ...]
    trim_and_fill: TrimAndFill | None
    not_given: tuple[NotGiven, ...]
    left_out: tuple[LeftOut, ...]


def small_study_effects(
    table: StudyTable,
    measure: Measure,
    *,
    model: Model = Model.RANDOM,
    tau2_method: Tau2Method = Tau2Method.REML,
) -> SmallStudyEffects:
    """Egger (both forms), Begg, Peters for odds ratios, and trim and fill. Refused when none can be done."""
    effects = effect_sizes(table, measure)
    tests: dict[str, Callable[[], AsymmetryTest]] = {
        "Egger": lambda: egger(effects, tau2_method=tau2_method),
        "Egger, classical": lambda: egger_classical(effects),
        "Begg": lambda: begg(effects),
    }
    if measure is Measure.OR and table.has("ai", "ci"):
        tests["Peters"] = lambda: peters(two_by_two(table)[0])
    done: list[AsymmetryTest] = []
    refused: dict[str, EvidenceRefused] = {}
    for name, test in tests.items():
        try:
            done.append(test())
        except EvidenceRefused as refusal:
            refused[name] = refusal
    filled: TrimAndFill | None = None
    try:
        filled = trim_and_fill(effects, model=model, tau2_method=tau2_method)
    except EvidenceRefused as refusal:
        refused["trim and fill"] = refusal
    if not done and filled is None:
        raise refused["Egger"]
    return SmallStudyEffects(
        measure=measure,
        tests=tuple(done),
        trim_and_fill=filled,
        not_given=tuple(NotGiven(name=name, reason=str(refusal)) for name, refusal in refused.items()),
        left_out=effects.left_out,
    )
