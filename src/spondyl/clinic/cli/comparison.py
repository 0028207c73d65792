"""Print what changed between two films."""

import json
from dataclasses import asdict
from typing import Any

from rich.console import Console
from rich.table import Table

from spondyl.assessment.change import STANCE, Change, compare
from spondyl.clinic.result import FilmResult

SIGNS = {"deg": "°", "mm": " mm", "%": " %", "1": ""}


def print_changes(before: FilmResult, after: FilmResult) -> None:
    """A table on stdout: before, after, change, the smallest detectable change, and the verdict in words."""
    console = Console()
    table = Table("Value", "Before", "After", "Change", "Smallest detectable", "Verdict")
    for change in _changes(before, after):
        sign = SIGNS[change.unit.value]
        numbers = (change.before, change.after, change.difference, change.smallest_detectable)
        verdict = "changed" if change.beyond_noise else "within noise"
        table.add_row(change.label, *(f"{number:.1f}{sign}" for number in numbers), verdict)
    console.print(table)
    console.print(STANCE)


def print_changes_json(before: FilmResult, after: FilmResult) -> None:
    """One JSON object on stdout."""
    changes = [_json(change) for change in _changes(before, after)]
    print(json.dumps({"before": before.film, "after": after.film, "changes": changes}))


def _json(change: Change) -> dict[str, Any]:
    return asdict(change) | {"unit": change.unit.value}


def _changes(before: FilmResult, after: FilmResult) -> tuple[Change, ...]:
    if before.assessment is None or after.assessment is None:
        raise ValueError("Only measured films can be compared.")
    return compare(before.assessment.measurements, after.assessment.measurements)
