"""Where a patient's episodes of care begin, and which operation lies between two forms, by the chart's documents."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from spondyl.assessment.intake import FOLLOW_UP
from spondyl.assessment.outcomes import DEFAULT_WINDOWS
from spondyl.clinic.care import intake_record, plan_record, visit_note
from spondyl.clinic.care.entered_in_error import why_in_error
from spondyl.clinic.care.kept_scores import scores_in
from spondyl.clinic.care.newest_rows import NewestRow
from spondyl.clinic.care.scores import GivenScore

EPISODE_GAP = timedelta(days=91)
"""An episode of care comes after three months or more without a consultation: de Vet, Spine 2002;27:2409-2416."""
SILENCE = timedelta(days=DEFAULT_WINDOWS[-1].to_day)
"""A score after a longer silence of the whole chart begins an episode: there is no window that could hold it."""
SCORE_BEFORE = timedelta(days=42)
"""A first score may be as old as a score that begins a plan."""
SCORE_AFTER = timedelta(days=DEFAULT_WINDOWS[0].from_day - 1)
"""Later after the beginning a score is an outcome, of the first window, and not where the patient began."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Care:
    """A stretch of care. A signed plan or a whole intake ``begins`` an episode, an examination belongs to one."""

    first: date
    last: date
    begins: bool


def episode_days(rows: Iterable[NewestRow], scores: tuple[GivenScore, ...], zone: str) -> tuple[date, ...]:
    """The days on which episodes begin, at least one where there is a score; ``rows`` are one patient's documents.

    ``scores`` are sorted by day. The first episode begins with the first score or the care before it.
    """
    care = sorted((one for row in rows if (one := _care(row, zone))), key=lambda one: one.first)
    days = sorted({one.on for one in scores})
    begun = [*days[:1], *_after_a_gap(care), *_after_silence(days, care)]
    apart: list[date] = []
    for day in sorted(begun):
        if not apart or day - apart[-1] >= EPISODE_GAP:
            apart.append(day)
    return tuple(apart)


def first_scores(
    begun: tuple[date, ...], scores: tuple[GivenScore, ...]
) -> list[frozenset[tuple[str, date]]]:
    """For each episode its first score of every questionnaire, by code and day; none where nobody asked in time.

    Of the first episode it is the earliest score. Of a later one the last of the six weeks up to its beginning, else
    the first before an outcome could be meant.
    """
    found = [frozenset(_earliest(scores).items())]
    for day in begun[1:]:
        before = {one.instrument: one.on for one in scores if day - SCORE_BEFORE <= one.on <= day}
        after = _earliest(one for one in scores if day < one.on <= day + SCORE_AFTER)
        found.append(frozenset((after | before).items()))
    return found


def operation_day(rows: Iterable[NewestRow], zone: str) -> date | None:
    """The day before the first whole form that tells of an operation on the spine after one that told of none.

    The day itself nobody asked: the operation lies between the two forms.
    """
    told = sorted(
        (day, "spine_surgery" in row.body["answers"].get("conditions", ()))
        for row in rows
        if row.kind == intake_record.KIND and "history" in row.body["finished"] and _is_whole(row.body)
        if (day := _form_day(row, zone))
    )
    return next(
        (later - timedelta(days=1) for (_, before), (later, now) in pairwise(told) if now and not before),
        None,
    )


def _earliest(scores: Iterable[GivenScore]) -> dict[str, date]:
    return {one.instrument: one.on for one in sorted(scores, key=lambda one: one.on, reverse=True)}


def _after_a_gap(care: list[_Care]) -> list[date]:
    """The first day of what begins an episode in every run of care that follows a gap."""
    runs: list[list[_Care]] = []
    last = date.min
    for one in care:
        if one.first - last >= EPISODE_GAP:
            runs.append([])
        runs[-1].append(one)
        last = max(last, one.last)
    begun = (next((one.first for one in run if one.begins), None) for run in runs)
    return [day for day in begun if day]


def _after_silence(days: list[date], care: list[_Care]) -> list[date]:
    return [
        day
        for before, day in pairwise(days)
        if day - max([before, *(one.last for one in care if one.first < day)]) > SILENCE
    ]


def _care(row: NewestRow, zone: str) -> _Care | None:
    if row.kind == plan_record.KIND:
        plan = row.body["plan"]
        first, last = (date.fromisoformat(plan[key]) for key in ("starts_on", "review_on"))
        return _Care(first=first, last=last, begins=True)
    if row.kind == visit_note.KIND and not why_in_error(row.body):
        on = date.fromisoformat(row.body["on"])
        return _Care(first=on, last=on, begins=False)
    if row.kind == intake_record.KIND and _is_whole(row.body) and (on := _form_day(row, zone)):
        return _Care(first=on, last=on, begins=True)
    return None


def _is_whole(body: Mapping[str, Any]) -> bool:
    """Whether a form is more than the short one before a review."""
    return tuple(body["asked"]) != FOLLOW_UP


def _form_day(row: NewestRow, zone: str) -> date | None:
    """The day of the first score of a form; None while it has none."""
    return min((one.day_in(zone) for one in scores_in(row.body)), default=None)
