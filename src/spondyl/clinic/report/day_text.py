"""Days and moments as people write them, in every printed report."""

from datetime import date, datetime


def day_text(day: date) -> str:
    """``4 February 2026``.

    >>> day_text(date(2026, 2, 4))
    '4 February 2026'
    """
    return f"{day.day} {day:%B %Y}"


def moment_text(moment: datetime) -> str:
    """``4 February 2026, 09:30 UTC``; without the clock's name when the moment does not say it.

    >>> moment_text(datetime(2026, 2, 4, 9, 30))
    '4 February 2026, 09:30'
    """
    return f"{day_text(moment)}, {moment:%H:%M} {moment:%Z}".rstrip()
