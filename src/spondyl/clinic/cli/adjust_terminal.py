"""A session in the terminal: live force, stiffness and decisions, and keys that stop it."""

import os
import select
import sys
import termios
import time
import tty
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread

from rich.box import SIMPLE_HEAD
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.panel import Panel
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from spondyl.clinic.adjust.options import Options, maximum_of
from spondyl.clinic.adjust.pump import ALIVE_US
from spondyl.clinic.adjust.run import Ran, run_adjustment
from spondyl.clinic.adjust.said_pain import SaidPain
from spondyl.clinic.cli.typed_keys import TypedKeys
from spondyl.clinic.cli.whole_table import print_table
from spondyl.treatment.adjustment import (
    Command,
    Decision,
    Fire,
    Fired,
    MapRow,
    Note,
    Place,
    Reading,
    Show,
    Told,
)

LINES = 8
"""Decisions kept in sight."""


class Screen:
    """What is seen now; told by the session, drawn by rich. It is the session's watcher and its patient's voice."""

    def __init__(self, *, live: bool, max_n: float, paced: bool) -> None:
        self.pain = SaidPain()
        self._live = live
        self._max_n = max_n
        self._paced = paced
        self._doing = "connecting"
        self._force_n = 0.0
        self._peak = ""
        self._rows: dict[tuple[str, str], MapRow] = {}
        self._said: list[Decision] = []

    # The session's watcher

    def asked(self, command: Command, /) -> None:
        """Say what is about to happen."""
        if isinstance(command, Place):
            self._doing = f"going to {command.segment}"
        elif isinstance(command, Fire):
            self._doing = f"{command.purpose}: {command.commanded_n:g} N at {command.segment}"
        elif isinstance(command, Note):
            self._said.append(command.decision)
        elif isinstance(command, Show):
            self._rows[command.row.segment, command.row.when] = command.row

    def answered(self, command: Command, reading: Reading, /) -> None:
        """Keep the newest peak."""
        if isinstance(command, Fire) and isinstance(reading, Fired):
            peak_n = reading.waveform.peak_n
            self._force_n = peak_n
            self._peak = f"{command.segment} {command.purpose}: {peak_n:.1f} N of {reading.cap_n:g} N"

    def force(self, force_n: float, /) -> None:
        """The newest force; a simulator in virtual time is slowed down to be watched."""
        self._force_n = force_n
        if self._paced:
            time.sleep(ALIVE_US * 1e-6)

    def heard(self) -> Told | None:
        """What was typed of the pain by now; None before anything was."""
        return self.pain.heard()

    def told(self) -> Told | None:
        """The same, now that it is asked for; a simulated patient who says nothing has none."""
        said = self.heard()
        if said is None and self._live:
            self._doing = "ask how much it hurts, 0 to 10, and type it"
            return None
        return said or Told(pain=0, wants_stop=False)

    # Drawing

    def __rich__(self) -> RenderableType:
        title = "LIVE INSTRUMENT" if self._live else "SIMULATED (dry run)"
        bar = ProgressBar(total=max(self._max_n, 1.0), completed=max(self._force_n, 0.0), width=40)
        force = Table.grid(padding=(0, 1))
        force.add_row("Force", bar, f"{self._force_n:6.1f} N of {self._max_n:g} N")
        parts = [
            Text(f"{self._doing}    pain {self._pain_words()}    last pulse {self._peak or '–'}"),
            force,
            stiffness_table(tuple(self._rows.values())),
            *(Text(_line(one)) for one in self._said[-LINES:]),
            Text(" STOP: space or s      pain now: 0 to 10 ", style="bold white on red"),
        ]
        return Panel(Group(*parts), title=title, border_style="red" if self._live else "blue")

    def _pain_words(self) -> str:
        return "not said" if self.pain.newest is None else f"{self.pain.newest}/10"


def stiffness_table(rows: tuple[MapRow, ...]) -> Table:
    """The stiffness map, N/mm with 95 % intervals."""
    table = Table("Segment", "When", "Stiffness, N/mm (95 %)", box=SIMPLE_HEAD)
    for row in rows:
        seen = row.text
        if row.stiffness_n_mm is not None:
            seen = f"{row.stiffness_n_mm:.1f} ({row.low_n_mm:.1f} to {row.high_n_mm:.1f})"
        table.add_row(row.segment, row.when, seen)
    return table


def _line(decision: Decision) -> str:
    where = f"{decision.segment} " if decision.segment else ""
    return f"{where}{decision.action.value.replace('_', ' ')}: {decision.reason}"


def run_in_terminal(options: Options, *, record: Path | None, stop: Event) -> Ran:
    """Run the session; live in a terminal that can be drawn anew, in plain lines else."""
    console = Console()
    # A dumb terminal (TERM) shows nothing of a screen that is drawn anew: neither the force nor the question of pain.
    is_live = console.is_terminal and not console.is_dumb_terminal and sys.stdin.isatty()
    screen = Screen(
        live=options.live, max_n=maximum_of(options.max_n), paced=is_live and options.address is None
    )
    if is_live:
        with _keys(stop, screen), Live(screen, console=console, refresh_per_second=10, transient=True):
            ran = run_adjustment(
                options, record=record, stop=stop, watcher=screen, ask=screen.told, hear=screen.heard
            )
    else:
        ran = run_adjustment(options, record=record, stop=stop)
    _show(console, ran)
    return ran


@contextmanager
def _keys(stop: Event, screen: Screen) -> Generator[None]:
    """Read single keys beside the session."""
    terminal, over = sys.stdin.fileno(), Event()
    before = termios.tcgetattr(terminal)
    tty.setcbreak(terminal)
    listener = Thread(target=_listen, args=(terminal, stop, screen, over), daemon=True)
    listener.start()
    try:
        yield
    finally:
        over.set()
        listener.join()
        termios.tcsetattr(terminal, termios.TCSADRAIN, before)


def _listen(terminal: int, stop: Event, screen: Screen, over: Event) -> None:
    keys = TypedKeys(stop=stop.set, say=screen.pain.say)
    while not over.is_set():
        ready, _, _ = select.select([terminal], [], [], 0.05)
        keys.typed(os.read(terminal, 32).decode(errors="replace") if ready else "", time.monotonic())


def _show(console: Console, ran: Ran) -> None:
    outcome = ran.outcome
    console.print(
        "SIMULATED: nothing real was touched." if ran.plan.simulated else "LIVE session.", style="bold"
    )
    if outcome.stiffness:
        print_table(stiffness_table(outcome.stiffness), console)
    if outcome.delivered:
        console.print(_pulses(ran))
    for decision in outcome.decisions:
        console.print(Text(_line(decision)))
    console.print(
        Text(f"Ended ({outcome.stopped_because.value.replace('_', ' ')}): {outcome.text}", style="bold")
    )
    console.print(Text(f"Record: {ran.record}\nSHA-256 {ran.digest}"), soft_wrap=True)
    console.print("Research software, not a medical device.")


def _pulses(ran: Ran) -> Table:
    table = Table("Segment", "Pulses", "Highest peak", "Cap", "Impulse of budget", box=SIMPLE_HEAD)
    for segment in dict.fromkeys(one.segment for one in ran.outcome.delivered):
        of = [one for one in ran.outcome.delivered if one.segment == segment]
        treated = sum(one.purpose == "treat" for one in of)
        spent_ns, budget_ns = sum(one.counted_ns for one in of), ran.plan.limits.segment_impulse_ns
        table.add_row(
            segment,
            f"{len(of) - treated} small" + (f", {treated} to treat" if treated else ""),
            f"{max(one.peak_n for one in of):.1f} N",
            f"{of[0].cap_n:g} N",
            f"{spent_ns:.2f} of {budget_ns:g} N·s",
        )
    return table
