"""Results of the evidence methods in a terminal: JSON, or tables with numbers as papers print them."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from spondyl.clinic.cli.evidence_pool_print import number
from spondyl.clinic.cli.whole_table import print_whole
from spondyl.evidence import Interval, LeftOut, Measure
from spondyl.evidence.scale import shown_value


def print_json(content: dict[str, Any]) -> None:
    """One JSON object on stdout."""
    typer.echo(json.dumps(content, ensure_ascii=False, allow_nan=False))


def print_table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """A plain table; all columns but the first stand at the right."""
    table = Table(*head, box=SIMPLE_HEAD)
    for column in table.columns[1:]:
        column.justify = "right"
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    print_whole(table, Console(highlight=False))


def print_lines(lines: Iterable[str]) -> None:
    """Sentences, each on its line."""
    for line in lines:
        typer.echo(line)


def remarks(notes: Iterable[str] = (), left_out: Iterable[LeftOut] = ()) -> list[str]:
    """What was done to the numbers, and which studies were left out and why."""
    return [
        *(f"Note: {note}" for note in notes),
        *(f"Left out: {item.label}: {item.reason}." for item in left_out),
    ]


def with_range(measure: Measure, value: float, interval: Interval) -> str:
    """A value and its interval on the reader's scale: "0.49 (0.34 to 0.70)"."""
    low, high = (number(shown_value(measure, end)) for end in (interval.low, interval.high))
    return f"{number(shown_value(measure, value))} ({low} to {high})"
