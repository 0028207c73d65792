"""A clinic's outcomes by questionnaire and time window, with the warning that belongs to every one of them."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from hashlib import sha256

import numpy as np

from spondyl.assessment.outcomes.change_summary import ChangeSummary, summarise_changes
from spondyl.assessment.outcomes.courses import (
    Course,
    Standing,
    WindowResult,
    courses_of,
    later_than,
    result_in,
    unknown_beginnings,
)
from spondyl.assessment.outcomes.responders import Responders, count_responders
from spondyl.assessment.outcomes.visits import Visit
from spondyl.assessment.outcomes.windows import DEFAULT_WINDOWS, TimeWindow
from spondyl.assessment.questionnaires import (
    ChangeJudgement,
    ImportantChange,
    Instrument,
    important_change_of,
    judge_change,
)
from spondyl.assessment.questionnaires.important_change import improvement_of
from spondyl.provenance import Provenance

WARNINGS = (
    "There is no control group. These numbers cannot say that the treatment helped.",
    "Part of the change would have come anyway: back pain often eases by itself, and people come when it is at its "
    "worst, so the next score tends to be nearer to their usual one (regression to the mean).",
    "Patients who left may have done worse. The worst case counts each of them as a failure, the best case as a "
    "success; the truth lies between.",
)
"""Shown with every outcome, whatever it is."""
_NO_BEGINNING = (
    "{count} left out: the first answers gave no score, so nobody knows where the patient began; a later score is not "
    "taken for it."
)
_AGAIN = (
    "{patients} more than once. Each episode counts like a patient of its own below, the intervals take them as "
    "independent, and a mean over them leans to those who come back."
)
_TOO_LATE = "Left out, because they came after the last window of their episode: {scores}."


@dataclass(frozen=True, slots=True, kw_only=True)
class InstrumentOutcome:
    """One questionnaire in one window. ``results`` holds every episode of every patient, those not yet due included.

    ``mean_if_unchanged`` takes each missing patient as not changed. Responders, ``worse`` and ``could_not_reach`` are
    None where no threshold is known.
    """

    instrument: Instrument
    window: TimeWindow
    results: tuple[WindowResult, ...]
    standings: Mapping[Standing, int]
    change: ChangeSummary | None
    mean_if_unchanged: float | None
    threshold: ImportantChange | None
    by_points: Responders | None
    by_share: Responders | None
    worse: int | None
    could_not_reach: int | None

    @property
    def measured(self) -> int:
        """Patients with a score in the window."""
        return self.standings[Standing.MEASURED]

    @property
    def people(self) -> int:
        """Patients with a score in the window, each once however many episodes they had."""
        return len({result.patient_id for result in self.results if result.after is not None})

    @property
    def not_yet_due(self) -> int:
        """Patients whose window is still open and who have no score in it."""
        return self.standings[Standing.NOT_YET_DUE]

    @property
    def missing(self) -> int:
        """Patients who should have a score in the window and have none."""
        return len(self.results) - self.measured - self.not_yet_due


@dataclass(frozen=True, slots=True, kw_only=True)
class ClinicOutcomes:
    """Every questionnaire and window in which somebody has a score; ``not_judged`` names the others."""

    as_of: date
    patients: int
    visits: int
    outcomes: tuple[InstrumentOutcome, ...]
    not_judged: tuple[InstrumentOutcome, ...]
    warnings: tuple[str, ...]
    provenance: Provenance


def judge_outcomes(
    visits: Iterable[Visit],
    *,
    windows: Iterable[TimeWindow] = DEFAULT_WINDOWS,
    as_of: date | None = None,
) -> ClinicOutcomes | None:
    """Outcomes of all visits up to ``as_of`` (the last visit when None); None when no row holds a score."""
    every, spans = tuple(visits), tuple(windows)
    courses = courses_of(every)
    if not courses:
        return None
    day = as_of or max(visit.on for visit in every)
    known = [course for course in courses if course.began <= day]
    instruments = {course.instrument.code: course.instrument for course in known}
    judged = [
        _outcome(instrument, window, [course for course in known if course.instrument is instrument], day)
        for instrument in instruments.values()
        for window in spans
    ]
    return ClinicOutcomes(
        as_of=day,
        patients=len({course.patient_id for course in known}),
        visits=len(every),
        outcomes=tuple(one for one in judged if one.measured),
        not_judged=tuple(one for one in judged if not one.measured),
        warnings=(
            *WARNINGS,
            *_without_beginning(every),
            *_begun_again(known, day),
            *_too_late(known, spans, day),
        ),
        provenance=Provenance(method="outcomes.judge_outcomes", inputs=(_fingerprint(every),)),
    )


def _without_beginning(visits: tuple[Visit, ...]) -> tuple[str, ...]:
    count = unknown_beginnings(visits)
    courses = "1 course is" if count == 1 else f"{count} courses are"
    return (_NO_BEGINNING.format(count=courses),) if count else ()


def _begun_again(known: list[Course], day: date) -> tuple[str, ...]:
    count = len({course.patient_id for course in known if course.began_again and course.began_again <= day})
    patients = "1 patient came" if count == 1 else f"{count} patients came"
    return (_AGAIN.format(patients=patients),) if count else ()


def _too_late(known: list[Course], windows: tuple[TimeWindow, ...], day: date) -> tuple[str, ...]:
    last_day = max((window.to_day for window in windows), default=0)
    count = sum(later_than(course, last_day, as_of=day) for course in known)
    scores = "1 score" if count == 1 else f"{count} scores"
    return (_TOO_LATE.format(scores=scores),) if count else ()


def _fingerprint(visits: tuple[Visit, ...]) -> str:
    lines = sorted(
        f"{visit.patient_id}|{visit.on}|{visit.instrument.code if visit.instrument else ''}|{visit.score}|"
        f"{visit.event.value if visit.event else ''}"
        for visit in visits
    )
    return sha256("\n".join(lines).encode()).hexdigest()


def _outcome(
    instrument: Instrument, window: TimeWindow, courses: list[Course], day: date
) -> InstrumentOutcome:
    results = tuple(result_in(course, window, as_of=day) for course in courses)
    standings = Counter(result.standing for result in results)
    measured = [(result.before, result.after) for result in results if result.after is not None]
    gains = np.array([improvement_of(before, after, instrument.direction) for before, after in measured])
    missing = len(results) - len(measured) - standings[Standing.NOT_YET_DUE]
    threshold = important_change_of(instrument)
    judged = _judged(instrument, threshold, measured)
    return InstrumentOutcome(
        instrument=instrument,
        window=window,
        results=results,
        standings={standing: standings[standing] for standing in Standing},
        change=summarise_changes(gains) if len(gains) else None,
        mean_if_unchanged=float(gains.sum()) / (len(gains) + missing) if len(gains) else None,
        threshold=threshold,
        by_points=_responders(
            [one.reaches_points for one in judged], missing, f"{threshold.points:g} {instrument.unit}"
        )
        if threshold
        else None,
        by_share=_responders([one.reaches_share for one in judged], missing, "30 % of the first score")
        if threshold
        else None,
        worse=sum(one.worse_by_points for one in judged) if threshold else None,
        could_not_reach=sum(not one.can_reach_points for one in judged) if threshold else None,
    )


def _judged(
    instrument: Instrument, threshold: ImportantChange | None, measured: list[tuple[float, float]]
) -> list[ChangeJudgement]:
    if threshold is None:
        return []
    return [judge_change(*pair, instrument=instrument, threshold=threshold) for pair in measured]


def _responders(reached: list[bool], missing: int, threshold: str) -> Responders | None:
    if not reached and not missing:
        return None
    return count_responders(
        threshold=threshold, responders=sum(reached), measured=len(reached), missing=missing
    )
