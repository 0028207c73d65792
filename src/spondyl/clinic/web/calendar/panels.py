"""Today's visits on the day's page, and a patient's next visit on the overview."""

from datetime import datetime, timedelta
from typing import Any

from spondyl.booking import Appointment, Practice, Status
from spondyl.clinic.chart.appointment_rows import appointments_of
from spondyl.clinic.chart.outbox import why_clinic_refused
from spondyl.clinic.chart.people import Person, people_of
from spondyl.clinic.chart.practice import has_practice, practice_of
from spondyl.clinic.chart.practice_change import falls_outside
from spondyl.clinic.chart.roles import Role
from spondyl.clinic.chart.untold import count_untold
from spondyl.clinic.chart.waitlist import count_in_vain, count_waiting
from spondyl.clinic.messages.when import day_words, time_words, when_words
from spondyl.clinic.web.calendar.board import day_visits
from spondyl.clinic.web.calendar.choices import practice_day
from spondyl.clinic.web.calendar.past_visits import courses_attended
from spondyl.clinic.web.feature import Panel, View
from spondyl.clinic.web.patients.alike import perhaps_twice

LOOK_AHEAD_DAYS = 14


def today_panel(view: View) -> Panel | None:
    """Who comes today, in order of time, those folded away whose time is over; on a day without visits, who comes next.

    A member of the staff who sees patients has their own visits first; the others are a press away.
    """
    if not has_practice(view.connection):
        context = {"is_administrator": view.viewer.may(Role.ADMINISTRATOR)}
        return Panel(template="calendar/begin_panel.html", context=context)
    practice = practice_of(view.connection)
    today = practice_day(view.connection, practice, None)
    coming = day_visits(view.connection, practice, today, LOOK_AHEAD_DAYS)
    own = practice.provider_of(view.viewer.account.id) if view.viewer.account else None
    if own is not None and not view.everyone:
        coming = [one for one in coming if one.placement.provider == own.key]
    day = min([one.wall.date() for one in coming], default=today)
    visits = [one for one in coming if one.wall.date() == day]
    now = view.services.clock()
    rows = _rows(view, practice, visits)
    over = [row for row in rows if _ends(practice, row["visit"]) <= now]
    context = {
        "over": over,
        "rows": [row for row in rows if row not in over],
        "is_today": day == today,
        "is_open": any(office.open_on(today) for office in practice.offices),
        "day": day,
        "own": own.name if own else None,
        "everyone": view.everyone,
        "waiting": count_waiting(view.connection),
        "in_vain": count_in_vain(view.connection),
        "refusal": why_clinic_refused(view.connection),
        "is_administrator": view.viewer.may(Role.ADMINISTRATOR),
        "calls": count_untold(view.connection),
        "outside": len(falls_outside(view.connection, practice)),
        "day_words": day_words(day),
    }
    return Panel(template="calendar/today_panel.html", context=context)


def _ends(practice: Practice, visit: Appointment) -> datetime:
    return visit.start + timedelta(minutes=practice.visit_type(visit.visit_type).duration_min)


def _rows(view: View, practice: Practice, visits: list[Appointment]) -> list[dict[str, Any]]:
    who = people_of(view.connection, {one.person for one in visits if one.person})
    twice, now = perhaps_twice(view.connection, view.viewer, who.values()), view.services.clock()
    comes_next = min((one.start for one in visits if one.start > now), default=None)
    return [
        {
            "visit": one,
            "time": time_words(one.wall),
            "mark": _mark(one, now, comes_next),
            "who": who[one.person].full_name if one.person in who else "Kept for somebody",
            "may_be_twice": one.person in twice,
            "what": practice.visit_type(one.visit_type).name,
            "with": practice.provider(one.placement.provider).name,
            "where": practice.office(one.placement.office).name,
        }
        for one in visits
    ]


def _mark(visit: Appointment, now: datetime, comes_next: datetime | None) -> str:
    if visit.status is Status.MISSED:
        return ""
    return "now" if visit.start <= now else "next" if visit.start == comes_next else ""


def patient_panel(view: View, person: Person) -> Panel | None:
    """The next visit, how the newest course goes, and the way to the others."""
    if not has_practice(view.connection):
        return None
    practice, now = practice_of(view.connection), view.services.clock()
    coming = [
        one
        for one in appointments_of(view.connection, person.id)
        if one.start > now - timedelta(hours=4) and one.status is not Status.MISSED
    ]
    words = [f"{when_words(one.wall)}: {practice.visit_type(one.visit_type).name}" for one in coming]
    context = {"next": words[0] if words else None, "more": max(len(words) - 1, 0), "person_id": person.id}
    context["course"] = next(iter(courses_attended(view.connection, practice, person.id)), None)
    return Panel(template="calendar/patient_panel.html", context=context)
