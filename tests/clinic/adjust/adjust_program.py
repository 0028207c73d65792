"""Run the program in a process of its own and look at how it ended."""

import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import warm_program

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


def spondyl(*words: str | Path) -> Said:
    """Run the program in a process of its own."""
    done = warm_program.spondyl(*words, environment=ENVIRONMENT)
    return Said(code=done.returncode, out=done.stdout, err=done.stderr)
