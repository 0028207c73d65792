"""End a command with a message on stderr and a documented exit code."""

import os
import signal
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import NoReturn

import typer

from spondyl.clinic.cli.not_written import not_written
from spondyl.clinic.exit_codes import ExitCode

_AS_CODES = {code: f"\\x{code:02x}" for code in (*range(32), *range(127, 160)) if chr(code) not in "\n\t"}
"""A message may name a file, and a file's name may hold what a terminal would obey."""


def leave(code: ExitCode, message: str = "") -> NoReturn:
    """Print the message on stderr and end with the code."""
    if message:
        typer.echo(message.translate(_AS_CODES), err=True)
    raise typer.Exit(int(code))


def how_to_resume(out: Path | None) -> str:
    """What to do after a run over films was stopped that writes to ``out``."""
    if out is None:
        return "With --out a stopped run can be resumed."
    return f"'--out {out} --resume' goes on with it."


@contextmanager
def clean_stop(how_to_go_on: str) -> Generator[None]:
    """Turn Ctrl-C, SIGTERM and a failed write into a message and an exit code instead of a traceback."""
    before = signal.signal(signal.SIGTERM, _interrupt)
    try:
        yield
    except KeyboardInterrupt:
        leave(ExitCode.INTERRUPTED, f"Stopped. {how_to_go_on}")
    except BrokenPipeError:
        os.dup2(
            os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno()
        )  # what is left in the buffer goes nowhere
        leave(ExitCode.INTERRUPTED, f"Stopped: what is printed is read no more. {how_to_go_on}")
    except OSError as error:
        leave(ExitCode.OUTPUT_FAILED, not_written(error, how_to_go_on))
    finally:
        signal.signal(signal.SIGTERM, before)


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
