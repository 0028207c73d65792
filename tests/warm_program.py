"""The program as its user starts it, each command a process of its own, but forked from one that has imported it: what
hundreds of commands would read from the disk again is read once. ``PROGRAM`` starts from nothing.
"""

import atexit
import functools
import gc
import importlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import Any

PROGRAM = str(Path(sys.executable).with_name("spondyl"))
LIMIT_S = 120
_IMPORTED = (
    "highdicom.sr",
    "pandas",  # pyarrow asks for it
    "reportlab.platypus",
    "spondyl.clinic.adjust.options",
    "spondyl.clinic.cli.measure_run",
    "spondyl.clinic.cli.scores",
    "spondyl.clinic.cli.screens",
    "spondyl.clinic.report.fhir_check",
    "spondyl.clinic.report.session",
    "spondyl.radiograph.detector",
)


def spondyl(
    *words: object, cwd: Path | None = None, environment: dict[str, str] | None = None
) -> "subprocess.CompletedProcess[str]":
    """Run ``spondyl`` with these words; after ``LIMIT_S`` it is ended by SIGALRM."""
    with tempfile.TemporaryDirectory() as folder:
        out, err = Path(folder, "out"), Path(folder, "err")
        command = [PROGRAM, *map(str, words)]
        files = {"out": str(out), "err": str(err), "cwd": str(cwd or Path.cwd())}
        code = _ask(files | {"command": command, "environment": environment or dict(os.environ)})
        return subprocess.CompletedProcess(command, code, out.read_text(), err.read_text())


def _ask(wanted: dict[str, Any]) -> int:
    ready = _ready()
    assert ready.stdin is not None and ready.stdout is not None
    ready.stdin.write(json.dumps(wanted) + "\n")
    ready.stdin.flush()
    return int(ready.stdout.readline())


@functools.cache
def _ready() -> "subprocess.Popen[str]":
    # -P: what lies beside this file is not the program's.
    command = [sys.executable, "-P", __file__]
    ready = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    atexit.register(_end, ready)
    return ready


def _end(ready: "subprocess.Popen[str]") -> None:
    ready.communicate()


def _serve() -> None:
    """Fork a process for each command that is asked for, and say how it ended; until nobody asks any more."""
    for name in _IMPORTED:
        importlib.import_module(name)
    from spondyl.clinic.cli import main

    gc.freeze()
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            _become(**json.loads(line))
            try:
                main()
            except SystemExit as ended:
                _end_as(ended.code)
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)


def _become(command: list[str], out: str, err: str, cwd: str, environment: dict[str, str]) -> None:
    for number, (path, flags) in enumerate([(os.devnull, os.O_RDONLY), (out, _NEW), (err, _NEW)]):
        opened = os.open(path, flags)
        os.dup2(opened, number)
        os.close(opened)
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(cwd)
    sys.argv = command
    signal.alarm(LIMIT_S)


def _end_as(code: object) -> None:
    """What the interpreter does in its end, but for taking every module apart, which took longer than most commands."""
    threading._shutdown()
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code if isinstance(code, int) else 0 if code is None else 1)


_NEW = os.O_WRONLY | os.O_CREAT | os.O_TRUNC

if __name__ == "__main__":
    _serve()
