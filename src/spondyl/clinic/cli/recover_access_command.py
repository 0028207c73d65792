"""``spondyl recover-access``: a new password for an administrator who can no longer sign in."""

from pathlib import Path
from typing import Annotated

import typer

from spondyl.clinic.cli.chart_options import DatabaseOption, DataOption, KeyOption
from spondyl.clinic.cli.leave import leave
from spondyl.clinic.exit_codes import ExitCode


def recover_access(
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="NAME",
            help="The administrator's sign-in name; needed where there are several.",
            show_default=False,
        ),
    ] = None,
    data: DataOption = Path("clinic"),
    database: DatabaseOption = None,
    key: KeyOption = None,
    address: Annotated[
        str, typer.Option(help="Address of the running server, for the link.")
    ] = "http://localhost:8080",
) -> None:
    """Print a link, good once and for an hour, by which an administrator who is shut out sets a new password.

    It needs the clinic's key file; the server may run meanwhile, and must run when the link is opened. That it was made
    stands in the audit log. Anybody else gets a new password from an administrator, under Accounts.

    \b
    Examples:
      spondyl recover-access --data /srv/clinic
      spondyl recover-access mara --data /srv/clinic --address https://clinic.example

    \b
    Exit codes: 0 printed, 2 no such administrator, or one of several is to be named, 6 the chart or the key cannot be
    opened.
    """
    from spondyl.clinic.clinic_home import home_at
    from spondyl.clinic.opened import ChartUnusableError
    from spondyl.clinic.recover_access import AdministratorUnknownError, make_recovery

    try:
        made = make_recovery(home_at(data, key_file=key, database=database), name)
    except AdministratorUnknownError as error:
        leave(ExitCode.USAGE, str(error))
    except (ChartUnusableError, OSError) as error:
        leave(ExitCode.OUTPUT_FAILED, str(error))
    lasts = "an hour" if made.hours == 1 else f"{made.hours} hours"
    typer.echo(f"Once, within {lasts}, this sets a new password for {made.account.full_name}:", err=True)
    typer.echo(address.rstrip("/") + made.path)
