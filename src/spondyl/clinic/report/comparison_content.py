"""What two films of one patient say together, in words: page and PDF print exactly this."""

from dataclasses import dataclass

from spondyl.anatomy import View
from spondyl.assessment.change import STANCE, Change, compare, turned
from spondyl.clinic.report.day_text import day_text
from spondyl.clinic.report.report_content import DISCLAIMER, VIEW_TEXT
from spondyl.clinic.report.wording import UNIT_TEXT, is_per_level, number_text, probability_text
from spondyl.clinic.result import FilmResult

WITHIN_NOISE = "cannot be told from noise"
BEYOND_NOISE = "more than noise explains"


class ComparisonRefusedError(ValueError):
    """Two films that must not be compared. ``what`` is wrong, ``why``, and what to ``do``, one sentence each."""

    def __init__(self, *, what: str, why: str, do: str) -> None:
        super().__init__(f"{what} {why} {do}")
        self.what = what
        self.why = why
        self.do = do


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeRow:
    """One measurement on both films, in words."""

    kind: str
    name: str
    before: str
    after: str
    difference: str
    smallest: str
    verdict: str
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparisonContent:
    """Everything on the page of two films."""

    title: str
    patient: str
    captions: tuple[str, str]
    alerts: tuple[str, ...]
    rows: tuple[ChangeRow, ...]
    level_rows: tuple[ChangeRow, ...]
    only_on_one: tuple[str, ...]
    explanation: tuple[str, ...]
    disclaimer: str = DISCLAIMER


def comparison_content(before: FilmResult, after: FilmResult) -> ComparisonContent:
    """Put the changes from ``before`` to ``after`` into words.

    Raises ComparisonRefusedError when a film was not measured, or when patients or views differ.
    """
    changes = checked_changes(before, after)
    shared = shared_notes(changes)
    rows = tuple(change_row(change, shared) for change in changes)
    return ComparisonContent(
        title="Two spine films compared",
        patient=_patient(after) or _patient(before) or "not named on the films",
        captions=(_caption("Before", before), _caption("After", after)),
        alerts=comparison_alerts(before, after),
        rows=tuple(row for row in rows if not is_per_level(row.kind)),
        level_rows=tuple(row for row in rows if is_per_level(row.kind)),
        only_on_one=_only_on_one(before, after, changes),
        explanation=(
            f"A change that is smaller than the smallest detectable change {WITHIN_NOISE}: marking the same film "
            "twice would differ as much.",
            *shared,
            *(changes[0].source for _ in changes[:1]),
        ),
    )


def checked_changes(before: FilmResult, after: FilmResult) -> tuple[Change, ...]:
    """Every change between two films that may be compared; raises ComparisonRefusedError for any others."""
    for result in (before, after):
        if result.assessment is None or result.radiograph is None:
            raise ComparisonRefusedError(
                what=f"{result.film} was not measured.",
                why="Only measured films can be compared.",
                do="Look at the reason given for that film, mend it, and compare again.",
            )
    _refuse_other_patient(before, after)
    _refuse_other_view(before, after)
    assert before.assessment is not None and after.assessment is not None
    return compare(
        before.assessment.measurements, after.assessment.measurements, same_side=not _turned(before, after)
    )


def _turned(before: FilmResult, after: FilmResult) -> str | None:
    assert before.landmarks is not None and after.landmarks is not None  # an assessment has its landmarks
    return turned(before.landmarks, after.landmarks)


def view_of(result: FilmResult) -> View:
    """The view that was measured: that of the landmarks, else that of the film."""
    if result.landmarks is not None:
        return result.landmarks.view
    return View.UNKNOWN if result.radiograph is None else result.radiograph.view


def _refuse_other_patient(before: FilmResult, after: FilmResult) -> None:
    identities = [(_identifier(before), _identifier(after)), (_patient(before), _patient(after))]
    known = [(a, b) for a, b in identities if a is not None and b is not None]
    if known and known[0][0] != known[0][1]:
        raise ComparisonRefusedError(
            what=f"The films are of different patients: {known[0][0]!r} and {known[0][1]!r}.",
            why="A change can only be read from two films of one person.",
            do="Check the files; if it is one person, correct the patient number in one header.",
        )
    born = [one.radiograph.header.birth_date for one in (before, after) if one.radiograph is not None]
    if None not in born and born[0] != born[1]:
        raise ComparisonRefusedError(
            what=f"The films are of patients born on different days: {born[0]} and {born[1]}.",
            why="A change can only be read from two films of one person.",
            do="Check the files; if it is one person, correct the day of birth in one header.",
        )


def _refuse_other_view(before: FilmResult, after: FilmResult) -> None:
    views = view_of(before), view_of(after)
    if views[0] is views[1] or all(view.is_coronal for view in views):
        return
    raise ComparisonRefusedError(
        what=f"The films are of different views: {VIEW_TEXT[views[0]]} and {VIEW_TEXT[views[1]]}.",
        why="Their measurements are not the same thing.",
        do="Compare two AP or PA films, or two lateral films.",
    )


def _identifier(result: FilmResult) -> str | None:
    return None if result.radiograph is None else result.radiograph.header.patient_id or None


def _patient(result: FilmResult) -> str | None:
    if result.radiograph is None:
        return None
    return result.radiograph.header.written_name


def _caption(name: str, result: FilmResult) -> str:
    date = None if result.radiograph is None else result.radiograph.header.study_date
    day = day_text(date) if date is not None else "date unknown"
    return f"{name}: {day}, {VIEW_TEXT[view_of(result)]}, {result.film}"


def comparison_alerts(before: FilmResult, after: FilmResult) -> tuple[str, ...]:
    """What must be known before any change between two films of :func:`checked_changes` is believed."""
    first, second = before.radiograph, after.radiograph
    assert first is not None and second is not None  # checked_changes has raised otherwise
    sides, names = _turned(before, after), [_patient(before), _patient(after)]
    days = first.header.study_date, second.header.study_date
    candidates = (
        (
            _identifier(before) is None or _identifier(after) is None,
            "Not both films name their patient: make sure that they are of one person.",
        ),
        (
            None not in names and names[0] != names[1],
            f"The films bear different names, {names[0]} and {names[1]}: make sure that they are of one person.",
        ),
        (
            days[0] is not None and days[1] is not None and days[0] > days[1],
            "The film given as “before” is the later one: read the changes the other way round.",
        ),
        (
            None in days,
            "When the films were taken is not on both: make sure that “before” is the earlier one.",
        ),
        (first.sha256 == second.sha256, "Both films are the same picture."),
        (sides is not None, sides or ""),
    )
    own = tuple(text for applies, text in candidates if applies)
    return (*own, *_red_lines("Before", before), *_red_lines("After", after))


def _red_lines(name: str, result: FilmResult) -> tuple[str, ...]:
    lines = () if result.assessment is None else result.assessment.red_lines
    return tuple(f"{name}: {line}" for line in lines)


def shared_notes(changes: tuple[Change, ...]) -> tuple[str, ...]:
    """The notes that hold for every change: said once below the table. The one on stance always holds."""
    in_all = [note for note in (changes[0].notes if changes else ()) if all(note in c.notes for c in changes)]
    return tuple(dict.fromkeys((STANCE, *in_all)))


def change_row(change: Change, shared: tuple[str, ...] = ()) -> ChangeRow:
    """One change in words; notes that are ``shared`` by all rows are left out."""
    unit = UNIT_TEXT[change.unit]
    before, after = (number_text(value, change.unit) + unit for value in (change.before, change.after))
    difference = number_text(change.difference, change.unit)
    chance = change.progression_probability
    notes = tuple(note for note in change.notes if note not in shared)
    if chance is not None:
        notes = (f"Probability of more than 5° of progression: {probability_text(chance)}.", *notes)
    return ChangeRow(
        kind=change.kind,
        name=change.label,
        before=before,
        after=after,
        difference=("" if difference.startswith("−") else "+") + difference + unit,
        smallest=number_text(change.smallest_detectable, change.unit) + unit,
        verdict=BEYOND_NOISE if change.beyond_noise else WITHIN_NOISE,
        notes=notes,
    )


def _only_on_one(before: FilmResult, after: FilmResult, changes: tuple[Change, ...]) -> tuple[str, ...]:
    compared = {change.kind for change in changes}
    lines: list[str] = []
    for name, result, other in (("before", before, after), ("after", after, before)):
        assert result.assessment is not None and other.assessment is not None
        left = [
            m.label
            for m in result.assessment.measurements
            if m.kind not in compared and other.assessment.of(m.kind) is None
        ]
        lines += [f"{label} (only {name})" for label in left]
    return tuple(lines)
