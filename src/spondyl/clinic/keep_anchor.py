"""Write audit checkpoints while the server runs."""

import logging
import threading
from pathlib import Path

import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from spondyl.clinic.chart.anchor import write_checkpoint
from spondyl.clinic.chart.transaction import reading

_LOG = logging.getLogger(__name__)


class AnchorKeeper:
    """A thread that appends a checkpoint every ``every_s`` seconds in which the log grew, and one at the end."""

    def __init__(self, engine: sa.Engine, path: Path, *, signer: Ed25519PrivateKey, every_s: float) -> None:
        self._engine, self._path, self._signer, self._every_s = engine, path, signer, every_s
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="audit-anchor", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """Write the last checkpoint and end."""
        self._stop.set()
        self._thread.join()
        self.write()

    def write(self) -> None:
        """Write a checkpoint now; whatever hinders it (a full or missing disk) is logged, and it is tried again."""
        try:
            with reading(self._engine) as connection:
                write_checkpoint(connection, self._path, signer=self._signer)
        except Exception:  # whatever it is (the driver's own error too): the thread must try again
            _LOG.exception("The audit checkpoint could not be written to %s.", self._path)

    def _run(self) -> None:
        while not self._stop.wait(self._every_s):
            self.write()
