"""The further methods of ``spondyl evidence``, a command each."""

import typer

from spondyl.clinic.cli.evidence_bias_command import bias
from spondyl.clinic.cli.evidence_counts_command import counts
from spondyl.clinic.cli.evidence_influence_command import influence
from spondyl.clinic.cli.evidence_lost_command import lost
from spondyl.clinic.cli.evidence_network_command import network
from spondyl.clinic.cli.evidence_regress_command import regress
from spondyl.clinic.cli.evidence_sequential_command import sequential


def add_methods(app: typer.Typer) -> None:
    """Add the commands to the group."""
    for command in (counts, regress, influence, lost, bias, network, sequential):
        app.command()(command)
