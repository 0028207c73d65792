"""Measure films over the cores of this machine, and survive a worker that dies."""

from collections.abc import Generator, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from itertools import islice
from multiprocessing import get_context

from spondyl.clinic.cohort.task import FilmRecord, FilmTask, WorkSetup
from spondyl.clinic.cohort.worker import measure_task, record_of_death, start_worker


def measure_on_cores(tasks: Iterable[FilmTask], *, setup: WorkSetup, jobs: int) -> Generator[FilmRecord]:
    """Measure films with ``jobs`` worker processes; records come as they finish, in any order.

    When a worker dies, the films in flight are suspects: each is measured again alone, and only a film that ends its
    worker again is reported as such.
    """
    remaining = iter(tasks)
    suspects: list[FilmTask] | None = []
    while suspects is not None:
        for task in suspects:
            yield _measure_alone(setup, task)
        suspects = yield from _run_pool(remaining, setup=setup, jobs=jobs)


def _run_pool(
    remaining: Iterator[FilmTask], *, setup: WorkSetup, jobs: int
) -> Generator[FilmRecord, None, list[FilmTask] | None]:
    """Yield records until all is done (then return None) or a worker dies (then return the films in flight)."""
    pool = _new_pool(jobs)
    flying: dict[Future[FilmRecord], FilmTask] = {}
    try:
        while True:
            for task in islice(remaining, 2 * jobs - len(flying)):
                flying[_submit(pool, setup, task)] = task
            if not flying:
                return None
            done, _ = wait(flying, return_when=FIRST_COMPLETED)
            finished = [future for future in done if not _is_broken(future)]
            for future in finished:
                flying.pop(future)
                yield future.result()
            if len(finished) < len(done):
                return list(flying.values())
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _submit(pool: ProcessPoolExecutor, setup: WorkSetup, task: FilmTask) -> Future[FilmRecord]:
    """Submit a film; a pool that broke a moment ago gives a future that says so, and the film is not lost."""
    try:
        return pool.submit(measure_task, setup, task)
    except BrokenProcessPool as error:
        future: Future[FilmRecord] = Future()
        future.set_exception(error)
        return future


def _is_broken(future: Future[FilmRecord]) -> bool:
    return isinstance(future.exception(), BrokenProcessPool)


def _measure_alone(setup: WorkSetup, task: FilmTask) -> FilmRecord:
    pool = _new_pool(1)
    try:
        return pool.submit(measure_task, setup, task).result()
    except BrokenProcessPool:
        return record_of_death(setup, task)
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _new_pool(jobs: int) -> ProcessPoolExecutor:
    # A spawned worker starts clean: a forked one would inherit the parent's onnxruntime and reader threads half alive.
    return ProcessPoolExecutor(max_workers=jobs, mp_context=get_context("spawn"), initializer=start_worker)
