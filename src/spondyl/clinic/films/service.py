"""The films of a running clinic: the desk, the background job, the watched folder and the DICOM receiver."""

import logging
import threading
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa

from spondyl.clinic.films.desk import FilmDesk
from spondyl.clinic.films.network.peers import DicomSettings
from spondyl.clinic.films.network.storage_process import StorageProcess
from spondyl.clinic.films.store import FilmStore
from spondyl.clinic.films.take_in import take_arrivals, take_folder
from spondyl.clinic.films.unsigned_files import delete_unsigned
from spondyl.clinic.films.worker import FilmWorker

LOOK_S = 2.0
INCOMING = "incoming"
log = logging.getLogger(__name__)


class FilmService:
    """Everything that films need while the clinic is open. ``start`` and ``stop`` frame it; the desk works without."""

    def __init__(
        self,
        engine: sa.Engine,
        *,
        data_dir: Path,
        key: bytes,
        clock: Callable[[], datetime],
        dicom: DicomSettings,
    ) -> None:
        self._engine = engine
        self.dicom = dicom
        self.incoming = data_dir / INCOMING
        self.store = FilmStore(folder=data_dir / "films", key=key)
        self.desk = FilmDesk(engine, self.store, clock=clock)
        self.worker = FilmWorker(engine, self.store)
        self.receiver: StorageProcess | None = None
        self._stopped = threading.Event()
        self._arrived = threading.Event()
        self._watcher: threading.Thread | None = None

    def start(self) -> None:
        """Watch the folder, begin the background job, listen for known peers; StorageStartError if that cannot be."""
        self.incoming.mkdir(parents=True, exist_ok=True, mode=0o700)
        if self.dicom.listens:
            self.receiver = StorageProcess(self.dicom, self.store, self._arrived.set)
        delete_unsigned(self._engine, self.store)
        self.desk.open_reports()
        self.worker.start()
        self._watcher = threading.Thread(target=self._watch, name="film-watcher", daemon=True)
        self._watcher.start()

    def stop(self) -> None:
        """End all of it; a film at hand is read again at the next start."""
        self._stopped.set()
        self._arrived.set()
        if self.receiver is not None:
            self.receiver.stop()
        if self._watcher is not None:
            self._watcher.join(timeout=5)
        self.worker.stop()
        self.desk.close()

    def look(self) -> None:
        """Enter what the receiver has stored."""
        if take_arrivals(self._engine, self.store):
            self.worker.wake()

    def _watch(self) -> None:
        """Look when the receiver says so, and every few seconds; into the folder only then, by what its films grow."""
        seen: dict[Path, tuple[int, int]] = {}
        folder_at_s = time.monotonic() + LOOK_S
        while not self._stopped.is_set():
            self._arrived.wait(max(0.0, folder_at_s - time.monotonic()))
            self._arrived.clear()
            is_time = time.monotonic() >= folder_at_s
            if is_time:
                folder_at_s = time.monotonic() + LOOK_S
            try:
                self.look()
                if is_time and take_folder(self._engine, self.store, self.incoming, seen):
                    self.worker.wake()
            except Exception:
                log.exception("Looking for new films failed and is tried again.")
