"""``spondyl verify-export``: is an export whole?"""

from pathlib import Path
from typing import Annotated

import typer

from spondyl.clinic.cli.leave import leave
from spondyl.clinic.exit_codes import ExitCode


def verify_export(
    export: Annotated[
        Path, typer.Argument(metavar="EXPORT", exists=True, help="Zip file or folder of an export.")
    ],
    json_output: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Hold every file of an export, of the clinic or of a patient, against its manifest: SHA-256, size, number.

    It needs neither the clinic nor its key. The manifest's own SHA-256, which it prints, stands in the clinic's audit
    log beside the export: compare them to know that nobody wrote another manifest.

    \b
    Examples:
      spondyl verify-export /secure/everything.zip
      spondyl verify-export /secure/record-1001 --json

    \b
    Exit codes: 0 whole, 2 there is no such file, 10 something is missing, changed or added; each is named.
    """
    from spondyl.clinic.records.export_check import check_export

    report = check_export(export)
    if json_output:
        import json
        from dataclasses import asdict

        typer.echo(json.dumps(asdict(report) | {"whole": report.whole}))
    else:
        for problem in report.problems:
            typer.echo(f"PROBLEM {problem}")
        typer.echo(f"{report.files} files, {report.size_bytes} bytes, {len(report.problems)} problems.")
        typer.echo(f"SHA-256 of the manifest: {report.manifest_sha256 or 'there is none'}")
    leave(ExitCode.ALL_MEASURED if report.whole else ExitCode.CHART_UNSOUND)
