"""A clinic's outcomes in words and numbers: terminal and page print exactly this."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from spondyl.assessment.outcomes import ChangeSummary, InstrumentOutcome, Responders
from spondyl.assessment.outcomes.courses import Standing
from spondyl.evidence.counts.proportion_interval import Proportion
from spondyl.true_minus import true_minus

MISSING_WORDS = {
    Standing.DROPPED_OUT: "dropped out",
    Standing.OPERATED: "had an operation",
    Standing.BEGAN_AGAIN: "began a new episode before",
    Standing.NO_SCORE: "no score in the window",
}
FEWEST_SHOWN = 10
"""Of fewer patients with a score the clinic's page shows no result, and nothing is drawn as a hundred people: with the
list of patients beside it, a bar or a mean is the change of somebody who is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeWords:
    """One questionnaire in one window, ready to lay out; an empty text is not shown."""

    name: str
    window: str
    patients: str
    missing: str
    change: str
    change_note: str
    unchanged: str
    observed: str
    worst: str
    best: str
    by_share: str
    worse: str
    notes: tuple[str, ...]


def words_of(one: InstrumentOutcome) -> OutcomeWords:
    """Put one outcome into words."""
    due = one.measured + one.missing
    points, unit = one.by_points, one.instrument.unit
    return OutcomeWords(
        name=one.instrument.name,
        window=f"{one.window.label} (day {one.window.from_day} to {one.window.to_day})",
        patients=f"{one.measured} of {due} with a score",
        missing=_missing(one),
        change=_change(one.change, unit),
        change_note=_change_note(one.change),
        unchanged=""
        if one.mean_if_unchanged is None or not one.missing
        else f"{_signed(one.mean_if_unchanged)} {unit} if the {one.missing} without a score had not changed",
        observed=share_text(points.observed) if points else "no threshold is known",
        worst=share_text(points.worst_case) if points else "",
        best=share_text(points.best_case) if points else "",
        by_share=_by_share(one.by_share),
        worse=""
        if one.worse is None or points is None
        else _worse(one.worse, one.measured, points.threshold),
        notes=_notes(one),
    )


def too_few_text(few: Sequence[InstrumentOutcome]) -> str:
    """What is not shown because few patients have a score, why, and from how many it will be; empty without any."""
    if not few:
        return ""
    windows = _by_instrument(few, lambda one: f"{one.people} at {one.window.label}")
    return (
        f"Not shown, because fewer than {FEWEST_SHOWN} patients have a score: it would tell what became of somebody "
        f"who is known. Each is shown from {FEWEST_SHOWN} patients on. Patients with a score so far: {windows}."
    )


def nobody_text(empty: Sequence[InstrumentOutcome]) -> str:
    """The windows in which nobody has a score, in one sentence; empty without any."""
    windows = _by_instrument(
        empty, lambda one: f"{one.window.label} ({one.missing} missing, {one.not_yet_due} not yet due)"
    )
    return f"Not judged, because nobody has a score there: {windows}." if empty else ""


def _by_instrument(found: Sequence[InstrumentOutcome], words: Callable[[InstrumentOutcome], str]) -> str:
    lines: dict[str, list[str]] = {}
    for one in found:
        lines.setdefault(one.instrument.name, []).append(words(one))
    return "; ".join(f"{name}: {', '.join(windows)}" for name, windows in lines.items())


def not_judged_text(one: InstrumentOutcome) -> str:
    """Why a window is not judged: nobody has a score in it."""
    return (
        f"Not judged, nobody has a score: {one.instrument.name}, {one.window.label} ({one.missing} missing, "
        f"{one.not_yet_due} not yet due)."
    )


def _missing(one: InstrumentOutcome) -> str:
    parts = [
        f"{one.standings[standing]} {words}"
        for standing, words in MISSING_WORDS.items()
        if one.standings[standing]
    ]
    return ", ".join(parts) if parts else "none missing"


def _change(change: ChangeSummary | None, unit: str) -> str:
    if change is None:
        return "no score in this window"
    mean = f"{_signed(change.mean)} {unit}"
    if change.interval is None:
        return f"{mean} (no interval: {change.not_given[0].reason})"
    return f"{mean} (95 % interval {_signed(change.interval.low)} to {_signed(change.interval.high)})"


def _change_note(change: ChangeSummary | None) -> str:
    if change is None:
        return ""
    low, middle, high = change.quartiles
    how = (
        "bootstrap interval, because the changes are skewed" if change.method == "bootstrap" else "t interval"
    )
    spread = (
        f"; half of the patients between {_signed(low)} and {_signed(high)}, the middle one {_signed(middle)}"
    )
    return f"{how}{spread}" if change.interval else f"middle half {_signed(low)} to {_signed(high)}"


def _signed(value: float) -> str:
    """A change with its sign: + is better; the true minus sign for worse."""
    rounded = round(value, 1) + 0.0
    return true_minus(f"{rounded:+.1f}") if rounded else "0.0"


def share_text(found: Proportion | None) -> str:
    """``23 of 43, 53 % (39 to 68 %)`` with the Wilson interval."""
    if found is None:
        return "nobody has a score"
    low, high = 100 * found.interval.low, 100 * found.interval.high
    return f"{found.events} of {found.patients}, {100 * found.share:.0f} % ({low:.0f} to {high:.0f} %)"


def _by_share(found: Responders | None) -> str:
    if found is None:
        return ""
    return f"observed {share_text(found.observed)}; worst case {share_text(found.worst_case)}"


def _worse(worse: int, measured: int, threshold: str) -> str:
    return f"{worse} of {measured}, by {threshold} or more"


def _notes(one: InstrumentOutcome) -> tuple[str, ...]:
    few = one.measured and one.measured + one.missing < 30
    notes = (
        (one.not_yet_due, f"Not yet due in this window, so not counted: {patients_text(one.not_yet_due)}."),
        (
            one.could_not_reach,
            f"Began too near the good end to reach the threshold in points, and counted as not reaching it: "
            f"{patients_text(one.could_not_reach or 0)}.",
        ),
        (few, "Fewer than 30 patients: the intervals are wide for a reason."),
    )
    return tuple(text for applies, text in notes if applies)


def patients_text(count: int) -> str:
    """``1 patient``, ``2 patients``."""
    return f"{count} patient" if count == 1 else f"{count} patients"
