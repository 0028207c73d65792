"""Who is away, in words: the same wherever a visit is put, put back or looked at."""

from collections.abc import Iterable

import sqlalchemy as sa

from spondyl.booking import Absence, Appointment, Practice, absent_name
from spondyl.clinic.chart.claims import absences_of_visit
from spondyl.clinic.chart.practice import practice_of


def away_words(practice: Practice, absence: Absence, says: str = "") -> str:
    """Who is away or what is out of use, what is said of it, and the reason of the absence in brackets."""
    reason = f" ({absence.reason})" if absence.reason else ""
    return f"{absent_name(practice, absence)}{says}{reason}"


def away_then(connection: sa.Connection, visits: Iterable[Appointment]) -> str:
    """A sentence for each absence in which one of these visits stands; empty when there is none.

    A reason is enough to book into an absence; whoever books, or puts back, is told of it, noted a moment ago or long
    known. Ask in the transaction that put the visits there: nobody notes an absence until it ends.
    """
    practice = practice_of(connection)
    found = [
        away_words(practice, one, f" {one.words} then")
        for visit in visits
        if visit.live
        for one in absences_of_visit(connection, practice, visit)
    ]
    return "".join(f"{words}. " for words in dict.fromkeys(found))
