"""A day as people write it."""

from datetime import date


def day_words(day: date) -> str:
    """``13 April 2026``.

    >>> day_words(date(2026, 4, 13))
    '13 April 2026'
    """
    return f"{day.day} {day:%B %Y}"
