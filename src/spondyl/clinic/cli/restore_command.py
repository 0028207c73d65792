"""``spondyl restore``: check a backup, or put it into an empty folder."""

import shlex
import tempfile
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from spondyl.clinic.cli.chart_options import DatabaseOption, DataOption
from spondyl.clinic.cli.leave import leave
from spondyl.clinic.exit_codes import ExitCode


def restore(
    backup: Annotated[Path, typer.Argument(metavar="FILE", help="The backup.")],
    key: Annotated[Path, typer.Option(help="The clinic's key file.")],
    data: DataOption = Path("clinic"),
    database: DatabaseOption = None,
    check: Annotated[
        bool, typer.Option("--check", help="Only check the backup; nothing is restored.")
    ] = False,
) -> None:
    """Restore a backup into an empty folder or database; with --check only say whether it could be.

    \b
    Examples:
      spondyl restore /backups/clinic-monday.tar --key /safe/clinic.key --check
      spondyl restore /backups/clinic-monday.tar --key /safe/clinic.key --data /srv/clinic

    \b
    Exit codes: 0 sound, 6 it cannot be read or there is no room for it, 10 it can be read but is damaged, and nothing
    is restored; or the clinic's audit log or checkpoints had a problem when it was made, or films that the chart names
    are missing or damaged: what there is was restored.
    """
    from spondyl.clinic.backup import BackupUnusableError, check_backup, restore_backup
    from spondyl.clinic.chart.keys import KeyFileUnusableError, read_key_file
    from spondyl.clinic.clinic_home import RESTORED, home_at
    from spondyl.clinic.report.day_text import moment_text

    try:
        secret = read_key_file(key)
        if check:
            with tempfile.TemporaryDirectory(prefix="spondyl-check-") as folder:
                report = check_backup(backup, Path(folder), secret=secret)
        else:
            report = restore_backup(backup, home_at(data, key_file=key, database=database), secret=secret)
    except (BackupUnusableError, KeyFileUnusableError, OSError) as error:
        leave(ExitCode.OUTPUT_FAILED, str(error))
    for problem in report.problems + report.log_problems:
        typer.echo(f"PROBLEM {problem}")
    if not report.sound:
        leave(ExitCode.CHART_UNSOUND, "The backup is damaged; nothing was restored.")
    count = len(report.log_problems)
    log = "is whole" if not count else "has 1 problem" if count == 1 else f"has {count} problems"
    typer.echo(
        f"Sound: made {moment_text(datetime.fromisoformat(report.made_at))}, {report.rows} rows, {report.files} files; "
        f"the audit log of {report.audit_rows} rows {log}."
    )
    if not check:
        typer.echo(
            f"Restored. While {data / RESTORED} lies there, it acts as a copy: it sends no letters, receives no films "
            "by DICOM and writes checkpoints into its own folder only. If it is to be the clinic from now on, stop the "
            "old one for good and delete that file."
        )
        typer.echo(f"Start it with: {_start_command(data, database, key)}")
    if report.films_missing:
        typer.echo(_films_missing(report.films_missing), err=True)
    if report.log_problems:
        typer.echo(_LOG_PROBLEMS, err=True)
    if report.films_missing or report.log_problems:
        leave(ExitCode.CHART_UNSOUND)


_LOG_PROBLEMS = (
    "The file is what was backed up: the clinic's audit log or its checkpoints were changed or torn before. Compare "
    "with an earlier backup; what is named stays named by 'spondyl verify-audit'."
)


def _start_command(data: Path, database: str | None, key: Path) -> str:
    """How to start what was restored; a password in the database's address is not printed."""
    from sqlalchemy import make_url

    place = (
        [] if database is None else ["--database", make_url(database).render_as_string(hide_password=True)]
    )
    return shlex.join(["spondyl", "serve", "--data", str(data), *place, "--key", str(key)])


def _films_missing(count: int) -> str:
    return (
        f"PROBLEM {count} {'file' if count == 1 else 'files'} of films or reports that the chart names "
        f"{'is' if count == 1 else 'are'} not in the backup, or cannot be opened: lost or damaged before it was "
        "made, or on a disk that was not there. "
        "Look for them in an earlier backup."
    )
