"""What became of a patient's visits: each that is over, and how many of a course were attended."""

from collections import Counter
from typing import Any

import sqlalchemy as sa

from spondyl.booking import Appointment, Practice, Status, wall_at
from spondyl.clinic.chart.engine import now_of
from spondyl.clinic.chart.who_came import course_visits, visits_had
from spondyl.clinic.messages.when import day_words, time_words

SHOWN = 10
"""So many of the past visits are in sight; the others are a press away."""
_BECAME = {
    Status.ARRIVED: ("attended", "good"),
    Status.MISSED: ("did not come", "warn"),
    Status.BOOKED: ("not noted", ""),
    Status.CANCELLED: ("cancelled", ""),
}


def state_words(one: Appointment) -> str:
    """Where a visit stands, in a word or three."""
    return "did not come" if one.status is Status.MISSED else one.status.value


def past_shown(connection: sa.Connection, practice: Practice, person: str) -> dict[str, Any]:
    """For the patient's page: the visits whose time has come, the newest first, and the courses."""
    rows = [_row(connection, practice, one) for one in visits_had(connection, person)]
    return {
        "past": rows[:SHOWN],
        "long_past": rows[SHOWN:],
        "courses_attended": courses_attended(connection, practice, person),
    }


def _row(connection: sa.Connection, practice: Practice, one: Appointment) -> dict[str, Any]:
    became, kind = _BECAME[one.status]
    return {
        "visit": one,
        "when": f"{_day(connection, one)}, {time_words(one.wall)}",
        "what": practice.visit_type(one.visit_type).name,
        "with": practice.provider(one.placement.provider).name,
        "became": became,
        "kind": kind,
    }


def _day(connection: sa.Connection, one: Appointment) -> str:
    """Monday 2 March; with its year when that is another than this."""
    year = one.wall.year
    return day_words(one.wall) + ("" if year == wall_at(one.zone, now_of(connection)).year else f" {year}")


def courses_attended(connection: sa.Connection, practice: Practice, person: str) -> list[str]:
    """Adjustment, 12 visits from Tuesday 3 March: 7 of 12 attended, 1 did not come, 4 to come."""
    return [_attended(connection, practice, visits) for visits in course_visits(connection, person)]


def _attended(connection: sa.Connection, practice: Practice, visits: list[Appointment]) -> str:
    now, first, many = now_of(connection), visits[0], len(visits)
    coming = sum(one.status is Status.BOOKED and one.start > now for one in visits)
    counts = Counter(one.status for one in visits)
    counts[Status.BOOKED] -= coming
    parts = [f"{counts[Status.ARRIVED]} of {many} attended"]
    others = (Status.MISSED, Status.BOOKED, Status.CANCELLED)
    parts += [f"{counts[one]} {_BECAME[one][0]}" for one in others if counts[one]]
    parts += [f"{coming} to come"] if coming else []
    name = practice.visit_type(first.visit_type).name
    return f"{name}, {many} visits from {_day(connection, first)}: {', '.join(parts)}."
