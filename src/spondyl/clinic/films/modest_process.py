"""One process beside the server that does one heavy thing after another, and gives way to the people at the screens."""

from collections.abc import Callable
from concurrent.futures import CancelledError, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from threading import Lock
from typing import Any

from spondyl.clinic.child_processes import child_context
from spondyl.clinic.films.find import be_modest


class ModestProcess:
    """Begun with the first request, or after :meth:`end` with the next. Serves several threads."""

    def __init__(self) -> None:
        self._pool: ProcessPoolExecutor | None = None
        self._lock = Lock()

    def ask(self, job: Callable[..., Any], *arguments: Any, patience_s: float) -> Any:
        """What ``job`` gives or raises there; BrokenProcessPool when the process died, TimeoutError when it is slow."""
        pool = self._begun()
        try:
            return pool.submit(job, *arguments).result(timeout=patience_s)
        except CancelledError as ended:
            raise BrokenProcessPool("The process was ended over something that stood before this.") from ended
        except (BrokenProcessPool, TimeoutError):
            self._end(pool)
            raise

    def end(self) -> None:
        """End the process, whatever it does."""
        if (pool := self._pool) is not None:
            self._end(pool)

    def _begun(self) -> ProcessPoolExecutor:
        with self._lock:
            if self._pool is None:
                self._pool = ProcessPoolExecutor(1, mp_context=child_context(), initializer=be_modest)
            return self._pool

    def _end(self, pool: ProcessPoolExecutor) -> None:
        # Several may have waited for it: the first to notice ends it, the others must not end the next one.
        with self._lock:
            if self._pool is not pool:
                return
            self._pool = None
        processes = list((pool._processes or {}).values())  # pyright: ignore[reportPrivateUsage]
        pool.shutdown(wait=False, cancel_futures=True)
        for process in processes:
            process.kill()
            process.join(5)
