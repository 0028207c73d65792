"""``spondyl verify-audit``: is the audit log whole?"""

from pathlib import Path
from typing import Annotated

import typer

from spondyl.clinic.cli.chart_options import DatabaseOption, DataOption, KeyOption
from spondyl.clinic.cli.leave import leave
from spondyl.clinic.exit_codes import ExitCode


def verify_audit(
    data: DataOption = Path("clinic"),
    database: DatabaseOption = None,
    key: KeyOption = None,
    anchor: Annotated[
        Path | None,
        typer.Option(
            help="File of checkpoints to hold the log against; default: the settings'.", show_default=False
        ),
    ] = None,
    json_output: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Check every row of the audit log, and the log against its checkpoints outside the database.

    \b
    Examples:
      spondyl verify-audit --data /srv/clinic
      spondyl verify-audit --data /srv/clinic --anchor /mnt/other-machine/audit-anchor.jsonl

    \b
    Exit codes: 0 whole, 6 the database or a file cannot be opened, 10 a row or checkpoint was changed, taken away or
    moved, or the database is damaged.
    """
    from spondyl.clinic.cli.audit_progress import progress
    from spondyl.clinic.clinic_home import home_at
    from spondyl.clinic.clinic_settings import SettingsInvalidError
    from spondyl.clinic.opened import ChartDamagedError, ChartUnusableError
    from spondyl.clinic.verify_audit import audit_state

    try:
        with progress() as watch:
            state = audit_state(home_at(data, key_file=key, database=database), anchor=anchor, watch=watch)
    except ChartDamagedError as error:
        leave(ExitCode.CHART_UNSOUND, str(error))
    except (ChartUnusableError, SettingsInvalidError, OSError) as error:
        leave(ExitCode.OUTPUT_FAILED, str(error))
    if json_output:
        import json
        from dataclasses import asdict

        typer.echo(json.dumps(asdict(state)))
    else:
        for problem in state.problems:
            typer.echo(f"PROBLEM {problem}")
        typer.echo(f"{state.rows} rows, {state.checkpoints} checkpoints, {len(state.problems)} problems.")
    leave(ExitCode.CHART_UNSOUND if state.problems else ExitCode.ALL_MEASURED)
