"""Print what changed between two films."""

import json

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from spondyl.clinic.cli.terminal import SIGNS
from spondyl.clinic.cli.whole_table import print_table
from spondyl.clinic.report.comparison import comparison_json
from spondyl.clinic.report.comparison_content import checked_changes, comparison_content
from spondyl.clinic.result import FilmResult


def print_changes(before: FilmResult, after: FilmResult) -> None:
    """A table on stdout: before, after, change, the smallest detectable change, the verdict; then notes."""
    console, content = Console(), comparison_content(before, after)
    table = Table("Value", "Before", "After", "Change", "Detectable", "Verdict", box=SIMPLE_HEAD)
    for change in checked_changes(before, after):
        sign = SIGNS[change.unit.value]
        numbers = (change.before, change.after, change.difference, change.smallest_detectable)
        verdict = "changed" if change.beyond_noise else "within noise"
        table.add_row(change.label, *(f"{number:.1f}{sign}" for number in numbers), verdict)
    for alert in content.alerts:
        console.print(f"Beware: {alert}", markup=False)
    print_table(table, console)
    notes: dict[str, list[str]] = {}
    for row in (*content.rows, *content.level_rows):
        for note in row.notes:
            notes.setdefault(note, []).append(row.name)
    for note, names in notes.items():
        console.print(f"{', '.join(names)}: {note}", markup=False, highlight=False)
    console.print(
        "Detectable: the smallest change that can be told from noise (95 %).",
        *content.explanation,
        markup=False,
        highlight=False,
    )


def print_changes_json(before: FilmResult, after: FilmResult) -> None:
    """One JSON object on stdout."""
    print(json.dumps(comparison_json(before, after), ensure_ascii=False, allow_nan=False))
