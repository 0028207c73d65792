"""``spondyl adjust report``."""

import json
from pathlib import Path
from typing import Annotated

import typer

from spondyl.clinic.cli.adjust_options import Json
from spondyl.clinic.cli.adjust_replay_command import code_of
from spondyl.clinic.cli.leave import leave
from spondyl.clinic.exit_codes import ExitCode


def report(
    record: Annotated[Path, typer.Argument(help="The record of a session.")],
    out: Annotated[
        Path | None, typer.Option("--out", help="Folder for the report; else the record's own.")
    ] = None,
    zone: Annotated[
        str, typer.Option("--zone", help="Whose clock the report tells, such as America/Los_Angeles.")
    ] = "UTC",
    json_output: Json = False,
) -> None:
    """Write the report of a session: waveforms, stiffness, dose, every decision's reason, as HTML and PDF.

    The record is replayed first; a report of one that differs says so at its top and ends with code 13.

    \b
    Example:
      spondyl adjust report adjustments/session-1764288000000.tar --out reports

    \b
    Exit codes: 0 written, 2 no such file, 6 cannot write, 13 the record differs,
    14 written, but the record has no end, 15 written, but by another version's rules.
    """
    from spondyl.clinic.report.session import write_session
    from spondyl.treatment.adjustment import RecordError, read_record, replay

    try:
        data = record.read_bytes()
    except OSError as error:
        leave(ExitCode.USAGE, f"{record} cannot be read: {error.strerror}. Name the record of a session.")
    _check_zone(zone)
    again = replay(data)
    try:
        written = write_session(read_record(data), again, out or record.parent, stem=record.stem, zone=zone)
    except RecordError as error:
        leave(ExitCode.RECORD_DIFFERS, f"{record.name} cannot be told: {error}")
    except OSError as error:
        leave(ExitCode.OUTPUT_FAILED, f"The report cannot be written: {error}.")
    names = [str(path) for path in written]
    if json_output:
        typer.echo(json.dumps({"written": names, "verdict": again.verdict.value, "text": again.text}))
    else:
        typer.echo("\n".join(names))
    code = code_of(again)
    leave(code, "" if code is ExitCode.ALL_MEASURED else f"{record.name}: {again.text}")


def _check_zone(name: str) -> None:
    from spondyl.booking import zone_of

    try:
        zone_of(name)
    except ValueError as error:
        leave(ExitCode.USAGE, str(error))
