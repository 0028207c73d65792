"""The further methods of ``spondyl evidence``, a command each."""

import typer

from spondyl.clinic.cli.evidence_counts_command import counts
from spondyl.clinic.cli.evidence_regress_command import regress


def add_methods(app: typer.Typer) -> None:
    """Add the commands to the group."""
    app.command()(counts)
    app.command()(regress)
