"""``spondyl evidence snapshot`` and ``diff``: every number as it is, and what changed since."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from spondyl.clinic.cli.leave import clean_stop, leave
from spondyl.clinic.exit_codes import ExitCode

if TYPE_CHECKING:
    from spondyl.evidence.living import Difference


def snapshot(
    out: Annotated[Path, typer.Option(help="File to write.", show_default=False)],
    records: Annotated[
        Path | None, typer.Option(help="Folder with the clinic's own records.", show_default=False)
    ] = None,
    json_output: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Write every record, pooled number, displayed number and conclusion in one canonical file.

    The same records and version give the same bytes on any machine.

    \b
    Examples:
      spondyl evidence snapshot --out today.json
      spondyl evidence snapshot --records own --out with-own.json --json

    \b
    Exit codes: 0 written, 2 a record is wrong, 6 not writable.
    """
    from spondyl.atomic_file import write_named
    from spondyl.clinic.evidence_files import aid_pages, records_or_shipped
    from spondyl.evidence.library import EvidenceError
    from spondyl.evidence.living import take_snapshot

    try:
        library = records_or_shipped(records)
        taken = take_snapshot(library, more_pages=aid_pages(library))
    except EvidenceError as error:
        leave(ExitCode.USAGE, str(error))
    with clean_stop("Nothing was written."):
        out.parent.mkdir(parents=True, exist_ok=True)
        write_named(out, taken.to_text().encode())
    counts = {"records": len(taken.records), "pooled": len(taken.pooled), "displayed": len(taken.displayed)}
    if json_output:
        import json

        typer.echo(json.dumps({"path": str(out), **counts}))
    else:
        typer.echo(f"{out}: {counts['records']} records, {counts['displayed']} displayed numbers.")


def diff(
    old: Annotated[Path, typer.Argument(help="The earlier snapshot.", show_default=False)],
    new: Annotated[Path, typer.Argument(help="The later snapshot.", show_default=False)],
    json_output: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """List every displayed number that changed: from what, to what, because of which record.

    \b
    Examples:
      spondyl evidence diff last-month.json today.json
      spondyl evidence diff last-month.json today.json --json

    \b
    Exit codes: 0 compared, 2 a file is no snapshot or was changed by hand.
    """
    from spondyl.clinic.evidence_files import read_text
    from spondyl.evidence.library import EvidenceError
    from spondyl.evidence.living import difference, read_snapshot

    try:
        found = difference(read_snapshot(read_text(old)), read_snapshot(read_text(new)))
    except EvidenceError as error:
        leave(ExitCode.USAGE, str(error))
    if json_output:
        import dataclasses
        import json

        typer.echo(json.dumps(dataclasses.asdict(found), ensure_ascii=False))
    else:
        _print(found)


def _print(found: "Difference") -> None:
    if found.is_empty:
        typer.echo("Nothing changed.")
        return
    if found.software_changed:
        typer.echo("The software has another version.")
    for key, what in found.records.items():
        typer.echo(f"record {what:8} {key}")
    for title, changes in (("pooled", found.pooled), ("displayed", found.displayed)):
        for one in changes:
            typer.echo(f"{title:9} {one.name}")
            typer.echo(f"          {one.before or 'not shown'} -> {one.after or 'not shown'}")
            typer.echo(f"          because of {', '.join(one.because)}")
    for one in found.conclusions:
        typer.echo(f"conclusion {one.option}: {one.reading_before} -> {one.reading_after}")
        typer.echo(f"          was: {one.before}")
        typer.echo(f"          now: {one.after}")
        typer.echo(
            f"          because of {', '.join(one.because)}; a signed conclusion stays until it is signed anew"
        )
