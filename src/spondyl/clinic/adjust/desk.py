"""The sessions of a running server: one for each instrument and each patient, found by the secret of its page."""

import time
from collections.abc import Callable
from threading import Lock

from spondyl.clinic.adjust.session_process import SessionProcess

KEPT = 20
"""Ended sessions whose feed a page may still read."""


class BusyError(ValueError):
    """A session runs already; the message says where."""


class Desk:
    """Nothing here survives the server: a session does not either, and nothing begins again by itself."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._by_run: dict[str, SessionProcess] = {}
        self._person_of: dict[str, str] = {}

    def begin(
        self, run: str, person_id: str, address: str | None, make: Callable[[], SessionProcess]
    ) -> SessionProcess:
        """Make and keep the session of a run; raises :class:`BusyError` while another is in its way."""
        with self._lock:
            for name, other in self._by_run.items():
                same = self._person_of[name] == person_id or (address and other.setup.address == address)
                if same and not other.has_ended.is_set():
                    raise BusyError(
                        "A session of this patient or on this instrument runs already. Stop it first."
                    )
            session = make()
            self._by_run[run], self._person_of[run] = session, person_id
            self._forget()
            return session

    def of_run(self, run: str) -> SessionProcess | None:
        """The session of a run of this server's life."""
        return self._by_run.get(run)

    def by_token(self, token: str) -> SessionProcess | None:
        """The session whose page has this secret; takes no lock, so that a stop waits for nobody."""
        return next((one for one in tuple(self._by_run.values()) if one.token == token), None)

    def running(self, person_id: str) -> tuple[str, SessionProcess] | None:
        """The run of a patient that has not ended."""
        return next(((run, one) for run, whose, one in self.all_running() if whose == person_id), None)

    def all_running(self) -> tuple[tuple[str, str, SessionProcess], ...]:
        """Run, patient and session of each that has not ended."""
        sessions = tuple(self._by_run.items())
        return tuple(
            (run, self._person_of[run], one)
            for run, one in sessions
            if run in self._person_of and not one.has_ended.is_set()
        )

    def uses(self, address: str) -> bool:
        """Whether a session runs on this instrument."""
        sessions = tuple(self._by_run.values())
        return any(one.setup.address == address and not one.has_ended.is_set() for one in sessions)

    def stop_all(self, by: str) -> None:
        """Stop every session."""
        for session in tuple(self._by_run.values()):
            session.press_stop(by)

    def wait_for_ends(self, patience_s: float) -> None:
        """Until every session that runs has ended and is kept, for so long at most."""
        end_s = time.monotonic() + patience_s
        for session in tuple(self._by_run.values()):
            while not session.feed.has_told_end and not session.feed.is_over and time.monotonic() < end_s:
                time.sleep(0.02)

    def _forget(self) -> None:
        ended = [run for run, one in self._by_run.items() if one.feed.is_over and one.unkept is None]
        for run in ended[: max(0, len(ended) - KEPT)]:
            del self._by_run[run], self._person_of[run]
