"""What a person sees while films are measured: progress on stderr, results on stdout."""

import json
import sys
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from spondyl.assessment import Unit
from spondyl.clinic.cli.whole_table import print_table
from spondyl.clinic.cohort.report_folder import REPORTS
from spondyl.clinic.cohort.run import Watcher
from spondyl.clinic.cohort.task import FilmRecord

SHOWN_FILMS = 40
"""A longer run is summed up instead of listed."""


SECONDS_A_LINE = 60.0
"""How often the log of a run without a terminal says how far it is."""


@dataclass(slots=True)
class Totals:
    """What became of the films, and the first few results to show. ``reports_unasked``: so many films get no reports
    unless a person asks for them."""

    measured: int = 0
    refused: int = 0
    reused: int = 0
    reported: int = 0
    reports_unasked: bool = False
    shown: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])

    def count(self, record: FilmRecord) -> None:
        """Take one finished film."""
        result = json.loads(record.line)
        self.measured += result["status"] == "measured"
        self.refused += result["status"] == "refused"
        self.reported += bool(record.reports)
        if len(self.shown) <= SHOWN_FILMS:
            self.shown.append(result)


@contextmanager
def watch(totals: Totals, *, json_lines: bool) -> Generator[Watcher]:
    """Count finished films, print their JSON lines when asked, and show how far: a bar on a terminal, else lines."""
    with ExitStack() as stack:
        shown = _Bar(bar=stack.enter_context(_progress())) if sys.stderr.isatty() else _Lines()

        def started(films: int, reused: int) -> None:
            totals.reused = reused
            shown.started(films, reused)

        yield Watcher(
            started=started,
            finished=lambda record: _finished(totals, record, json_lines=json_lines),
            ticked=shown.ticked,
        )


@dataclass(slots=True)
class _Bar:
    """How far, on a terminal."""

    bar: Progress
    task: TaskID = field(init=False)

    def __post_init__(self) -> None:
        self.task = self.bar.add_task("Films", total=None)

    def started(self, films: int, reused: int) -> None:
        self.bar.update(self.task, total=films, completed=reused)

    def ticked(self) -> None:
        self.bar.advance(self.task)


@dataclass(slots=True)
class _Lines:
    """How far, in the log of a job that nobody looks at: a line now and then."""

    films: int = 0
    done: int = 0
    told_at: float = field(default_factory=monotonic)

    def started(self, films: int, reused: int) -> None:
        self.films, self.done = films, reused

    def ticked(self) -> None:
        self.done += 1
        if monotonic() - self.told_at >= SECONDS_A_LINE:
            sys.stderr.write(f"{self.done} of {self.films} films.\n")
            self.told_at = monotonic()


def _finished(totals: Totals, record: FilmRecord, *, json_lines: bool) -> None:
    totals.count(record)
    if json_lines:
        sys.stdout.write(record.line + "\n")
        sys.stdout.flush()


def _progress() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=Console(stderr=True), transient=True)


def show_totals(totals: Totals, *, out: Path | None, json_lines: bool) -> None:
    """The closing table and where to look: on stdout, or one line on stderr beside JSON Lines."""
    console = Console(stderr=json_lines)
    if not json_lines and len(totals.shown) <= SHOWN_FILMS:
        print_table(_table(totals), console)
    reused = f" ({totals.reused} unchanged since the last run)" if totals.reused else ""
    console.print(f"{totals.measured} measured, {totals.refused} refused{reused}.", highlight=False)
    if out is not None and not json_lines:
        _show_where(console, out, totals)


def _show_where(console: Console, out: Path, totals: Totals) -> None:
    if totals.reports_unasked:
        words = f"Reports: none, for {totals.measured + totals.refused} films; --formats all --resume writes them."
        console.print(words, highlight=False, soft_wrap=True)
    elif totals.reported:
        console.print(f"Reports: {out / REPORTS}", highlight=False, soft_wrap=True)
    console.print(f"Results: {out / 'results.jsonl'} and {out / 'tables'}", highlight=False, soft_wrap=True)


def _table(totals: Totals) -> Table:
    table = Table("Film", "Result", box=SIMPLE_HEAD, show_lines=False)
    for result in totals.shown:
        table.add_row(Text(Path(result["film"]).name), Text(_told(result)))
    return table


def _told(result: dict[str, Any]) -> str:
    """The film's result in a line, then each red line on a line of its own."""
    if result["status"] == "refused":
        return f"REFUSED: {result['reason']}"
    return "\n".join([_headline(result["measurements"]), *result["red_lines"]])


def _headline(measurements: list[dict[str, Any]]) -> str:
    """The value a clinician asks for first: the largest Cobb angle, else lordosis, else the first value there is."""
    by_kind = {measurement["kind"]: measurement for measurement in measurements}
    found = next((by_kind[kind] for kind in HEADLINES if kind in by_kind), next(iter(measurements), None))
    if found is None:
        return "nothing measurable"
    unit = next(unit for unit in Unit if unit.json_key in found)
    sign = SIGNS[unit.value]
    low, high = found["interval_90"]
    flags = "".join(f", {flag.replace('_', ' ')}" for flag in found["flags"])
    return f"{found['label']}: {found[unit.json_key]:.1f}{sign} (90 % interval {low:.1f} to {high:.1f}{sign}{flags})"


SIGNS = {"deg": "°", "mm": " mm", "%": " %", "1": ""}
"""How a unit is written behind a number, by its UCUM code."""

HEADLINES = ("cobb_major", "lumbar_lordosis_l1_s1", "pelvic_incidence")
