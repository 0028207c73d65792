"""Measure films over the cores of this machine, and survive a worker that dies."""

import signal
from collections.abc import Generator, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from itertools import islice
from multiprocessing import get_context, resource_tracker

from spondyl.clinic.cohort.task import FilmRecord, FilmTask, WorkSetup
from spondyl.clinic.cohort.worker import measure_for_pool, record_of_death, start_worker


def measure_on_cores(tasks: Iterable[FilmTask], *, setup: WorkSetup, jobs: int) -> Generator[FilmRecord]:
    """Measure films with ``jobs`` worker processes; records come as they finish, in any order.

    When a worker dies, the films in flight are suspects: each is measured again alone, and only a film that ends its
    worker again is reported as such. Whoever closes the generator, or presses Ctrl-C, ends the workers at once.
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
    flying: dict[Future[FilmRecord], FilmTask] = {}
    with _pool(jobs) as pool:
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


def _submit(pool: ProcessPoolExecutor, setup: WorkSetup, task: FilmTask) -> Future[FilmRecord]:
    """Submit a film; a pool that broke a moment ago gives a future that says so, and the film is not lost."""
    try:
        with _ctrl_c_held():
            return pool.submit(measure_for_pool, setup, task)
    except BrokenProcessPool as error:
        future: Future[FilmRecord] = Future()
        future.set_exception(error)
        return future


@contextmanager
def _ctrl_c_held() -> Generator[None]:
    """Start processes that no Ctrl-C reaches, not even while they import: they inherit what is held back here. This
    process gets it a moment later."""
    resource_tracker.ensure_running()  # started within, it would let Ctrl-C through again
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _is_broken(future: Future[FilmRecord]) -> bool:
    return isinstance(future.exception(), BrokenProcessPool)


def _measure_alone(setup: WorkSetup, task: FilmTask) -> FilmRecord:
    with _pool(1) as pool:
        future = _submit(pool, setup, task)
        return record_of_death(setup, task) if _is_broken(future) else future.result()


@contextmanager
def _pool(jobs: int) -> Generator[ProcessPoolExecutor]:
    """Workers for a while. Left early, by Ctrl-C or a failure, they end at once: nobody would take what they find.

    A spawned worker starts clean: a forked one would inherit the parent's onnxruntime and reader threads half alive.
    """
    context = get_context("spawn")
    theirs, ours = context.Pipe(duplex=False)
    pool = ProcessPoolExecutor(jobs, mp_context=context, initializer=start_worker, initargs=(theirs,))
    with ours, theirs:
        try:
            yield pool
        except BaseException:
            ours.close()
            raise
        finally:
            pool.shutdown(wait=True, cancel_futures=True)
