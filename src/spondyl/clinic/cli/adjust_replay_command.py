"""``spondyl adjust replay``."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from spondyl.clinic.cli.adjust_options import Json
from spondyl.clinic.cli.leave import leave
from spondyl.clinic.exit_codes import ExitCode

if TYPE_CHECKING:
    from spondyl.treatment.adjustment import Replay


def replay(
    record: Annotated[Path, typer.Argument(help="The record of a session.")],
    json_output: Json = False,
) -> None:
    """Run a recorded session again on its recorded readings; succeed only when every byte is the same.

    \b
    Example:
      spondyl adjust replay adjustments/session-1764288000000.tar

    \b
    Exit codes: 0 identical, 2 no such file, 13 different, 14 no end,
    15 made by another version's rules.
    """
    from spondyl.treatment.adjustment import replay as run_again

    try:
        data = record.read_bytes()
    except OSError as error:
        leave(ExitCode.USAGE, f"{record} cannot be read: {error.strerror}. Name the record of a session.")
    again = run_again(data)
    if json_output:
        typer.echo(json.dumps({"verdict": again.verdict.value, "text": again.text}))
    code = code_of(again)
    if code is ExitCode.ALL_MEASURED and not json_output:
        typer.echo(f"Identical: {again.text}")
    leave(
        code, "" if code is ExitCode.ALL_MEASURED else f"{record.name} is {again.verdict.value}: {again.text}"
    )


def code_of(again: "Replay") -> ExitCode:
    """How a command ends that replayed a record."""
    codes = {
        "identical": ExitCode.ALL_MEASURED,
        "different": ExitCode.RECORD_DIFFERS,
        "unfinished": ExitCode.RECORD_UNFINISHED,
        "made by other rules": ExitCode.RECORD_OTHER_RULES,
    }
    return codes[again.verdict.value]
