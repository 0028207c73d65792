"""Column types shared by every area."""

from datetime import UTC, datetime
from secrets import token_hex

import sqlalchemy as sa

ID_LENGTH = 32


def new_id() -> str:
    """A random identifier of 32 hexadecimal digits."""
    return token_hex(ID_LENGTH // 2)


class UtcInstant(sa.TypeDecorator[datetime]):
    """A moment: aware datetimes in, UTC out, on both databases; a naive datetime is refused."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        """UTC for the driver; SQLite keeps no zone, so its text is UTC without one."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value} has no time zone; give an aware datetime.")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        """An aware datetime in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if dialect.name == "sqlite" else value.astimezone(UTC)


def embedded_text(moment: datetime) -> str:
    """How an instant stands in the embedded file; the same text that ``UtcInstant`` writes, in a tenth of the time."""
    if moment.tzinfo is None:
        raise ValueError(f"{moment} has no time zone; give an aware datetime.")
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")


def driver_instant(told: str | datetime) -> datetime:
    """An instant as the driver gives it: from the embedded file the text that ``embedded_text`` wrote."""
    return datetime.fromisoformat(told).replace(tzinfo=UTC) if isinstance(told, str) else told


def instant_text(moment: datetime) -> str:
    """How PostgreSQL is given an instant: with its offset."""
    if moment.tzinfo is None:
        raise ValueError(f"{moment} has no time zone; give an aware datetime.")
    return moment.isoformat()
