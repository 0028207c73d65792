"""Run the program in a process of its own and look at how it ended."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ENVIRONMENT = {**os.environ, "OMP_NUM_THREADS": "1"}
"""One thread for small matrices, as on a busy machine; what it writes must replay under any number."""

PROGRAM = [sys.executable, "-c", "from spondyl.clinic.cli import main; main()"]


@dataclass(frozen=True)
class Said:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        return json.loads(self.out)


def spondyl(*words: str | Path, timeout_s: float = 120.0) -> Said:
    """Run the program in a process of its own."""
    done = subprocess.run(
        [*PROGRAM, *map(str, words)],
        capture_output=True,
        text=True,
        timeout=timeout_s,
        check=False,
        env=ENVIRONMENT,
    )
    return Said(code=done.returncode, out=done.stdout, err=done.stderr)
