"""Measure films on a Dask cluster whose workers see the same files under the same paths."""

from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from typing import Any

from distributed import CancelledError, Client, Future, KilledWorker, as_completed
from distributed.client import ClosedClientError
from distributed.comm.core import CommClosedError

from spondyl.clinic.cohort.run import ClusterError, ClusterLostError
from spondyl.clinic.cohort.task import FilmRecord, FilmTask, WorkSetup
from spondyl.clinic.cohort.worker import measure_tasks, record_of_death

FILMS_PER_TASK = 100
"""Fewer, larger tasks: the scheduler's own cost stays far below the work."""

PATIENCE = "20s"
"""How long the scheduler may take to answer."""

Chunk = tuple[FilmTask, ...]


def measure_on_cluster(
    tasks: Iterable[FilmTask], *, setup: WorkSetup, address: str, films_per_task: int = FILMS_PER_TASK
) -> Generator[FilmRecord]:
    """Measure films on the cluster at ``address`` ("tcp://host:port"); records come a task at a time, in any order.

    Dask moves the task of a lost worker to another one. A task that ends worker after worker is halved until films
    stand alone. A worker takes all it had queued down with it, so a lone film that was lost is only a suspect: it
    is measured once more when nothing else runs, and is reported if that worker dies too. Raises ClusterError when
    no scheduler answers there, ClusterLostError when it answers no more.
    """
    with _told_of_loss(address), _connected(address) as client:
        flying = {_submit(client, setup, chunk): chunk for chunk in _chunks(tasks, films_per_task)}
        finished = as_completed(list(flying), loop=client.loop)
        suspects: list[FilmTask] = []
        for future in finished:
            chunk = flying.pop(future)
            if not isinstance(future.exception(), KilledWorker):
                yield from future.result()
            elif len(chunk) == 1:
                suspects.append(chunk[0])
            else:
                for half in _halves(chunk):
                    again = _submit(client, setup, half)
                    flying[again] = half
                    finished.add(again)
        for suspect in suspects:
            alone = _submit(client, setup, (suspect,))
            killed = isinstance(alone.exception(), KilledWorker)
            yield from [record_of_death(setup, suspect)] if killed else alone.result()


def _connected(address: str) -> Client:
    try:
        return Client(address, timeout=PATIENCE, set_as_default=False)
    except (OSError, ValueError) as error:
        raise ClusterError(
            f"No Dask scheduler answers at {address}: {error}. Nothing was measured. Check the address "
            "(tcp://host:port), and that 'dask scheduler' runs there."
        ) from error


@contextmanager
def _told_of_loss(address: str) -> Generator[None]:
    """Name the scheduler that is gone: Dask calls that a cancelled task, or a connection closed like a full disk."""
    try:
        yield
    except (CancelledError, CommClosedError, ClosedClientError) as error:
        raise ClusterLostError(
            f"The Dask scheduler at {address} was there when the run began and answers no more; how it ended is "
            "not known here. Films that had not come back from it are not measured."
        ) from error


def _submit(client: Client, setup: WorkSetup, chunk: Chunk) -> Future[Any]:
    return client.submit(measure_tasks, setup, chunk, pure=False)


def _chunks(tasks: Iterable[FilmTask], size: int) -> Iterator[Chunk]:
    remaining = iter(tasks)
    while chunk := tuple(islice(remaining, size)):
        yield chunk


def _halves(chunk: Chunk) -> tuple[Chunk, Chunk]:
    middle = len(chunk) // 2
    return chunk[:middle], chunk[middle:]
