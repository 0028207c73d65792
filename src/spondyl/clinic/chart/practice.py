"""What the practice has to offer, kept in versions: every version stays, the newest counts."""

from datetime import date, datetime
from functools import lru_cache

import sqlalchemy as sa
from pydantic import TypeAdapter

from spondyl.booking import Practice, zone_of
from spondyl.clinic.chart.audit import record
from spondyl.clinic.chart.engine import now_of
from spondyl.clinic.chart.practice_memory import PracticeMemory, Seen
from spondyl.clinic.chart.quick_read import QuickRead
from spondyl.clinic.chart.tables.booking import practice_versions


class PracticeUnknownError(LookupError):
    """The clinic has not said yet what can be booked."""


_NEWEST = (
    sa.select(practice_versions.c.version, practice_versions.c.body)
    .order_by(practice_versions.c.version.desc())
    .limit(1)
)
_NUMBER = QuickRead(sa.select(sa.func.max(practice_versions.c.version)))
_ADAPTER: TypeAdapter[Practice] = TypeAdapter(Practice)


def save_practice(connection: sa.Connection, practice: Practice, *, actor: str) -> int:
    """Save what can be booked from now on; appointments that stand are not touched. Returns the version."""
    newest = connection.execute(sa.select(sa.func.max(practice_versions.c.version))).scalar_one() or 0
    connection.execute(
        practice_versions.insert().values(
            version=newest + 1,
            body=_ADAPTER.dump_json(practice).decode(),
            made_by=actor,
            made_at=now_of(connection),
        )
    )
    connection.execution_options(spondyl_practice=PracticeMemory())  # what is not committed is nobody else's
    record(connection, actor=actor, action="change practice", subject=f"practice {newest + 1}")
    return newest + 1


def practice_of(connection: sa.Connection) -> Practice:
    """The newest version; raises ``PracticeUnknownError`` before there is one."""
    return practice_of_version(connection, _number(connection))


def practice_of_version(connection: sa.Connection, version: int | None) -> Practice:
    """The newest version, whose number is known, from memory if it can be."""
    memory = _memory(connection)
    found = memory.version(version)
    if found is None:
        newest = connection.execute(
            _NEWEST
        ).one_or_none()  # of one moment: it may be newer than the number asked for
        if newest is None:
            raise PracticeUnknownError(
                "The clinic has no offices yet. Describe offices, providers and rooms first: Administration, Practice."
            )
        found = _read(newest.body)
        memory.keep(newest.version, found)
    return found


def latest_seen(connection: sa.Connection) -> Seen | None:
    """The practice as it was when it was last read, without asking the database; there may be a newer one."""
    return _memory(connection).latest


def _memory(connection: sa.Connection) -> PracticeMemory:
    return connection.get_execution_options()["spondyl_practice"]


def has_practice(connection: sa.Connection) -> bool:
    """True when the clinic has said what can be booked."""
    return _number(connection) is not None


def _number(connection: sa.Connection) -> int | None:
    """The number of the newest version; None before there is one."""
    return _NUMBER.rows(connection)[0][0]


def clinic_zone(connection: sa.Connection) -> str:
    """The zone whose clock says which day it is: that of the first office, UTC before there is one."""
    number = _number(connection)
    return "UTC" if number is None else practice_of_version(connection, number).offices[0].zone


def clinic_moment(connection: sa.Connection, moment: datetime) -> datetime:
    """The same instant, told by the clock of ``clinic_zone``."""
    return told_by(clinic_zone(connection), moment)


def clinic_day(connection: sa.Connection) -> date:
    """Today by the clock of ``clinic_zone``."""
    return clinic_moment(connection, now_of(connection)).date()


def told_by(zone: str, moment: datetime) -> datetime:
    """The same instant by the clock of a zone: its day, its hour, and its offset from UTC."""
    return datetime.fromisoformat(moment.astimezone(zone_of(zone)).isoformat())


@lru_cache(maxsize=8)
def _read(body: str) -> Practice:
    return _ADAPTER.validate_json(body)
