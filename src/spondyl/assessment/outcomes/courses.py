"""Each patient's course with one questionnaire: the first score, the score in a window, or why there is none."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import Enum

from spondyl.assessment.outcomes.visits import Event, Visit
from spondyl.assessment.outcomes.windows import TimeWindow
from spondyl.assessment.questionnaires import Instrument


class Standing(Enum):
    """What is known of a patient in a window."""

    MEASURED = "measured"
    DROPPED_OUT = "dropped_out"
    OPERATED = "operated"
    BEGAN_AGAIN = "began_again"
    NO_SCORE = "no_score"
    NOT_YET_DUE = "not_yet_due"


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """One episode of a patient with one questionnaire: where it began and the scores since, by day.

    The score with which the next episode begins, on ``began_again``, is the last one of this.
    """

    patient_id: str
    instrument: Instrument
    began: date
    before: float
    later: tuple[tuple[date, float], ...]
    dropped_out: date | None
    operated: date | None
    began_again: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowResult:
    """An episode of a patient in a window. ``after`` is None unless the standing is measured."""

    patient_id: str
    before: float
    after: float | None
    standing: Standing


def courses_of(visits: Iterable[Visit]) -> tuple[Course, ...]:
    """A course for each patient, questionnaire and episode, in the order of patient, code and day.

    An episode begins with the score on a row marked ``baseline``; without such a row with the earliest score. An
    operation, or dropping out, before that day is of an earlier course. Where the earliest answers gave no score there
    is no course: a later score is not where the patient began.
    """
    events, scores = _sorted_out(visits)
    return tuple(
        course
        for key in sorted(scores)
        if _began_known(scores[key])
        for course in _courses(scores[key], events)
    )


def unknown_beginnings(visits: Iterable[Visit]) -> int:
    """How many courses have later scores, and none of where the patient began."""
    _, scores = _sorted_out(visits)
    return sum(
        not _began_known(found) and any(visit.score is not None for visit in found)
        for found in scores.values()
    )


_Events = dict[tuple[str, Event], list[date]]
_Answered = dict[tuple[str, str], list[Visit]]


def _sorted_out(visits: Iterable[Visit]) -> tuple[_Events, _Answered]:
    """The days of every event, and the visits of every patient and questionnaire by day."""
    events: dict[tuple[str, Event], list[date]] = defaultdict(list)
    scores: dict[tuple[str, str], list[Visit]] = defaultdict(list)
    for visit in visits:
        if visit.event is not None:
            events[visit.patient_id, visit.event].append(visit.on)
        if visit.instrument is not None:
            scores[visit.patient_id, visit.instrument.code].append(visit)
    return events, {
        key: sorted(found, key=lambda visit: (visit.on, visit.line)) for key, found in scores.items()
    }


def _began_known(visits: list[Visit]) -> bool:
    first_day = [visit for visit in visits if visit.on == visits[0].on]
    return any(visit.event is Event.BASELINE for visit in visits) or any(
        visit.score is not None for visit in first_day
    )


def _courses(visits: list[Visit], events: _Events) -> list[Course]:
    in_order = [visit for visit in visits if visit.score is not None]
    marked = {visit.on: visit for visit in reversed(in_order) if visit.event is Event.BASELINE}
    begins = [marked[on] for on in sorted(marked)] or in_order[:1]
    nexts = [visit.on for visit in begins[1:]]
    return [
        _course(first, in_order, events, began_again=again)
        for first, again in zip(begins, [*nexts, None], strict=True)
    ]


def _course(first: Visit, in_order: list[Visit], events: _Events, *, began_again: date | None) -> Course:
    assert first.instrument is not None and first.score is not None
    last_day = began_again or date.max

    def first_since(event: Event) -> date | None:
        known = events.get((first.patient_id, event), [])
        return min((on for on in known if on >= first.on), default=None)

    later = {
        visit.on: visit.score
        for visit in in_order
        if first.on < visit.on <= last_day and visit.score is not None
    }
    return Course(
        patient_id=first.patient_id,
        instrument=first.instrument,
        began=first.on,
        before=first.score,
        later=tuple(later.items()),
        dropped_out=first_since(Event.DROPPED_OUT),
        operated=first_since(Event.OPERATED),
        began_again=began_again,
    )


def later_than(course: Course, day: int, *, as_of: date) -> int:
    """How many scores came more than so many days after the beginning, the one that begins the next course aside."""
    return sum(
        (on - course.began).days > day and on <= as_of and on != course.began_again for on, _ in course.later
    )


def result_in(course: Course, window: TimeWindow, *, as_of: date) -> WindowResult:
    """What is known of the patient in the window, on the day ``as_of``.

    A score after an operation does not count: it judges the operation. A score after dropping out does: what matters
    is how the patient is. Scores of the next episode belong to that one, its first judges both. Without a score the
    patient is missing once the window has closed, or once it has opened for a patient who has left or begun again;
    until then the score is not yet due.
    """
    scores = [
        (on, value)
        for on, value in course.later
        if window.holds(course.began, on)
        and on <= as_of
        and (course.operated is None or on < course.operated)
    ]
    if scores:
        _, after = min(scores, key=lambda score: abs((score[0] - course.began).days - window.target_day))
        return _result(course, after, Standing.MEASURED)
    return _result(course, None, _why_none(course, window, as_of))


def _why_none(course: Course, window: TimeWindow, as_of: date) -> Standing:
    day = (as_of - course.began).days
    if day < window.from_day:
        return Standing.NOT_YET_DUE
    ends = (
        (course.operated, Standing.OPERATED),
        (course.dropped_out, Standing.DROPPED_OUT),
        (course.began_again, Standing.BEGAN_AGAIN),
    )
    for ended, standing in ends:
        if ended is not None and ended <= as_of and (ended - course.began).days <= window.to_day:
            return standing
    return Standing.NO_SCORE if day > window.to_day else Standing.NOT_YET_DUE


def _result(course: Course, after: float | None, standing: Standing) -> WindowResult:
    return WindowResult(patient_id=course.patient_id, before=course.before, after=after, standing=standing)
