"""The ``spondyl`` program: its commands and its ``--version``."""

import sys
from typing import Annotated

import typer

from spondyl import __version__
from spondyl.clinic.cli.adjust_app import adjust_app
from spondyl.clinic.cli.backup_command import backup
from spondyl.clinic.cli.closed_streams import open_closed_streams
from spondyl.clinic.cli.compare_command import compare
from spondyl.clinic.cli.doctor_command import doctor
from spondyl.clinic.cli.evidence_app import evidence_app
from spondyl.clinic.cli.export_command import export
from spondyl.clinic.cli.landmarks_command import landmarks
from spondyl.clinic.cli.measure_command import measure
from spondyl.clinic.cli.not_written import not_written
from spondyl.clinic.cli.phantom_command import phantom
from spondyl.clinic.cli.plain_letters import print_plainly
from spondyl.clinic.cli.recover_access_command import recover_access
from spondyl.clinic.cli.restore_command import restore
from spondyl.clinic.cli.score_command import score
from spondyl.clinic.cli.screen_command import screen
from spondyl.clinic.cli.serve_command import serve
from spondyl.clinic.cli.verify_audit_command import verify_audit
from spondyl.clinic.cli.verify_export_command import verify_export
from spondyl.clinic.exit_codes import ExitCode

app = typer.Typer(
    name="spondyl",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)


def _show_version(asked: bool) -> None:
    if asked:
        typer.echo(f"spondyl {__version__}")
        raise typer.Exit


@app.callback()
def spondyl(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Print the version and end."),
    ] = False,
) -> None:
    """Measure spine radiographs: from the film to a report that a clinician can check, correct and sign.

    Research software, not a medical device.

    \b
    Start here:
      spondyl doctor                                           is all installed?
      spondyl phantom films                                    films to try with
      spondyl measure films --landmarks films --out results    and their reports
    """


app.command()(measure)
app.command()(compare)
app.command()(landmarks)
app.command()(phantom)
app.command()(doctor)
app.add_typer(evidence_app)
app.add_typer(adjust_app)
app.command()(score)
app.command()(screen)
app.command()(serve)
app.command()(backup)
app.command()(restore)
app.command()(recover_access)
app.command()(verify_audit)
app.command()(export)
app.command()(verify_export)


def main() -> None:
    """Run the program; the exit codes are those of :class:`spondyl.clinic.exit_codes.ExitCode`.

    Whatever a command prints, a disk or a pipe that takes no more of it is no fault of the software, nor is a terminal
    that has not every letter.
    """
    open_closed_streams()
    print_plainly()
    try:
        sys.exit(app())
    except OSError as error:
        from spondyl.clinic.chart.full_disk import is_full_disk

        if not (is_full_disk(error) or isinstance(error, BlockingIOError)):
            raise
        typer.echo(not_written(error), err=True)
        sys.exit(int(ExitCode.OUTPUT_FAILED))
