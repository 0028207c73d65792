"""How far a check of the audit log is: bars on stderr when that is a terminal."""

import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from spondyl.clinic.verify_audit import Progress as CheckProgress


@contextmanager
def progress() -> Generator[Callable[[CheckProgress], None]]:
    """A function that hears how far the check has come."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        tasks: dict[str, TaskID] = {}

        def show(came: CheckProgress) -> None:
            if came.what not in tasks:
                tasks[came.what] = bar.add_task(came.what.capitalize(), total=came.total)
            bar.update(tasks[came.what], completed=came.done)

        yield show
