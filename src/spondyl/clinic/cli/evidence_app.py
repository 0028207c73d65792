"""``spondyl evidence``: the commands that turn studies into answers; one file a command."""

import typer

from spondyl.clinic.cli.evidence_aid_command import aid
from spondyl.clinic.cli.evidence_ask_command import ask, compare_options
from spondyl.clinic.cli.evidence_import_command import import_drafts
from spondyl.clinic.cli.evidence_methods import add_methods
from spondyl.clinic.cli.evidence_outcomes_command import outcomes, outcomes_example
from spondyl.clinic.cli.evidence_pool_command import pool
from spondyl.clinic.cli.evidence_sign_command import review, sign
from spondyl.clinic.cli.evidence_snapshot_command import diff, snapshot

evidence_app = typer.Typer(
    name="evidence",
    no_args_is_help=True,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)


@evidence_app.callback()
def evidence() -> None:
    """Pool studies and answer from them."""


evidence_app.command()(ask)
evidence_app.command("compare")(compare_options)
evidence_app.command()(pool)
evidence_app.command("import")(import_drafts)
evidence_app.command()(snapshot)
evidence_app.command()(diff)
evidence_app.command()(review)
evidence_app.command()(sign)
evidence_app.command()(aid)
add_methods(evidence_app)
evidence_app.command()(outcomes)
evidence_app.command("outcomes-example")(outcomes_example)
