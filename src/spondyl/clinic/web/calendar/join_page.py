"""Put a patient on the waitlist: for what, where, with whom, on which days and at what time of day."""

from datetime import date, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Form, HTTPException, Request
from starlette.responses import Response

from spondyl.booking import Practice, WaitEntry, date_words, first_reach
from spondyl.booking.wall_clock import MINUTES_IN_DAY
from spondyl.clinic.chart.people import person
from spondyl.clinic.chart.practice import practice_of
from spondyl.clinic.chart.tables.column_types import new_id
from spondyl.clinic.chart.transaction import reading
from spondyl.clinic.chart.waitlist import join_waitlist
from spondyl.clinic.web.page import see_other
from spondyl.clinic.web.rights import AnyStaff
from spondyl.clinic.web.services import Clinic
from spondyl.clinic.web.writer import Writer

router = APIRouter(prefix="/patients/{patient_id}/visits", include_in_schema=False)
LONGEST_WAIT = timedelta(days=731)
CLOCK = r"^([01]\d|2[0-3]):[0-5]\d$|^$"
JOINED = "On the waitlist. A time that becomes free and suits is offered in order of waiting."
WAITS_ALREADY = "Already on the waitlist for just this: the place in line stays, nothing stands there twice."
Key = Annotated[str, Form(max_length=40)]
Clock = Annotated[str, Form(pattern=CLOCK)]


class WaitForm:
    """What a patient waits for, as the form says it; an office left out means all of them."""

    def __init__(
        self,
        visit: Key,
        until: Annotated[date, Form()],
        offices: Annotated[list[str] | None, Form(max_length=50)] = None,
        days: Annotated[list[int] | None, Form(max_length=7)] = None,
        provider: Key = "",
        begins: Clock = "",
        ends: Clock = "",
    ) -> None:
        self.visit, self.until, self.offices, self.days = visit, until, offices or [], days or []
        self.provider, self.begins, self.ends = provider, begins, ends


@router.post("/wait")
def wait(
    request: Request,
    services: Clinic,
    viewer: AnyStaff,
    writer: Writer,
    patient_id: str,
    form: Annotated[WaitForm, Depends(WaitForm)],
) -> Response:
    """Put the patient on the waitlist."""
    with reading(services.engine) as connection:
        person(connection, patient_id)
        practice = practice_of(connection)
        entry = _entry(practice, patient_id, form, now=services.clock())
    joined = writer(lambda connection: join_waitlist(connection, entry, actor=viewer.actor))
    notice = JOINED if joined else WAITS_ALREADY
    return see_other(request, f"/patients/{patient_id}/visits", notice=notice)


def _entry(practice: Practice, patient_id: str, form: WaitForm, *, now: datetime) -> WaitEntry:
    """The entry that the form describes; 404 or 422 with what is wrong."""
    offices = tuple(one.key for one in practice.offices if not form.offices or one.key in form.offices)
    providers = [one.key for one in practice.providers]
    unknown = form.visit not in [one.key for one in practice.visit_types]
    if unknown or not offices or (form.provider and form.provider not in providers):
        raise HTTPException(404, "There is no such visit, office or provider.")
    if form.until > now.date() + LONGEST_WAIT:
        raise HTTPException(422, "Choose a day within two years; who waits longer is better called.")
    latest = first_reach(practice.office(offices[0]).zone, form.until + timedelta(days=1), 0)
    begins, ends = _minute(form.begins) or 0, _minute(form.ends) or MINUTES_IN_DAY
    if latest <= now:
        raise HTTPException(
            422,
            f"Waiting until {date_words(form.until)} {form.until.year} is over already; choose a later day.",
        )
    if begins >= ends:
        raise HTTPException(
            422, f"From {form.begins} until {form.ends} is no time of day; set the later one last."
        )
    if any(not 0 <= day <= 6 for day in form.days):
        raise HTTPException(422, "A weekday is 0 (Monday) to 6 (Sunday); load the page again.")
    return WaitEntry(
        key=new_id(),
        person=patient_id,
        visit_type=form.visit,
        offices=offices,
        provider=form.provider or None,
        weekdays=tuple(sorted(set(form.days))),
        from_min=begins,
        to_min=ends,
        earliest=now,
        latest=latest,
        since=now,
    )


def _minute(clock: str) -> int | None:
    return int(clock[:2]) * 60 + int(clock[3:]) if clock else None
