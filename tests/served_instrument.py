"""An instrument's simulator beside the tests. Its file imports nothing of Spondyl: the contract suite starts often."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def simulator(*words: str) -> Iterator[str]:
    """The address of an instrument's simulator in a process of its own."""
    command = [sys.executable, "-m", "spondyl.instrument.simulator", *words]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().split()[0]
        finally:
            process.kill()
