"""The parent's handle on the receiving process: start it, start it again when it dies, stop it."""

import json
import logging
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from spondyl.clinic.films.network.peers import DicomSettings
from spondyl.clinic.films.store import FilmStore

START_S = 60.0
AGAIN_S = (0.2, 1.0, 5.0, 30.0)
"""Pauses before a process that died is started again; the last one repeats."""

_PACKAGE_ROOT = str(Path(__file__).resolve().parents[4])
_START = "import sys; sys.path.append(sys.argv[1]); from spondyl.clinic.films.network.storage_child import main; main()"
log = logging.getLogger(__name__)


class StorageStartError(RuntimeError):
    """The receiver cannot start; the message says why and what to do."""


class StorageProcess:
    """Runs the receiver and calls ``on_arrival``, in a thread of its own, after each film.

    ``on_arrival`` returns at once: until it does, no further film is heard of. ``is_up`` says whether films are
    received at this moment.
    """

    def __init__(self, settings: DicomSettings, store: FilmStore, on_arrival: Callable[[], None]) -> None:
        self._settings = settings
        self._store = store
        self._on_arrival = on_arrival
        self._stopped = threading.Event()
        self._process = self._start()
        self.port = self._port_of(self._process)
        self.is_up = True
        self._thread = threading.Thread(target=self._watch, name="film-receiver", daemon=True)
        self._thread.start()

    @property
    def pid(self) -> int:
        """The id of the receiving process."""
        return self._process.pid

    def stop(self) -> None:
        """End the process and wait for it."""
        self._stopped.set()
        _end(self._process)
        self._thread.join(timeout=5)

    def _start(self) -> "subprocess.Popen[str]":
        process = subprocess.Popen(
            [sys.executable, "-P", "-c", _START, _PACKAGE_ROOT],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        begin = {
            "settings": asdict(self._settings),
            "folder": str(self._store.folder),
            "key": self._store.key.hex(),
        }
        assert process.stdin is not None
        process.stdin.write(json.dumps(begin) + "\n")
        process.stdin.flush()
        return process

    def _port_of(self, process: "subprocess.Popen[str]") -> int:
        timer = threading.Timer(START_S, process.kill)
        timer.start()
        assert process.stdout is not None
        line = process.stdout.readline()
        timer.cancel()
        if not line:
            _end(process)
            raise StorageStartError(
                f"Films cannot be received on {self._settings.address}:{self._settings.port}: the port may be in use. "
                "Choose another one, or stop the program that holds it."
            )
        port = int(json.loads(line)["port"])
        if self._settings.port == 0:  # a free one was asked for, and the X-ray unit has to be told
            log.warning("Films are received by DICOM on port %d.", port)
        return port

    def _watch(self) -> None:
        deaths = 0
        while not self._stopped.is_set():
            started = time.monotonic()
            if self.is_up:
                self._listen(self._process)
            self.is_up = False
            if self._stopped.is_set():
                return
            deaths = 0 if time.monotonic() - started > 60 else deaths + 1
            log.error("The receiver of films ended and is started again.")
            self._stopped.wait(AGAIN_S[min(deaths, len(AGAIN_S) - 1)])
            self._restart()

    def _restart(self) -> None:
        if self._stopped.is_set():
            return
        _end(self._process)
        try:
            self._process = self._start()
            self.port = self._port_of(self._process)
            self.is_up = True
        except (StorageStartError, OSError) as error:  # it is tried again after the next pause
            log.error("%s", error)

    def _listen(self, process: "subprocess.Popen[str]") -> None:
        assert process.stdout is not None
        for _line in process.stdout:
            try:
                self._on_arrival()
            except Exception:  # else nobody reads on, the pipe fills, and the receiver stands still
                log.exception("A film was received and is safe, but could not be announced.")


def _end(process: "subprocess.Popen[str]") -> None:
    process.kill()
    process.wait()
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            stream.close()
