"""``spondyl serve --demo`` in a process of its own, as the benchmarks ask it."""

import re
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import Any

PROGRAM = "import sys; sys.argv[0] = 'spondyl'; from spondyl.clinic.cli.app import main; sys.exit(main())"
SERVE = [sys.executable, "-c", PROGRAM, "serve", "--demo"]
UNLIMITED = "requests_per_minute = 1000000\n"
"""For the settings: the benchmarks ask faster than anybody may."""


def prepare(folder: Path) -> None:
    """Make the demo's clinic in a folder."""
    subprocess.run([*SERVE, "--prepare", "--data", str(folder)], check=True)


@contextmanager
def serving(data: Path) -> Generator[tuple[int, int]]:
    """The server of a prepared folder: its process and its port."""
    with spoken([*SERVE, "--data", str(data), "--port", "0"]) as said:
        found = re.search(r"(\d+) .*http://[^:/]+:(\d+)", said)
        assert found, said
        time.sleep(3.0)
        yield int(found[1]), int(found[2])


@contextmanager
def spoken(command: list[str], **more: Any) -> Generator[str]:
    """A program: the number of its process, and the first line that it says."""
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **more
    ) as made:
        assert made.stdout is not None
        said = made.stdout.readline()
        Thread(target=lambda: [None for _ in made.stdout or ()], daemon=True).start()
        try:
            yield f"{made.pid} {said}"
        finally:
            made.terminate()
            try:
                made.wait(20)
            except subprocess.TimeoutExpired:
                # The server waits for the last of what it was asked.
                made.kill()
