"""What runs in a worker process: measure one film, write its reports, give back its record."""

import os
import threading
from contextlib import ExitStack
from dataclasses import replace
from functools import lru_cache
from multiprocessing import connection
from multiprocessing.connection import Connection
from multiprocessing.util import Finalize

from spondyl.clinic.cohort.report_folder import remove_report_folder, write_report_folder
from spondyl.clinic.cohort.task import FilmRecord, FilmTask, ReportFile, WorkSetup, file_state, result_key
from spondyl.clinic.compose import Tools
from spondyl.clinic.measure_film import internal_error, measure_film
from spondyl.clinic.report.json_lines import to_json_line
from spondyl.clinic.result import FilmResult
from spondyl.radiograph import FilmRefused, Refusal, printable

SENT_WITHIN_S = 5.0


class _Sending:
    """Held from the end of one film to the beginning of the next, while the pool sends the record: a worker that ended
    within it would leave half a record in the pipe, and the run would wait for the rest for ever."""

    lock = threading.Lock()
    is_held = False

    @classmethod
    def begin(cls) -> None:
        cls.lock.acquire()
        cls.is_held = True

    @classmethod
    def end(cls) -> None:
        if cls.is_held:
            cls.is_held = False
            cls.lock.release()


def start_worker(lifeline: Connection) -> None:
    """End with the run: no worker stays when its process, stopped or killed, lets go of the lifeline's other end."""
    threading.Thread(target=_end_with, args=(lifeline,), daemon=True).start()


def _end_with(lifeline: Connection) -> None:
    connection.wait([lifeline])
    _Sending.lock.acquire(timeout=SENT_WITHIN_S)
    os._exit(1)


@lru_cache(maxsize=1)
def _tools(setup: WorkSetup) -> Tools:
    """Opened once in each worker process, and closed when it ends."""
    stack = ExitStack()
    Finalize(None, stack.close, exitpriority=10)
    return stack.enter_context(setup.make_tools(setup.settings))


def measure_task(setup: WorkSetup, task: FilmTask) -> FilmRecord:
    """Measure one film in this worker process."""
    return record_of(measure_with(_tools(setup), setup, task), setup=setup, task=task)


def measure_for_pool(setup: WorkSetup, task: FilmTask) -> FilmRecord:
    """Measure one film in a worker of a pool, which sends the record before it asks for the next film."""
    _Sending.end()
    try:
        return measure_task(setup, task)
    finally:
        _Sending.begin()


def measure_tasks(setup: WorkSetup, tasks: tuple[FilmTask, ...]) -> list[FilmRecord]:
    """Measure many films in this worker process, one after the other: one task of a cluster."""
    return [measure_task(setup, task) for task in tasks]


def measure_with(tools: Tools, setup: WorkSetup, task: FilmTask) -> FilmResult:
    """Measure one film with tools that are already open."""
    result = measure_film(
        task.path,
        reader=tools.reader,
        detector=tools.detector,
        settings=setup.settings,
        landmarks=task.landmarks,
    )
    return replace(result, film=printable(task.film))


def record_of(result: FilmResult, *, setup: WorkSetup, task: FilmTask) -> FilmRecord:
    """The record of a result, after its reports are safely in place."""
    reports: tuple[ReportFile, ...] = ()
    if setup.reports is not None and setup.formats:
        result, reports = _with_reports(result, setup, task)
    pixels = result.radiograph.sha256 if result.radiograph else None
    return FilmRecord(
        film=task.film,
        key=task.key,
        file=file_state(task.path),
        result_key=result_key(pixels_sha256=pixels, key=task.key) if pixels else None,
        line=to_json_line(result),
        reports=reports,
    )


def _with_reports(
    result: FilmResult, setup: WorkSetup, task: FilmTask
) -> tuple[FilmResult, tuple[ReportFile, ...]]:
    """Write the reports; should that fail for a reason of our own, the film is refused rather than half reported."""
    assert setup.reports is not None
    folder = setup.reports / task.report_name
    try:
        return result, write_report_folder(result, folder, source=task.path, formats=setup.formats)
    except OSError:
        raise
    except Exception as error:
        remove_report_folder(folder)
        refused = FilmResult(
            film=result.film,
            radiograph=result.radiograph,
            landmarks=result.landmarks,
            assessment=None,
            refusal=internal_error(error),
        )
        return refused, ()


def record_of_death(setup: WorkSetup, task: FilmTask) -> FilmRecord:
    """The record of a film whose worker process died."""
    refusal = FilmRefused(
        Refusal.WORKER_DIED,
        what="The process that measured this film died.",
        why="The film, or the memory it needs, ended the process twice.",
        do="Try the film alone with 'spondyl measure'; please report it when that fails too.",
    )
    film = printable(task.film)
    result = FilmResult(film=film, radiograph=None, landmarks=None, assessment=None, refusal=refusal)
    return record_of(result, setup=setup, task=task)
