"""The background job: one film after another, from waiting to measured or refused."""

import json
import logging
import threading
from concurrent.futures.process import BrokenProcessPool
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from spondyl.clinic.chart.films import (
    Film,
    claim_film,
    give_back_films,
    same_picture,
    save_outcome,
    show_progress,
)
from spondyl.clinic.chart.transaction import writing
from spondyl.clinic.films.find import Found, find_landmarks, read_facts, refusal_json
from spondyl.clinic.films.modest_process import ModestProcess
from spondyl.clinic.films.owner import name_owner
from spondyl.clinic.films.store import FilmStore, FilmStoreError, in_memory
from spondyl.clinic.report.day_text import day_text
from spondyl.radiograph import FilmRefused, Refusal

LANDMARKS_NAME = "the landmark file.json"
POLL_S = 2.0
STUCK_S = 300
log = logging.getLogger(__name__)


class FilmWorker:
    """Reads the films that wait. :meth:`start` begins a thread, :meth:`stop` ends it after the film at hand."""

    def __init__(self, engine: sa.Engine, store: FilmStore) -> None:
        self._engine = engine
        self._store = store
        self._process = ModestProcess()
        self._wake = threading.Event()
        self._stopped = False
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin; films whose reading was broken off wait again."""
        with writing(self._engine) as connection:
            give_back_films(connection)
        self._thread = threading.Thread(target=self._run, name="film-worker", daemon=True)
        self._thread.start()

    def wake(self) -> None:
        """A film has come: do not wait for the next look."""
        self._wake.set()

    def stop(self) -> None:
        """End the thread and the background process."""
        self._stopped = True
        self._wake.set()
        if self._thread is not None:
            self._thread.join(timeout=10)
        self._process.end()

    def work_once(self) -> bool:
        """Read the film whose turn it is; False when none waits."""
        with writing(self._engine) as connection:
            film = claim_film(connection)
        if film is None:
            return False
        found = self._found(film)
        with writing(self._engine) as connection:
            read = save_outcome(
                connection,
                film,
                facts=found.facts,
                original=found.original,
                summary=found.summary,
                refusal=found.refusal,
            )
            name_owner(connection, read)
        return True

    def _run(self) -> None:
        while not self._stopped:
            try:
                worked = self.work_once()
            except Exception:
                log.exception("The background job failed and goes on.")
                worked = False
            if not worked:
                self._wake.wait(POLL_S)
                self._wake.clear()

    def _found(self, film: Film) -> Found:
        try:
            return self._read(film)
        except FilmRefused as refused:
            return _refused(refused)
        except FilmStoreError as error:
            return _refused(_lost(str(error)))
        except (BrokenProcessPool, TimeoutError) as error:
            return _refused(_died(error))

    def _read(self, film: Film) -> Found:
        given = film.given_landmarks
        landmarks = nullcontext() if given is None else in_memory(_json_bytes(given), name=LANDMARKS_NAME)
        with self._store.opened(film.content_sha256) as path, landmarks as landmark_path:
            facts = self._ask(read_facts, str(path))
            with writing(self._engine) as connection:
                show_progress(connection, film, facts=facts)
                known = self._came_before(connection, film, facts["sop_uid"])
            if known is not None:
                raise _twice(known)
            return self._ask(find_landmarks, str(path), _text_of(landmark_path))

    @staticmethod
    def _came_before(connection: sa.Connection, film: Film, sop_uid: str | None) -> Film | None:
        """The same film by its UID, asked when it is first read: later it may be one of two that were there before."""
        return same_picture(connection, film.id, sop_uid) if sop_uid and film.facts is None else None

    def _ask(self, job: Any, *arguments: Any) -> Any:
        return self._process.ask(job, *arguments, patience_s=STUCK_S)


def _refused(refused: FilmRefused) -> Found:
    return Found(facts=None, original=None, summary=None, refusal=refusal_json(refused))


def _lost(words: str) -> FilmRefused:
    return FilmRefused(
        Refusal.FILE_MISSING, what="The film's file cannot be read.", why=words, do="See above."
    )


def _twice(known: Film) -> FilmRefused:
    return FilmRefused(
        Refusal.ALREADY_MEASURED,
        what="This film is here already.",
        why=f"One of the same SOP Instance UID came on {day_text(known.received_at.date())}, in other bytes.",
        do="Go on with that one, and move it if it is not of this patient. Another picture needs a UID of its own.",
    )


def _died(error: Exception) -> FilmRefused:
    return FilmRefused(
        Refusal.WORKER_DIED,
        what="The process that read this film ended.",
        why=f"It crashed, was killed, or did not finish within {STUCK_S} seconds ({type(error).__name__}).",
        do="Send the film again.",
    )


def _json_bytes(body: dict[str, Any]) -> bytes:
    return json.dumps(body).encode()


def _text_of(path: Path | None) -> str | None:
    return None if path is None else str(path)
