"""A clinic served by the real program in a process of its own, for tests with a real browser."""

import os
import re
import signal
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from warm_program import PROGRAM


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """Where the clinic answers, what it printed, and its process."""

    address: str
    printed: str
    process: subprocess.Popen[str]

    def setup_address(self) -> str:
        """The one-time link of a new clinic."""
        found = re.search(r"http\S+/setup/\S+", self.printed)
        assert found, self.printed
        return found[0]


@contextmanager
def served_clinic(data: Path, *options: str, until: str = "Copy the key file") -> Iterator[Served]:
    """``spondyl serve --data DATA --port 0 …``; reads its output up to the line with ``until``; stops it at the end."""
    command = [PROGRAM, "serve", "--data", str(data), "--port", "0", *options]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=dict(os.environ))
    try:
        printed = ""
        assert process.stderr is not None
        watchdog = threading.Timer(90, process.kill)
        watchdog.start()
        for line in process.stderr:
            printed += line
            if until in line:
                break
        else:
            raise AssertionError(f"{' '.join(command)} ended: {printed}")
        watchdog.cancel()
        found = re.search(r"https?://[^\s/]+", printed)
        assert found, printed
        yield Served(address=found[0], printed=printed, process=process)
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(timeout=60)
        finally:
            process.kill()
            assert process.stderr is not None
            process.stderr.close()
