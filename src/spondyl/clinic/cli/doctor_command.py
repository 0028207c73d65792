"""``spondyl doctor``: is everything installed?"""

from pathlib import Path
from typing import Annotated

import typer

from spondyl.clinic.cli.leave import leave
from spondyl.clinic.exit_codes import ExitCode


def doctor(
    out: Annotated[
        Path | None,
        typer.Option(help="Folder for results, to check that it can be written.", show_default=False),
    ] = None,
    weights: Annotated[
        Path | None, typer.Option(help="Folder with other detector weights.", show_default=False)
    ] = None,
    json_output: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Check the installation and say what to do about what is missing.

    \b
    Examples:
      spondyl doctor
      spondyl doctor --out /data/results --json

    \b
    Exit codes: 0 all is well, 7 something is missing.
    """
    from spondyl.clinic.doctor import examine

    checks = examine(weights_dir=weights, out=out)
    if json_output:
        import json
        from dataclasses import asdict

        typer.echo(json.dumps({"checks": [asdict(check) for check in checks]}))
    else:
        for check in checks:
            typer.echo(f"{'ok' if check.ok else 'PROBLEM':8}{check.name}: {check.found}")
            if not check.ok:
                typer.echo(f"{'':8}What to do: {check.advice}")
    leave(ExitCode.ALL_MEASURED if all(check.ok for check in checks) else ExitCode.INSTALLATION_INCOMPLETE)
