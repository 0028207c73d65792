"""The lists of an answer: harms, regulation, guidelines, studies, what is awaited, what is left out and why."""

from dataclasses import dataclass

from spondyl.evidence.answer.panels import study_quote
from spondyl.evidence.answer.scales import decimals_of
from spondyl.evidence.answer.shares import EXACT
from spondyl.evidence.certainty import ROB2, ROBINS_I, overall
from spondyl.evidence.counts.proportion_interval import exact_proportion
from spondyl.evidence.library import (
    Counted,
    Direction,
    DuplicateTrialError,
    Figure,
    Harm,
    Library,
    Option,
    Origin,
    Quote,
    Seriousness,
    Status,
    Study,
    computed_origin,
    refuse_review_with_duplicates,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class HarmLine:
    """One harm. ``rate`` is people harmed in per cent, events among ``people``, or how many times more often than
    without; ``people`` were treated."""

    event: Quote
    seriousness: Seriousness
    how_often: Quote
    rate: Figure | None
    rate_is_ratio: bool
    people: Figure | None = None
    counts_events: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleLine:
    """One rule or position of a regulator."""

    jurisdiction: Quote
    title: Quote
    text: Quote


@dataclass(frozen=True, slots=True, kw_only=True)
class GuidelineLine:
    """One recommendation."""

    guideline: Quote
    direction: Direction
    strength: Quote
    applies_to: Quote
    text: Quote


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyLine:
    """One study: who, how built, how many people, harms seen, risk of bias, money."""

    name: Quote
    design: Quote
    people: Figure | None
    registry_id: Quote | None
    adverse_events: tuple[Quote, ...]
    risk_of_bias: str
    judged: tuple[Quote, ...]
    funding: Quote | None
    conflicts: Quote | None
    note: Quote | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Awaited:
    """A study under way that could change the answer."""

    name: Quote
    people: Figure | None
    note: Quote


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """A study whose numbers are not used, and why."""

    name: Quote
    why: Quote


def harm_lines(library: Library, option: Option) -> tuple[HarmLine, ...]:
    """Harms that may be shown: serious first, those with a rate first."""
    lines = [_harm(harm) for harm in library.harms_of(option.id) if harm.origin.may_be_shown]
    return tuple(sorted(lines, key=lambda one: (one.seriousness is Seriousness.OTHER, one.rate is None)))


def _harm(harm: Harm) -> HarmLine:
    return HarmLine(
        event=Quote(text=harm.event, origin=harm.origin),
        seriousness=harm.seriousness,
        how_often=Quote(text=harm.how_often, origin=harm.origin),
        rate=_rate(harm),
        rate_is_ratio=harm.effect is not None,
        people=None if harm.n is None else Figure(value=harm.n, decimals=0, origin=harm.origin),
        counts_events=harm.counted is Counted.EVENTS,
    )


def _rate(harm: Harm) -> Figure | None:
    if harm.effect is not None:
        effect = harm.effect
        decimals = decimals_of(effect.estimate, effect.low, effect.high)
        return Figure(
            value=effect.estimate,
            interval_95=effect.interval_95,
            decimals=decimals,
            unit=" times",
            origin=effect.origin,
        )
    if harm.percent is not None and harm.percent_low is not None and harm.percent_high is not None:
        interval = (harm.percent_low, harm.percent_high)
        decimals = decimals_of(harm.percent, *interval)
        return Figure(
            value=harm.percent, interval_95=interval, decimals=decimals, unit=" %", origin=harm.origin
        )
    if harm.events is None or not harm.n:
        return None
    if harm.counted is Counted.EVENTS:
        unit = f" event{'' if harm.events == 1 else 's'} in {harm.n} people"
        return Figure(value=harm.events, decimals=0, unit=unit, origin=harm.origin)
    found = exact_proportion(harm.events, harm.n)
    return Figure(
        value=100.0 * found.share,
        interval_95=(100.0 * found.interval.low, 100.0 * found.interval.high),
        unit=" %",
        origin=computed_origin(harm.origin, method=f"{harm.events} of {harm.n}: {EXACT}"),
    )


def rule_lines(library: Library, option: Option) -> tuple[RuleLine, ...]:
    """Regulation that may be shown, in order."""
    return tuple(
        RuleLine(
            jurisdiction=Quote(text=rule.jurisdiction, origin=rule.origin),
            title=Quote(text=rule.title, origin=rule.origin),
            text=Quote(text=rule.text, origin=rule.origin),
        )
        for rule in library.regulation_of(option.id)
        if rule.origin.may_be_shown
    )


def guideline_lines(library: Library, option: Option) -> tuple[GuidelineLine, ...]:
    """Recommendations that may be shown."""
    return tuple(
        GuidelineLine(
            guideline=Quote(text=rule.guideline, origin=rule.origin),
            direction=rule.direction,
            strength=Quote(text=rule.strength, origin=rule.origin),
            applies_to=Quote(text=rule.applies_to, origin=rule.origin),
            text=Quote(text=rule.text, origin=rule.origin),
        )
        for rule in library.guidelines_of(option.id)
        if rule.origin.may_be_shown
    )


def guidelines_conflict(lines: tuple[GuidelineLine, ...]) -> bool:
    """True when one guideline is against what another one allows: both are shown, none is chosen."""
    against = any(line.direction is Direction.AGAINST for line in lines)
    return against and any(line.direction is not Direction.AGAINST for line in lines)


def awaited_of(library: Library, option: Option) -> tuple[Awaited, ...]:
    """Studies under way that could change the answer."""
    studies = (library.study(name) for name in option.awaited)
    return tuple(
        Awaited(name=study_quote(one), people=_people(one), note=Quote(text=one.note, origin=one.origin))
        for one in studies
        if one.origin.may_be_shown
    )


def study_lines(library: Library, option: Option) -> tuple[StudyLine, ...]:
    """The completed studies behind an option that may be shown: trials first, then other studies, then reviews."""
    rank = ["randomised", "controlled, not randomised", "single arm"]
    studies = [one for one in library.studies_of(option.id) if one.origin.may_be_shown]
    done = [one for one in studies if one.status is Status.COMPLETED]
    done.sort(key=lambda one: (rank.index(one.design.value) if one.design.value in rank else 9, one.name))
    return tuple(_study(one) for one in done)


def _study(study: Study) -> StudyLine:
    def said(text: str) -> Quote | None:
        return Quote(text=text, origin=study.origin) if text else None

    return StudyLine(
        name=study_quote(study),
        design=Quote(text="; ".join(filter(None, (study.design.value, study.blinding))), origin=study.origin),
        people=_people(study),
        registry_id=said(study.registry_id),
        adverse_events=tuple(one.quote for one in study.adverse_events if one.origin.may_be_shown),
        risk_of_bias=_bias(study),
        judged=tuple(
            Quote(text=f"{one.domain}: {one.judgement}. {one.why}", origin=one.origin)
            for one in study.risk_of_bias
            if one.origin.may_be_shown
        ),
        funding=study.funding.quote if study.funding and study.funding.origin.may_be_shown else None,
        conflicts=study.conflicts.quote if study.conflicts and study.conflicts.origin.may_be_shown else None,
        note=said(study.note),
    )


def _bias(study: Study) -> str:
    if study.design.is_review:
        return "a review: its studies are judged one by one"
    tool = ROB2 if study.design.is_randomised else ROBINS_I
    judged = {one.domain: one.judgement for one in study.risk_of_bias if one.origin.may_be_shown}
    word = overall(tool, judged)
    return f"{word} ({'RoB two' if tool is ROB2 else 'ROBINS-I'})"


def _people(study: Study) -> Figure | None:
    return None if study.n is None else Figure(value=study.n, decimals=0, origin=study.origin)


def left_out_of(library: Library, option: Option) -> tuple[LeftOut, ...]:
    """Reviews whose pooled numbers are refused because they count a trial twice."""
    found: list[LeftOut] = []
    for study in library.studies_of(option.id):
        try:
            refuse_review_with_duplicates(study)
        except DuplicateTrialError as error:
            if not study.origin.may_be_shown:
                continue
            why = f"{error.what} {error.why}"
            found.append(LeftOut(name=study_quote(study), why=Quote(text=why, origin=study.origin)))
    return tuple(found)


def withheld_of(library: Library, option: Option) -> Figure | None:
    """How many values of this option are in the library but not verified, and so shown to nobody; None for none."""
    origins = [origin for study in library.studies_of(option.id) for origin in _origins(study)]
    origins += [rule.origin for rule in library.regulation_of(option.id)]
    hidden = [origin for origin in origins if not origin.may_be_shown]
    if not hidden:
        return None
    method = "count of values tagged recalled or unknown in the records of this option"
    return Figure(value=len(hidden), decimals=0, origin=computed_origin(option.origin, method=method))


def _origins(study: Study) -> list[Origin]:
    """One origin a value: the study itself, its effects, groups and findings in words."""
    found = [study.origin]
    for result in study.results:
        found += [result.effect.origin] if result.effect else []
        found += [group.origin for group in result.groups]
        found += [result.origin] if result.finding else []
    return found
