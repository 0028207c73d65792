"""GRADE's summary of findings: one row an outcome, absolute numbers beside relative ones, with its certainty."""

from dataclasses import dataclass

from spondyl.evidence.answer.icons import COUNTS
from spondyl.evidence.answer.panels import groups_of, study_quote
from spondyl.evidence.answer.scales import Axis, axis_of, effect_figure
from spondyl.evidence.answer.shares import difference_figure, people_of_100
from spondyl.evidence.answer.sureness import body_of, people_behind, studies_behind
from spondyl.evidence.certainty import Level, propose
from spondyl.evidence.library import Figure, Library, Option, Origin, Quote, Result


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One row. ``control`` and ``active`` are people better of a hundred; ``axis`` says the effect's scale.

    ``studies`` and ``people`` are those behind this result, None where the source does not state them: a whole review's
    say nothing about one of its effects.
    """

    outcome: Quote
    versus: Quote
    source: Quote
    people: Figure | None
    studies: Figure | None
    control: Figure | None
    active: Figure | None
    effect: Figure | None
    axis: Axis | None
    finding: Quote | None
    certainty: Level
    certainty_is_published: bool


def summary_of_findings(library: Library, option: Option) -> tuple[Finding, ...]:
    """A row for every controlled result of the option that may be shown."""
    rows = (_row(library, option, key) for key in option.effects)
    return tuple(row for row in rows if row is not None)


def _row(library: Library, option: Option, key: str) -> Finding | None:
    study, result = library.result(key)
    as_published = study.result(result.id.removesuffix(COUNTS)) or result
    pair = groups_of(as_published, option.id)
    effect = _effect(result, option)
    finding = result.finding if effect is None and result.origin.may_be_shown else ""
    if effect is None and not finding:
        return None
    published = next(
        (one.level for one in option.published if one.of == key and one.origin.may_be_shown), None
    )
    return Finding(
        outcome=Quote(text=", ".join(filter(None, (result.label, result.timing))), origin=result.origin),
        versus=Quote(text=result.versus, origin=result.origin),
        source=study_quote(study),
        people=_figure(people_behind(study, result, option.id), result.origin),
        studies=_figure(studies_behind(study, result), result.origin),
        control=people_of_100(pair[1]) if pair else None,
        active=people_of_100(pair[0]) if pair else None,
        effect=effect,
        axis=axis_of(result.effect) if result.effect else (Axis.PEOPLE if pair else None),
        finding=Quote(text=finding, origin=result.origin) if finding else None,
        certainty=published or propose(body_of(library, option, key)).level,
        certainty_is_published=published is not None,
    )


def _effect(result: Result, option: Option) -> Figure | None:
    if result.effect is not None:
        return effect_figure(result.effect) if result.effect.origin.may_be_shown else None
    pair = groups_of(result, option.id)
    return None if pair is None else difference_figure(*pair)


def _figure(count: int | None, origin: Origin) -> Figure | None:
    return None if count is None else Figure(value=count, decimals=0, origin=origin)
