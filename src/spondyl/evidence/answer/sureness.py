"""The certainty of an option's answer: what the software proposes from the records, what reviews published."""

from dataclasses import dataclass

from spondyl.evidence.answer.panels import can_be_shown, groups_of
from spondyl.evidence.answer.scales import effect_figure, threshold_of
from spondyl.evidence.answer.shares import difference_figure
from spondyl.evidence.certainty import ROB2, ROBINS_I, Body, Certainty, Level, overall, propose
from spondyl.evidence.certainty.risk_of_bias import NOT_JUDGED
from spondyl.evidence.library import Library, Option, Quote, Result, Study


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """A level that a review published, with what it is about."""

    level: Level
    about: Quote


@dataclass(frozen=True, slots=True, kw_only=True)
class Sureness:
    """``proposed`` is None when there is nothing to grade: no deciding result, or one that nobody may see.

    ``headline`` is the published level of the deciding result where a review read the full texts, else the proposal.
    """

    proposed: Certainty | None
    published: tuple[Published, ...]
    headline: Level | None
    headline_is_published: bool


def sureness_of(library: Library, option: Option) -> Sureness:
    """Propose a certainty for the result that decides the option, beside the published ones."""
    shown = bool(option.main) and can_be_shown(library.result(option.main)[1], option.id)
    proposed = propose(body_of(library, option, option.main)) if shown else None
    verified = [
        one for one in option.published if one.origin.may_be_shown and _study_is_shown(library, one.of)
    ]
    published = tuple(
        Published(level=one.level, about=Quote(text=one.origin.citation, origin=one.origin))
        for one in verified
    )
    main = next((one.level for one in verified if shown and one.of == option.main), None)
    level = main or (proposed.level if proposed else None)
    return Sureness(
        proposed=proposed, published=published, headline=level, headline_is_published=main is not None
    )


def _study_is_shown(library: Library, key: str) -> bool:
    return library.study(key.partition("/")[0]).origin.may_be_shown


def body_of(library: Library, option: Option, key: str) -> Body:
    """What the records know about the body of evidence behind the result STUDY/RESULT."""
    study, result = library.result(key)
    effect = result.effect
    return Body(
        randomised=study.design.is_randomised,
        has_control_group=result.is_controlled,
        k=studies_behind(study, result),
        n=people_behind(study, result, option.id),
        risk_of_bias=_risk_of_bias(study),
        interval_95=_interval(result, option),
        no_effect=effect.measure.no_effect if effect else 0.0,
        threshold=threshold_of(library, effect) if effect else None,
        agrees=study.agrees,
        indirect=f"Superseded: {study.superseded_by}" if study.superseded_by else "",
    )


def studies_behind(study: Study, result: Result) -> int | None:
    """Studies behind one result; None where a review does not state them for it."""
    return result.k if study.design.is_review else 1


def people_behind(study: Study, result: Result, option: str) -> int | None:
    """People behind one result: as stated, else those counted in both groups, else all of a single study."""
    pair = groups_of(result, option)
    counted = (pair[0].n, pair[1].n) if pair else (None, None)
    if result.n is not None or study.design.is_review:
        return result.n
    return study.n if counted[0] is None or counted[1] is None else counted[0] + counted[1]


def _interval(result: Result, option: Option) -> tuple[float, float] | None:
    if result.effect is not None:
        return effect_figure(result.effect).interval_95 if result.effect.origin.may_be_shown else None
    pair = groups_of(result, option.id)
    difference = None if pair is None else difference_figure(*pair)
    return None if difference is None else difference.interval_95


def _risk_of_bias(study: Study) -> str:
    if study.design.is_review:
        return NOT_JUDGED
    tool = ROB2 if study.design.is_randomised else ROBINS_I
    verified = [one for one in study.risk_of_bias if one.origin.may_be_shown]
    return overall(tool, {one.domain: one.judgement for one in verified})
