"""The results section of ClinicalTrials.gov JSON: outcomes by group, adverse events, flow of participants."""

from collections.abc import Iterator, Mapping
from typing import NoReturn

from spondyl.evidence.living.import_refused import ImportReason, ImportRefused
from spondyl.evidence.living.json_cursor import Cursor
from spondyl.evidence.living.registration import (
    EventCount,
    GroupFlow,
    GroupHarm,
    GroupValue,
    MeasuredOutcome,
    PostedComparison,
)


def read_measured(module: Cursor) -> tuple[MeasuredOutcome, ...]:
    """Every reported row of every outcome, one entry for each row and category."""
    return tuple(row for outcome in module.items("outcomeMeasures") for row in _rows(outcome))


def _rows(outcome: Cursor) -> Iterator[MeasuredOutcome]:
    titles = _titles(outcome.items("groups"))
    whole = _denominators(outcome, titles)
    comparisons = tuple(_comparison(one, titles) for one in outcome.items("analyses"))
    for row in outcome.items("classes"):
        analysed = {**whole, **_denominators(row, titles)}
        for category in row.items("categories"):
            groups = tuple(_value(one, titles, analysed) for one in category.items("measurements"))
            if groups:
                yield MeasuredOutcome(
                    rank=outcome.text("type"),
                    title=outcome.needed("title"),
                    time_frame=outcome.text("timeFrame"),
                    row=row.text("title"),
                    category=category.text("title"),
                    parameter=outcome.text("paramType"),
                    dispersion=outcome.text("dispersionType"),
                    unit=outcome.text("unitOfMeasure"),
                    population=outcome.text("populationDescription"),
                    groups=groups,
                    comparisons=comparisons,
                )


def _comparison(analysis: Cursor, titles: Mapping[str, str]) -> PostedComparison:
    unknown = [group for group in analysis.texts("groupIds") if group not in titles]
    if unknown:
        raise _unknown_group(f"{analysis.path}.groupIds", unknown[0], titles)
    return PostedComparison(
        groups=tuple(titles[group] for group in analysis.texts("groupIds")),
        method=analysis.text("statisticalMethod"),
        parameter=analysis.text("paramType"),
        value=analysis.number("paramValue"),
        lower=analysis.number("ciLowerLimit"),
        upper=analysis.number("ciUpperLimit"),
        level_percent=analysis.number("ciPctValue"),
        p_value=analysis.text("pValue"),
    )


def _titles(groups: tuple[Cursor, ...]) -> dict[str, str]:
    return {group.needed("id"): group.text("title") or group.needed("id") for group in groups}


def _denominators(node: Cursor, titles: Mapping[str, str]) -> dict[str, int | None]:
    """People analysed, by group. Other units (eyes, discs) are not people and are left out."""
    return {
        _group(one, titles): one.count("value")
        for denominator in node.items("denoms")
        if denominator.text("units").lower() in ("participants", "")
        for one in denominator.items("counts")
    }


def _value(measurement: Cursor, titles: Mapping[str, str], analysed: Mapping[str, int | None]) -> GroupValue:
    group = _group(measurement, titles)
    return GroupValue(
        group=titles[group],
        analysed=analysed.get(group),
        value=measurement.number("value"),
        spread=measurement.number("spread"),
        lower=measurement.number("lowerLimit"),
        upper=measurement.number("upperLimit"),
        comment=measurement.text("comment"),
    )


def _group(node: Cursor, titles: Mapping[str, str]) -> str:
    group = node.needed("groupId")
    if group not in titles:
        raise _unknown_group(f"{node.path}.groupId", group, titles)
    return group


def _unknown_group(at: str, group: str, titles: Mapping[str, str]) -> ImportRefused:
    return ImportRefused(
        ImportReason.GROUP_UNKNOWN,
        at=at,
        what=f"The group {group!r} is not listed.",
        why=f"The groups here are {', '.join(titles) or 'none'}.",
        do="Download the file again from the registry.",
    )


def read_harms(module: Cursor) -> tuple[GroupHarm, ...]:
    """Totals of each group."""
    return tuple(_harm(group) for group in module.items("eventGroups"))


def _harm(group: Cursor) -> GroupHarm:
    pairs = {key: _pair(group, key) for key in ("serious", "other", "deaths")}
    return GroupHarm(
        group=group.text("title") or group.needed("id"),
        serious_affected=pairs["serious"][0],
        serious_at_risk=pairs["serious"][1],
        other_affected=pairs["other"][0],
        other_at_risk=pairs["other"][1],
        deaths=pairs["deaths"][0],
        deaths_at_risk=pairs["deaths"][1],
    )


def _pair(node: Cursor, prefix: str) -> tuple[int | None, int | None]:
    """Affected and at risk; more affected than at risk is refused."""
    names = (f"{prefix}NumAffected", f"{prefix}NumAtRisk") if prefix else ("numAffected", "numAtRisk")
    affected, at_risk = node.count(names[0]), node.count(names[1])
    if affected is not None and at_risk is not None and affected > at_risk:
        _impossible(f"{node.path}.{names[0]}", affected, at_risk)
    return affected, at_risk


def _impossible(at: str, affected: int, at_risk: int) -> NoReturn:
    raise ImportRefused(
        ImportReason.COUNTS_IMPOSSIBLE,
        at=at,
        what=f"{affected} of {at_risk} people were affected.",
        why="There cannot be more people with an event than people.",
        do="Ask the registry or the trial's sponsor; do not correct it by guess.",
    )


def read_events(module: Cursor) -> tuple[EventCount, ...]:
    """Every event term in every group; serious ones first."""
    titles = _titles(module.items("eventGroups"))
    return tuple(
        _event(event, stat, titles=titles, serious=serious)
        for key, serious in (("seriousEvents", True), ("otherEvents", False))
        for event in module.items(key)
        for stat in event.items("stats")
    )


def _event(event: Cursor, stat: Cursor, *, titles: Mapping[str, str], serious: bool) -> EventCount:
    affected, at_risk = _pair(stat, "")
    return EventCount(
        term=event.needed("term"),
        organ_system=event.text("organSystem"),
        serious=serious,
        group=titles[_group(stat, titles)],
        affected=affected,
        at_risk=at_risk,
    )


def read_flow(module: Cursor) -> tuple[GroupFlow, ...]:
    """Started in the first period and completed in the last, by group."""
    titles = _titles(module.items("groups"))
    periods = module.items("periods")
    if not periods:
        return ()
    started, completed = _milestone(periods[0], "STARTED"), _milestone(periods[-1], "COMPLETED")
    return tuple(
        GroupFlow(group=title, started=started.get(group), completed=completed.get(group))
        for group, title in titles.items()
    )


def _milestone(period: Cursor, kind: str) -> dict[str, int | None]:
    return {
        one.needed("groupId"): one.count("numSubjects")
        for milestone in period.items("milestones")
        if milestone.text("type") == kind
        for one in milestone.items("achievements")
    }
