"""``spondyl backup``: one encrypted file with everything but the key."""

from pathlib import Path
from typing import Annotated

import typer

from spondyl.clinic.cli.chart_options import DatabaseOption, DataOption, KeyOption
from spondyl.clinic.cli.leave import leave
from spondyl.clinic.exit_codes import ExitCode


def backup(
    out: Annotated[Path, typer.Argument(metavar="FILE", help="File to write; never replaces one.")],
    data: DataOption = Path("clinic"),
    database: DatabaseOption = None,
    key: KeyOption = None,
) -> None:
    """Back up the clinic into one encrypted file, while it runs. The key is not in it: keep a copy elsewhere.

    Names, sizes and digests of the files in it can be read without the key; nothing that stands in them can. Password
    files that the settings name are not in it either. A chart in the folder that an older Spondyl wrote is backed up as
    it is, before it is migrated.

    \b
    Examples:
      spondyl backup /backups/clinic-monday.tar --data /srv/clinic

    \b
    Exit codes: 0 written, 6 nothing was written, 10 written, and something is wrong with the clinic's audit log or its
    checkpoints.
    """
    from spondyl.clinic.backup import make_backup
    from spondyl.clinic.backup.manifest import BackupUnusableError
    from spondyl.clinic.clinic_home import home_at
    from spondyl.clinic.opened import ChartUnusableError, opened_chart

    home = home_at(data, key_file=key, database=database)
    try:
        with opened_chart(home, at_older_revision=True) as (engine, secret):
            made = make_backup(engine, home.data_dir, out, secret=secret)
    except (ChartUnusableError, BackupUnusableError, OSError) as error:
        leave(ExitCode.OUTPUT_FAILED, str(error))
    typer.echo(
        f"{out} holds {made.rows} rows and the files. It opens only with {home.key_file}, which is not in it."
    )
    for problem in made.problems:
        typer.echo(f"PROBLEM {problem}")
    if made.problems:
        leave(
            ExitCode.CHART_UNSOUND,
            "The backup is written and can be restored. But the clinic's audit log or its checkpoints were changed or "
            "torn, as 'spondyl verify-audit' says too: keep earlier backups, and find out how.",
        )
