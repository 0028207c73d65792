"""How far an export is: a bar on stderr when that is a terminal."""

import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn


@contextmanager
def progress(about_bytes: int | None) -> Generator[Callable[[int], None]]:
    """A function that hears how many bytes were written; ``about_bytes`` is about how many it will be."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("Export", total=about_bytes)
        yield lambda written_bytes: bar.advance(task, written_bytes)
