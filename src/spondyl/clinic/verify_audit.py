"""The state of a clinic's audit log: its rows, and its checkpoints outside the database."""

from dataclasses import dataclass
from pathlib import Path

from spondyl.clinic.chart.anchor import check_anchor, read_checkpoints
from spondyl.clinic.chart.audit import verify
from spondyl.clinic.chart.keys import anchor_signer
from spondyl.clinic.chart.transaction import one_moment
from spondyl.clinic.clinic_home import ClinicHome
from spondyl.clinic.clinic_settings import read_settings
from spondyl.clinic.opened import opened_chart


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditState:
    """How many rows and checkpoints were checked, and what is wrong with them."""

    rows: int
    checkpoints: int
    problems: tuple[str, ...]


def audit_state(home: ClinicHome, *, anchor: Path | None = None) -> AuditState:
    """Check the log of the clinic at ``home``; ``anchor`` replaces the settings' file of checkpoints."""
    path = anchor or home.anchor_file(read_settings(home.settings_file))
    with opened_chart(home, with_any_key=True) as (engine, secret):
        checkpoints = read_checkpoints(path)
        with one_moment(engine) as connection:
            log = verify(connection)
            anchored = check_anchor(connection, checkpoints, public_key=anchor_signer(secret).public_key())
    return AuditState(
        rows=log.rows, checkpoints=anchored.checkpoints, problems=log.problems + anchored.problems
    )
