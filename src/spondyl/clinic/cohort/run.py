"""Run a list of films to the end: reuse what is known, measure the rest, write the results."""

from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from fcntl import LOCK_EX, LOCK_NB, flock
from pathlib import Path

from spondyl.clinic.cohort.journal import Journal
from spondyl.clinic.cohort.outputs import write_outputs
from spondyl.clinic.cohort.report_folder import (
    REPORTS,
    are_in_place,
    remove_disowned,
    remove_unfinished,
    remove_unrecorded,
)
from spondyl.clinic.cohort.task import FilmRecord, FilmTask, is_unchanged

Measure = Callable[[Iterator[FilmTask]], Generator[FilmRecord]]
"""How films are measured: here, over the cores, or on a cluster."""


class RunFolderError(Exception):
    """The output folder cannot take this run; the message says why and what to do."""


class ClusterError(Exception):
    """The cluster that is to measure the films cannot be reached; the message says why and what to do."""


class ClusterLostError(Exception):
    """The cluster was lost while it measured; the message says what is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Watcher:
    """Who is told of progress: ``started(films, reused)`` once, ``finished(record)`` in the order of the films."""

    started: Callable[[int, int], None]
    finished: Callable[[FilmRecord], None]
    ticked: Callable[[], None]


def run_cohort(
    tasks: Sequence[FilmTask], *, out: Path, measure: Measure, watcher: Watcher, resume: bool
) -> None:
    """Measure all films and write the results to ``out``; see docs/how-to/cohort.md for the files.

    With ``resume``, a film whose file, landmarks, model and settings are unchanged is not measured again, unless one
    of its reports is gone or is no longer the one that was written. Reports of earlier results are removed. Without
    it, a folder that already holds a run is left alone: RunFolderError.
    """
    with _locked(out):
        journal = Journal(out / "journal")
        if not resume and journal.folder.exists():
            raise RunFolderError(
                f"{out} already holds a run. Add --resume to go on with it (unchanged films are not measured again) or "
                "give another folder with --out."
            )
        journal.open()
        measure_into(journal, tasks, measure=measure, watcher=watcher, reports=out / REPORTS)
        films = [task.film for task in tasks]
        _remove_older_reports(journal, films, out / REPORTS)
        write_outputs((_known(journal, film) for film in films), out)
        journal.keep_only(films)


def measure_into(
    journal: Journal, tasks: Sequence[FilmTask], *, measure: Measure, watcher: Watcher, reports: Path
) -> None:
    """Fill the journal with a record of every task; an interrupted run leaves what it has finished.

    ``reports`` is the folder of the run's reports; it need not exist.
    """
    reused = {task.film for task in tasks if _is_reusable(journal.get(task.film), task, reports)}
    waiting = _InOrder(films=[task.film for task in tasks], ready=set(reused))
    watcher.started(len(tasks), len(reused))
    try:
        with closing(measure(task for task in tasks if task.film not in reused)) as records:
            waiting.tell(journal, watcher)
            for record in records:
                journal.add(record)
                watcher.ticked()
                waiting.ready.add(record.film)
                waiting.tell(journal, watcher)
    finally:
        remove_unfinished(reports)
        journal.save()


@dataclass(slots=True, kw_only=True)
class _InOrder:
    """Tell of finished films in the order they were given, whatever order they finish in."""

    films: list[str]
    ready: set[str]
    told: int = 0

    def tell(self, journal: Journal, watcher: Watcher) -> None:
        while self.told < len(self.films) and self.films[self.told] in self.ready:
            watcher.finished(_known(journal, self.films[self.told]))
            self.told += 1


def _known(journal: Journal, film: str) -> FilmRecord:
    record = journal.get(film)
    if record is None:
        raise LookupError(f"No record of {film}: the run ended without measuring it.")
    return record


def _is_reusable(record: FilmRecord | None, task: FilmTask, reports: Path) -> bool:
    """The same work on the same bytes, and every report of it still in place."""
    if record is None or record.key != task.key or not is_unchanged(task.path, record.file):
        return False
    return are_in_place(record.reports, reports)


def _remove_older_reports(journal: Journal, films: Sequence[str], reports: Path) -> None:
    if reports.is_dir():
        owned = {report.name for film in films for report in _known(journal, film).reports}
        written = (report for record in journal.every() for report in record.reports)
        remove_unrecorded(reports, owned=owned)
        remove_disowned(written, reports, owned=owned)


@contextmanager
def _locked(out: Path) -> Generator[None]:
    """Keep a second run out of the folder while this one works; the lock ends with the process, however it ends."""
    out.mkdir(parents=True, exist_ok=True)
    with (out / ".lock").open("w") as lock:
        try:
            flock(lock, LOCK_EX | LOCK_NB)
        except BlockingIOError:
            raise RunFolderError(
                f"Another run is writing to {out}. Wait for it, or give another --out."
            ) from None
        yield
