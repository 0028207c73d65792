"""Print a clinic's outcomes for a person or as JSON."""

import json

from rich.console import Console

from spondyl.assessment.outcomes import ClinicOutcomes, InstrumentOutcome
from spondyl.clinic.report.outcomes_json import outcomes_json
from spondyl.clinic.report.outcomes_words import not_judged_text, patients_text, words_of
from spondyl.clinic.report.published_beside import PublishedLine


def print_outcomes_json(found: ClinicOutcomes, published: tuple[PublishedLine, ...]) -> None:
    """One JSON object on stdout."""
    print(json.dumps(outcomes_json(found, published=published), ensure_ascii=False, allow_nan=False))


def print_outcomes(found: ClinicOutcomes, published: tuple[PublishedLine, ...]) -> None:
    """The warning first, then a block for each questionnaire and window, then what sham groups of trials reached."""
    console = Console(highlight=False, markup=False)
    console.print(f"{patients_text(found.patients)}, {found.visits} rows, as of {found.as_of}.", style="bold")
    for line in found.warnings:
        console.print(f"! {line}")
    for one in found.outcomes:
        _print_outcome(console, one)
    if found.not_judged:
        console.print()
    for one in found.not_judged:
        console.print(f"{not_judged_text(one)}", soft_wrap=True)
    controls = [line for line in published if line.is_control]
    if controls:
        console.print(
            "\nFor scale, what control groups of trials reached (counted in other ways):", style="bold"
        )
    for line in controls:
        text = f"{line.share} at {line.when}, {line.study}, {line.group}: {line.definition}"
        console.print(f"  {text}.", soft_wrap=True)


def _print_outcome(console: Console, one: InstrumentOutcome) -> None:
    words = words_of(one)
    console.print(f"\n{words.name}, {words.window}", style="bold")
    rows = [
        ("Patients", f"{words.patients}; {words.missing}"),
        ("Change (+ better)", words.change),
    ]
    if one.threshold:
        rows += [
            (f"Improved by ≥ {one.threshold.points:g}", words.observed),
            ("  worst case", f"{words.worst}, everyone without a score counted as not improved"),
            ("  best case", f"{words.best}, everyone without a score counted as improved"),
            ("Improved by ≥ 30 %", words.by_share),
            ("Got worse", words.worse),
        ]
    for name, text in rows:
        console.print(f"  {name:<20}{text}", soft_wrap=True)
    for note in words.notes:
        console.print(f"  {note}", soft_wrap=True)
