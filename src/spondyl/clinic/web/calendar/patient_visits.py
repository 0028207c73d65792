"""A patient's visits: coming and past, a follow-up in one click, a whole course proposed and booked at once."""

from datetime import date, timedelta
from typing import Annotated, Any, Literal

import sqlalchemy as sa
from fastapi import APIRouter, Depends, Form, HTTPException, Request
from starlette.responses import Response

from spondyl.booking import CourseRefused, CourseRule, Phase, Practice, Slot, Wish
from spondyl.clinic.care.booking_block import booking_block
from spondyl.clinic.care.plan_end import is_over
from spondyl.clinic.chart.appointment_rows import appointments_of
from spondyl.clinic.chart.appointments import book
from spondyl.clinic.chart.audit import record
from spondyl.clinic.chart.booking_stop import intake_stop, plan_stop
from spondyl.clinic.chart.claims import TimeTakenError
from spondyl.clinic.chart.courses import book_course, propose
from spondyl.clinic.chart.engine import now_of
from spondyl.clinic.chart.free_times import next_free, times_on
from spondyl.clinic.chart.people import Person, person
from spondyl.clinic.chart.practice import has_practice, practice_of
from spondyl.clinic.chart.tables.column_types import new_id
from spondyl.clinic.chart.transaction import reading, writing
from spondyl.clinic.chart.waitlist import waiting_entries
from spondyl.clinic.messages.when import day_words, when_words
from spondyl.clinic.web.calendar.choices import AskedDay, practice_day, slot_of_text, slot_words, undo_bar
from spondyl.clinic.web.calendar.past_visits import past_shown
from spondyl.clinic.web.calendar.telephone_calls import how_told
from spondyl.clinic.web.calendar.waiting import DAY_NAMES, wish_words
from spondyl.clinic.web.page import patient_page, see_other
from spondyl.clinic.web.rights import AnyStaff
from spondyl.clinic.web.services import Clinic, Services
from spondyl.clinic.web.viewer import Viewer
from spondyl.clinic.web.writer import Writer

router = APIRouter(prefix="/patients/{patient_id}/visits", include_in_schema=False)
TWICE_A_WEEK = Phase(visits=6, every_days=3, at_least_days=2, at_most_days=5)
WEEKLY = Phase(visits=6, every_days=7, at_least_days=5, at_most_days=10)
COURSES: dict[str, tuple[str, tuple[Phase, ...]]] = {
    "12": ("12 visits: 6 at about two a week, then 6 weekly", (TWICE_A_WEEK, WEEKLY)),
    "24": (
        "24 visits: 12 at about two a week, then 12 weekly",
        (Phase(visits=12, every_days=3, at_least_days=2, at_most_days=5),
         Phase(visits=12, every_days=7, at_least_days=5, at_most_days=10)),
    ),
    "6": ("6 visits, weekly", (WEEKLY,)),
}  # fmt: skip
SUGGESTED = 6
WAIT_DAYS = 21


class CourseForm:
    """A proposed course as its page sends it back."""

    def __init__(
        self,
        length: Annotated[Literal["6", "12", "24"], Form()],
        visit: Annotated[str, Form(max_length=40)],
        office: Annotated[str, Form(max_length=40)],
        to: Annotated[list[str], Form()],
        prefer: Annotated[int, Form()] = 10,
    ) -> None:
        self.length, self.visit, self.office, self.to, self.prefer = length, visit, office, to, prefer


@router.get("")
def visits(
    request: Request,
    services: Clinic,
    viewer: AnyStaff,
    patient_id: str,
    visit: str | None = None,
    office: str | None = None,
    day: AskedDay = None,
) -> Response:
    """The coming visits, and free times for the next one, or of a day: a click books it. Opening it is in the audit
    log."""
    patient = _opened(services, viewer, patient_id)
    with reading(services.engine) as connection:
        if not has_practice(connection):
            return patient_page(request, "calendar/patient_no_practice.html", patient)
        shown = _shown(connection, patient, visit, office)
        shown |= _of_day(connection, shown, day)
    return patient_page(request, "calendar/patient_visits.html", patient, shown)


def _opened(services: Services, viewer: Viewer, patient_id: str) -> Person:
    with writing(services.engine) as connection:
        patient = person(connection, patient_id)
        record(connection, actor=viewer.actor, action="open visits", subject=patient.subject)
    return patient


def _shown(
    connection: sa.Connection, patient: Person, visit: str | None, office: str | None
) -> dict[str, Any]:
    practice = practice_of(connection)
    coming = [one for one in appointments_of(connection, patient.id) if one.start > now_of(connection)]
    seen = appointments_of(connection, patient.id)
    place = office or _usual_office(connection, practice, patient)
    wish = _wish(practice, patient, visit or _usual_visit(practice, is_new=not seen), place)
    visit_type = practice.visit_type(wish.visit_type)
    after = max((one.start for one in coming), default=now_of(connection)) + timedelta(days=2)
    asks_look = intake_stop(connection, patient.id, visit_type)
    stop = asks_look or plan_stop(connection, patient.id, visit_type)
    block = booking_block(connection, patient.id)
    free = () if stop else next_free(connection, wish, after=after, limit=300)
    return {
        "practice": practice,
        "coming": [
            {
                "visit": one,
                "when": when_words(one.wall),
                "what": practice.visit_type(one.visit_type).name,
                "with": practice.provider(one.placement.provider).name,
                "where": practice.office(one.placement.office).name,
            }
            for one in coming
        ],
        "chosen": wish,
        "visit_type": visit_type,
        "times": [slot_words(practice, slot) for slot in _spread(free)],
        "waits": [
            wish_words(practice, one) for one in waiting_entries(connection) if one.person == patient.id
        ],
        "until": practice_day(connection, practice, None) + timedelta(days=WAIT_DAYS),
        "day_names": DAY_NAMES,
        "stop": stop,
        "reasons": block.reasons if asks_look else (),
        "waits_for_patient": block.is_unfinished,
        "asks_look": asks_look,
        "plan_is_over": is_over(connection, patient.id),
        "courses": {key: words for key, (words, _) in COURSES.items()},
        "changes": undo_bar(connection, practice, limit=1, person=patient.id),
        **past_shown(connection, practice, patient.id),
    }


def _of_day(connection: sa.Connection, shown: dict[str, Any], day: date | None) -> dict[str, Any]:
    """The free times of a day that was asked for, by provider; nothing of days at the ends of the calendar."""
    practice: Practice = shown["practice"]
    today = practice_day(connection, practice, None)
    if day is None or practice_day(connection, practice, day) != day:
        return {"today": today, "day": None}
    with_whom: dict[str, list[dict[str, str]]] = {}
    for slot in () if shown["stop"] else times_on(connection, shown["chosen"], day):
        words = slot_words(practice, slot)
        with_whom.setdefault(words["with"], []).append(
            words | {"when": words["time"], "note": words["where"]}
        )
    return {"today": today, "day": day, "day_words": day_words(day), "with_whom": with_whom}


def _spread(free: tuple[Slot, ...]) -> list[Slot]:
    """A morning and an afternoon time of each of the next days."""
    chosen: dict[tuple[date, bool], Slot] = {}
    for slot in free:
        chosen.setdefault((slot.wall.date(), slot.wall.hour >= 12), slot)
    return list(chosen.values())[:SUGGESTED]


def _usual_visit(practice: Practice, *, is_new: bool) -> str:
    """A follow-up; for somebody who never had a visit here the kind that newcomers book themselves."""
    usual = (
        one.key
        for one in practice.visit_types
        if (one.public if is_new else not (one.public or one.instrument))
    )
    return next(usual, practice.visit_types[0].key)


def _wish(practice: Practice, patient: Person, visit: str, office: str) -> Wish:
    kinds = [one.key for one in practice.visit_types]
    if visit not in kinds or office not in [one.key for one in practice.offices]:
        raise HTTPException(404, "There is no such visit or office.")
    return Wish(visit_type=visit, office=office, person=patient.id)


def _usual_office(connection: sa.Connection, practice: Practice, patient: Person) -> str:
    offices = [one.key for one in practice.offices]
    seen = [one.placement.office for one in appointments_of(connection, patient.id)]
    return next((key for key in reversed(seen) if key in offices), offices[0])


@router.post("/book")
def book_visit(
    request: Request,
    services: Clinic,
    viewer: AnyStaff,
    writer: Writer,
    patient_id: str,
    visit: Annotated[str, Form(max_length=40)],
    to: Annotated[str, Form(max_length=200)],
) -> Response:
    """Book one visit."""
    with reading(services.engine) as connection:
        slot = slot_of_text(practice_of(connection), visit, to)
        told = how_told(person(connection, patient_id))
    back = f"/patients/{patient_id}/visits"
    try:
        writer(
            lambda connection: book(connection, slot, person=patient_id, actor=viewer.actor, change=new_id())
        )
    except TimeTakenError:
        there = f"{back}?visit={visit}&office={slot.placement.office}&day={slot.wall.date()}"
        taken = "That time was taken a moment ago and is NOT booked: choose another."
        return see_other(request, there, problem=taken)
    return see_other(request, back, notice=f"Booked: {when_words(slot.wall)}. {told}")


class CourseAsked:
    """What course to propose; ``prefer`` is the hour of the day that suits."""

    def __init__(
        self,
        length: Literal["6", "12", "24"] = "12",
        visit: str | None = None,
        office: str | None = None,
        prefer: int = 10,
    ) -> None:
        self.length, self.visit, self.office, self.prefer = length, visit, office, prefer


@router.get("/course")
def course(
    request: Request,
    services: Clinic,
    viewer: AnyStaff,
    patient_id: str,
    asked: Annotated[CourseAsked, Depends(CourseAsked)],
) -> Response:
    """A whole course proposed. Opening it is in the audit log."""
    length, prefer = asked.length, asked.prefer
    patient = _opened(services, viewer, patient_id)
    with reading(services.engine) as connection:
        practice = practice_of(connection)
        treatment = next((one.key for one in practice.visit_types if one.instrument), None)
        place = asked.office or _usual_office(connection, practice, patient)
        kind = asked.visit or treatment or _usual_visit(practice, is_new=False)
        wish = _wish(practice, patient, kind, place)
        visit_type = practice.visit_type(wish.visit_type)
        asks_look = intake_stop(connection, patient_id, visit_type)
        stop = asks_look or plan_stop(connection, patient_id, visit_type)
        plan_is_over = is_over(connection, patient_id)
        found = None if stop else propose(connection, _rule(connection, practice, wish, length, prefer))
    shown: dict[str, Any] = {
        "length": length,
        "words": COURSES[length][0],
        "wish": wish,
        "prefer": prefer,
        "visit_choices": [(one.key, one.name) for one in practice.visit_types],
        "office_choices": [(one.key, one.name) for one in practice.offices],
        "hour_choices": [(hour, f"{hour % 12 or 12} {'am' if hour < 12 else 'pm'}") for hour in range(7, 19)],
        "stop": stop,
        "asks_look": asks_look,
        "plan_is_over": plan_is_over,
        "refused": str(found) if isinstance(found, CourseRefused) else None,
        "slots": [slot_words(practice, slot) for slot in found] if isinstance(found, tuple) else [],
    }
    return patient_page(request, "calendar/course.html", patient, shown)


def _rule(connection: sa.Connection, practice: Practice, wish: Wish, length: str, prefer: int) -> CourseRule:
    tomorrow = practice_day(connection, practice, None) + timedelta(days=1)
    hour = min(max(prefer, 6), 20)
    return CourseRule(wish=wish, phases=COURSES[length][1], first_day=tomorrow, prefer_min=60 * hour)


@router.post("/course")
def book_whole_course(
    request: Request,
    services: Clinic,
    viewer: AnyStaff,
    writer: Writer,
    patient_id: str,
    form: Annotated[CourseForm, Depends(CourseForm)],
) -> Response:
    """Book every visit of the course, or none."""
    with reading(services.engine) as connection:
        practice, patient = practice_of(connection), person(connection, patient_id)
        wish = _wish(practice, patient, form.visit, form.office)
        rule = _rule(connection, practice, wish, form.length, form.prefer)
        slots = [slot_of_text(practice, form.visit, text) for text in form.to]
    if len(slots) != len(rule.gaps):
        wrong = f"The course has {len(rule.gaps)} visits; {len(slots)} times were sent. Propose again."
        raise HTTPException(422, wrong)
    try:
        writer(lambda connection: book_course(connection, rule, slots, person=patient_id, actor=viewer.actor))
    except TimeTakenError:
        address = f"/patients/{patient_id}/visits/course?length={form.length}&visit={form.visit}&office={form.office}"
        address += f"&prefer={form.prefer}"
        return see_other(
            request, address, problem="One of the times was just taken, so none is booked: a new proposal."
        )
    first = when_words(slots[0].wall)
    notice = f"All {len(slots)} visits are booked, the first on {first}. {how_told(patient)}"
    return see_other(request, f"/patients/{patient_id}/visits", notice=notice)
