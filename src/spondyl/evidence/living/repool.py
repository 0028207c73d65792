"""Pool anew, from the counts in the records, the trials that compare an option with a control group."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from spondyl.evidence.answer.panels import groups_of
from spondyl.evidence.effect_sizes import effect_sizes
from spondyl.evidence.estimate import Estimate
from spondyl.evidence.library import Group, Library, Option, Outcome, Role
from spondyl.evidence.measure import Measure, Tau2Method
from spondyl.evidence.pooling import pool
from spondyl.evidence.study_table import parse_study_table

Pair = tuple[str, Group, Group]
"""A study's id, its active group and its control group."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pooled:
    """People better of one, active less control, over the trials of one option, outcome and kind of control."""

    option: str
    outcome: Outcome
    control: Role
    studies: tuple[str, ...]
    estimate: Estimate

    @property
    def name(self) -> str:
        """``option, outcome, against control``."""
        return f"{self.option}, {self.outcome.value}, against {self.control.value}"


def pooled_numbers(library: Library) -> tuple[Pooled, ...]:
    """The risk difference by random effects (REML) wherever counts were read; reviews stay out, one trial is one row.

    Only verified counts of randomised trials enter, of the people followed up; the latest time point of each trial is
    taken.
    """
    return tuple(
        Pooled(
            option=option.id,
            outcome=outcome,
            control=control,
            studies=tuple(name for name, _, _ in pairs),
            estimate=_pool(pairs),
        )
        for option in library.options
        for (outcome, control), pairs in _pairs(library, option).items()
    )


def _pairs(library: Library, option: Option) -> dict[tuple[Outcome, Role], list[Pair]]:
    found: dict[tuple[Outcome, Role], dict[str, tuple[float, Pair]]] = defaultdict(dict)
    for name, outcome, months, active, control in _counted(library, option):
        latest = found[outcome, control.role]
        if name not in latest or latest[name][0] < months:
            latest[name] = (months, (name, active, control))
    return {key: [pair for _, pair in trials.values()] for key, trials in found.items()}


def _counted(library: Library, option: Option) -> Iterator[tuple[str, Outcome, float, Group, Group]]:
    for study in library.studies_of(option.id):
        if study.design.is_review or not study.design.is_randomised:
            continue
        for result in study.results:
            wanted = result.outcome.more_is_better and not result.counts_missing_as_failures
            pair = groups_of(result, option.id) if wanted else None
            if pair and all(one.events is not None and one.n and one.origin.may_be_shown for one in pair):
                yield study.id, result.outcome, result.months or 0.0, *pair


def _pool(pairs: list[Pair]) -> Estimate:
    rows = "".join(
        f"{name},{active.events},{active.n},{control.events},{control.n}\n" for name, active, control in pairs
    )
    table = parse_study_table(f"study,ai,n1i,ci,n2i\n{rows}")
    return pool(effect_sizes(table, Measure.RD), tau2_method=Tau2Method.REML)
