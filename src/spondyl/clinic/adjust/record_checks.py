"""The check of a record anew, when the one that follows a session was cut off by the server's end."""

import logging
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path
from threading import Lock, Thread

from spondyl.clinic.child_processes import child_context
from spondyl.treatment.adjustment import Replay, replay

_LOG = logging.getLogger(__name__)


class RecordChecks:
    """At most one check of a record at a time, in a process of its own; ``problem`` says why one did not come about."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._running: set[str] = set()
        self._problems: dict[str, str] = {}

    def is_running(self, run: str) -> bool:
        """Whether the record of this run is being checked."""
        return run in self._running

    def problem(self, run: str) -> str:
        """Why the last check of this run came to nothing; empty when there was none or it did."""
        return self._problems.get(run, "")

    def begin(self, run: str, path: Path, keep: Callable[[Replay], None]) -> None:
        """Check the record at ``path`` beside the caller and give ``keep`` what came of it."""
        with self._lock:
            if run in self._running:
                return
            self._running.add(run)
            self._problems.pop(run, None)
        Thread(target=self._check, args=(run, path, keep), daemon=True, name="record check").start()

    def _check(self, run: str, path: Path, keep: Callable[[Replay], None]) -> None:
        try:
            # A replay computes for seconds: in the server it would make every page wait.
            with ProcessPoolExecutor(1, mp_context=child_context()) as one:
                keep(one.submit(check_file, path).result())
        except Exception as error:
            _LOG.exception("a record could not be checked")
            self._problems[run] = str(error) or type(error).__name__
        finally:
            self._running.discard(run)


def check_file(path: Path) -> Replay:
    """What a replay of the record says, without the record itself; raises OSError where there is no file to read."""
    return replace(replay(path.read_bytes()), record=None)
