"""``spondyl adjust``: measure how a segment answers a small push, dose, deliver, check, stop."""

import typer

from spondyl.clinic.cli.adjust_plan_command import plan
from spondyl.clinic.cli.adjust_replay_command import replay
from spondyl.clinic.cli.adjust_report_command import report
from spondyl.clinic.cli.adjust_run_command import probe, run

adjust_app = typer.Typer(
    name="adjust",
    no_args_is_help=True,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)


@adjust_app.callback()
def adjust() -> None:
    """Plan, probe, run, replay and report adjustment sessions; on a simulator unless --live says otherwise."""


adjust_app.command()(plan)
adjust_app.command()(probe)
adjust_app.command()(run)
adjust_app.command()(replay)
adjust_app.command()(report)
