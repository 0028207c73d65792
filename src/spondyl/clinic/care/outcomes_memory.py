"""The clinic's outcomes are worked out once for what the chart holds, and for one who asks at a time."""

from dataclasses import dataclass
from datetime import date, datetime
from threading import Lock

import sqlalchemy as sa

from spondyl.assessment.outcomes import ClinicOutcomes
from spondyl.clinic.care.clinic_outcomes import READ_KINDS, clinic_outcomes
from spondyl.clinic.chart.practice import clinic_zone
from spondyl.clinic.chart.same_person import closed_charts
from spondyl.clinic.chart.tables import documents, people, signatures
from spondyl.clinic.chart.transaction import reading


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    """All that the outcomes depend on: rows are added or erased and never changed, so their number tells of each."""

    as_of: date
    zone: str
    versions: int
    last_made_at: datetime | None
    signatures: int
    erased: int
    closed: frozenset[str]
    """Charts whose scores are read with another."""


class OutcomesMemory:
    """The outcomes that were worked out last."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._kept: tuple[_Read, ClinicOutcomes | None] | None = None

    def outcomes(self, engine: sa.Engine, *, as_of: date) -> ClinicOutcomes | None:
        """What :func:`clinic_outcomes` says; who asks while it is worked out waits for it."""
        with self._lock, reading(engine) as connection:
            read = _read(connection, as_of)  # before the rows: what comes in between is seen at the next look
            if self._kept is None or self._kept[0] != read:
                self._kept = read, clinic_outcomes(connection, as_of=as_of)
            return self._kept[1]


def _read(connection: sa.Connection, as_of: date) -> _Read:
    made_at = sa.func.max(documents.c.made_at)
    held = connection.execute(
        sa.select(sa.func.count(), made_at).where(documents.c.kind.in_(READ_KINDS))
    ).one()
    signed = sa.select(sa.func.count()).select_from(signatures)
    erased = sa.select(sa.func.count(people.c.erased_at))
    return _Read(
        as_of=as_of,
        zone=clinic_zone(connection),
        versions=held[0],
        last_made_at=held[1],
        signatures=connection.execute(signed).scalar_one(),
        erased=connection.execute(erased).scalar_one(),
        closed=frozenset(closed_charts(connection)),
    )
