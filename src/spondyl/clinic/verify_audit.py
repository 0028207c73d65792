"""The state of a clinic's audit log: its rows, and its checkpoints outside the database."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from spondyl.clinic.chart.anchor import check_anchor, checkpoints_so_far
from spondyl.clinic.chart.audit import heads, verify
from spondyl.clinic.chart.keys import anchor_signer
from spondyl.clinic.chart.transaction import one_moment
from spondyl.clinic.clinic_home import ClinicHome, settings_of
from spondyl.clinic.opened import opened_chart


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditState:
    """How many rows and checkpoints were checked, and what is wrong with them."""

    rows: int
    checkpoints: int
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a check has come with the rows, then with the checkpoints, whose number is not known before."""

    what: str
    done: int
    total: int | None


def audit_state(
    home: ClinicHome, *, anchor: Path | None = None, watch: Callable[[Progress], None] = lambda _: None
) -> AuditState:
    """Check the log of the clinic at ``home``; ``anchor`` replaces the settings' file of checkpoints."""
    path = anchor or home.anchor_file(settings_of(home))
    with opened_chart(home, with_any_key=True) as (engine, secret):
        return check_log(engine, path, public_key=anchor_signer(secret).public_key(), watch=watch)


def check_log(
    engine: sa.Engine,
    anchor: Path,
    *,
    public_key: Ed25519PublicKey,
    watch: Callable[[Progress], None] = lambda _: None,
) -> AuditState:
    """Walk the whole log and hold it against its checkpoints, while others go on writing; ``watch`` hears how far."""
    so_far = checkpoints_so_far(anchor)
    with one_moment(engine) as connection:
        total = sum(sequence for sequence, _ in heads(connection).values())
        log = verify(connection, watch=lambda done: watch(Progress(what="rows", done=done, total=total)))
        anchored = check_anchor(
            connection,
            so_far,
            public_key=public_key,
            watch=lambda done: watch(Progress(what="checkpoints", done=done, total=None)),
        )
    return AuditState(
        rows=log.rows, checkpoints=anchored.checkpoints, problems=log.problems + anchored.problems
    )
