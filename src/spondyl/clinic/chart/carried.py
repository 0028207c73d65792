"""Writers of the embedded file who wait in line hand in their booking; whoever writes carries it out with its own.

In one transaction eight bookings take half the work of eight transactions: what one has read and decrypted the next one
finds. Each has a savepoint. Who waits gets the turn in any case, and then, before it does anything:

* finds the answer that its booking was committed; or
* finds its booking in the chart by its key: who carried it died after the commit; or
* does it itself, as if it had not been handed in, and is refused with its own words. Whatever speaks against a booking
  leaves it to the one who wants it.

Nobody writes or answers without the turn, so that a booking is never in the hands of two.
"""

import json
from functools import partial
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from spondyl.booking import Appointment
from spondyl.clinic.chart.audit import Deed
from spondyl.clinic.chart.booking_facts import facts_and_head, facts_given
from spondyl.clinic.chart.claims import TimeTakenError
from spondyl.clinic.chart.engine import driver_in_transaction
from spondyl.clinic.chart.handed_in import PLACES, Request
from spondyl.clinic.chart.visit_insert import VisitRows, insert_visit
from spondyl.clinic.chart.writers_place import WritersPlace, place_of

_FORM = 2  # another version of Spondyl may write the same file
_STANDS = "SELECT 1 FROM appointments WHERE key = ?"


def carried_by_another(
    connection: sa.Connection, visit: Appointment, rows: VisitRows, deed: Deed, *, version: int
) -> bool:
    """Stand in line for a booking that is all of its transaction; True when somebody else wrote it meanwhile.

    Otherwise go on; this writer has the turn, if there is one. ``version``: of the practice it was worked out for.
    """
    place = place_of(connection)
    if place is None or connection.in_transaction():
        return False
    place.before_commit = partial(carry_others, connection, place)
    if place.stand_if_free():
        return False
    body = _written(visit, rows, deed, version)
    with place.desk.handed_in(visit.key, body) as own:
        place.stand()
        place.carried_in = None if own is None else own.answer()
    if place.carried_in is not None:
        return True
    if own is None:
        return False
    return driver_in_transaction(connection).execute(_STANDS, (visit.key,)).fetchone() is not None


def carry_others(connection: sa.Connection, place: WritersPlace) -> list[Request]:
    """Write what others handed in into this transaction, as its last statements, and what is handed in meanwhile, up to
    the number of places; returns what was written."""
    seen: set[str] = set()
    written: list[Request] = []
    while len(seen) < PLACES:
        new = [one for one in place.desk.requests() if one.key not in seen]
        if not new:
            break
        seen.update(one.key for one in new)
        written += [one for one in new if _in_savepoint(connection, one)]
    return written


def _in_savepoint(connection: sa.Connection, request: Request) -> bool:
    driver = driver_in_transaction(connection)
    driver.execute("SAVEPOINT carried")
    try:
        done = _carry(connection, json.loads(request.body))
    except (TimeTakenError, IntegrityError, driver.DatabaseError):
        if not driver.in_transaction:  # such as a full disk: nothing of this transaction is left
            raise
        done = False
    if not done:
        driver.execute("ROLLBACK TO carried")
    driver.execute("RELEASE carried")
    return done


def _carry(connection: sa.Connection, asked: dict[str, Any]) -> bool:
    """Write one booking if its practice is the newest yet, nobody is away, and the patient needs no look."""
    if asked["form"] != _FORM:
        return False
    version, away, intake, head = facts_and_head(connection, asked["facts"])
    if version != asked["version"] or away or intake or head is None:
        return False
    rows = VisitRows(visit=asked["visit"], claims=asked["claims"], letter=asked["letter"])
    insert_visit(connection, rows, Deed(**asked["deed"]), head)
    return True


def _written(visit: Appointment, rows: VisitRows, deed: Deed, version: int) -> bytes:
    told = {
        "form": _FORM,
        "version": version,
        "facts": facts_given(visit.start, None if visit.held_until else visit.person),
        "visit": rows.visit,
        "claims": rows.claims,
        "letter": rows.letter,
        "deed": {
            "actor": deed.actor,
            "action": deed.action,
            "subject": deed.subject,
            "detail": deed.detail,
        },
    }
    return json.dumps(told, separators=(",", ":")).encode()
