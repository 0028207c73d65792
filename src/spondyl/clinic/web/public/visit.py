"""A visit by its signed link: see it, put it into a calendar, move it, cancel it, wait for an earlier time."""

from datetime import date, datetime, timedelta
from typing import Annotated

import sqlalchemy as sa
from fastapi import APIRouter, Depends, Form, Request
from pydantic import AwareDatetime
from starlette.responses import Response

from spondyl.booking import Appointment, Status, StepRefusedError, WaitEntry, Wish
from spondyl.clinic.chart.appointment_rows import appointment
from spondyl.clinic.chart.booking_changes import BY_LINK, VisitChangedError
from spondyl.clinic.chart.booking_stop import BookingStoppedError, refuse_while_urgent
from spondyl.clinic.chart.claims import TimeTakenError
from spondyl.clinic.chart.engine import now_of
from spondyl.clinic.chart.free_times import stands_at
from spondyl.clinic.chart.freed_times import cancel_and_offer, move_and_offer
from spondyl.clinic.chart.practice import practice_of
from spondyl.clinic.chart.tables.column_types import new_id
from spondyl.clinic.chart.transaction import reading
from spondyl.clinic.chart.waitlist import join_waitlist, waits_for_earlier
from spondyl.clinic.messages.calendar_file import calendar_file
from spondyl.clinic.messages.clinic import clinic_of
from spondyl.clinic.messages.links import VISIT, visit_link_until, visit_token
from spondyl.clinic.messages.when import when_words
from spondyl.clinic.web.few_at_once import FewAtOnce
from spondyl.clinic.web.page import see_other
from spondyl.clinic.web.patient_link import refuse_if_old, signed_link
from spondyl.clinic.web.public.shown import (
    office_of,
    patient_language,
    public_page,
    stopped_page,
    visit_facts,
)
from spondyl.clinic.web.public.taken import Gone, still_free, taken_page
from spondyl.clinic.web.public.times import times_shown
from spondyl.clinic.web.public.words import WORDS
from spondyl.clinic.web.rights import open_to_all
from spondyl.clinic.web.services import Clinic, Services
from spondyl.clinic.web.site_address import patients_address
from spondyl.clinic.web.writer import Writer

router = APIRouter(
    prefix="/visit", include_in_schema=False, dependencies=[Depends(open_to_all())], route_class=FewAtOnce
)
Language = Annotated[str | None, Form()]
Sequence = Annotated[int | None, Form(ge=0, le=2**31 - 1)]
"""The visit's SEQUENCE when the page was made."""


@router.get("/{token}")
def visit_page(request: Request, services: Clinic, token: str, lang: str | None = None) -> Response:
    """The visit, and what can be done with it."""
    visit = _visit(services, token)
    with reading(services.engine) as connection:
        practice = practice_of(connection)
        language = patient_language(connection, request, visit, lang)
        waits = waits_for_earlier(connection, visit)
    shown = {
        "token": token,
        "sequence": visit.sequence,
        "facts": visit_facts(practice, visit, language),
        "gone": not visit.live,
        "changeable": _changeable(services, visit),
        "waits": waits,
        "public": practice.visit_type(visit.visit_type).public,
    }
    return public_page(request, "visit.html", language, shown)


@router.get("/{token}/visit.ics")
def calendar(request: Request, services: Clinic, token: str, lang: str | None = None) -> Response:
    """The visit as a calendar file."""
    visit = _visit(services, token)
    with reading(services.engine) as connection:
        practice = practice_of(connection)
        language = patient_language(connection, request, visit, lang)
    link = f"{patients_address(request)}/visit/{token}"
    file = calendar_file(
        practice,
        [visit],
        clinic=clinic_of(services.settings),
        language=language,
        now=services.clock(),
        link_of=lambda _: link,
    )
    headers = {"Content-Disposition": 'attachment; filename="visit.ics"'}
    return Response(file.content, media_type="text/calendar; charset=utf-8", headers=headers)


@router.get("/{token}/move")
def choose_new_time(
    request: Request,
    services: Clinic,
    token: str,
    day: date | None = None,
    office: str | None = None,
    lang: str | None = None,
) -> Response:
    """Free times for the same kind of visit; to call instead where an answer has to be looked at first."""
    visit = _visit(services, token)
    if not _changeable(services, visit):
        return _as_it_stands(request, token, lang)
    with reading(services.engine) as connection:
        practice = practice_of(connection)
        language = patient_language(connection, request, visit, lang)
        try:
            _refuse_while_urgent(connection, visit)
        except BookingStoppedError:
            return stopped_page(request, practice, language, why="stopped")
        place = office_of(practice, office or visit.placement.office)
        shown = times_shown(connection, practice, _wish(visit, place.key), day, language, moving=visit)
    shown |= {
        "token": token,
        "sequence": visit.sequence,
        "office": place,
        "offices": practice.offices,
        "now_words": when_words(visit.wall, language),
    }
    return public_page(request, "move.html", language, shown)


class MoveForm:
    """Where a visit is moved to, and what was seen of it."""

    def __init__(
        self,
        office: Annotated[str, Form(max_length=40)],
        start: Annotated[AwareDatetime, Form()],
        sequence: Sequence = None,
        lang: Language = None,
    ) -> None:
        self.office, self.start, self.sequence, self.lang = office, start, sequence, lang


@router.post("/{token}/move")
def move(
    request: Request,
    services: Clinic,
    writer: Writer,
    token: str,
    form: Annotated[MoveForm, Depends(MoveForm)],
) -> Response:
    """Move the visit, if the time is still free; the old time is kept until then.

    A visit that was changed after the page was made stays as it is, unless it stands at that time already.
    """
    visit = _visit(services, token)
    with reading(services.engine) as connection:
        language = patient_language(connection, request, visit, form.lang)
        practice = practice_of(connection)
        place = office_of(practice, form.office).key
    if not _changeable(services, visit):
        return _as_it_stands(request, token, language)
    try:
        if not stands_at(visit, place, form.start):
            _refuse_if_changed(visit, form.sequence)
            writer(lambda connection: _moved(connection, visit, place, form.start))
    except (VisitChangedError, StepRefusedError):
        if not stands_at(_visit(services, token), place, form.start):
            return _changed_meanwhile(request, services, token, language)
    except BookingStoppedError:
        return stopped_page(request, practice, language, why="stopped")
    except TimeTakenError:
        own = f"/visit/{token}/move"
        gone = Gone(wish=_wish(visit, place), start=form.start, address=own, times=own, moving=visit)
        return taken_page(request, services, gone, language)
    address = visit_token(_visit(services, token), key=services.key_for("patient link"))
    return see_other(request, f"/visit/{address}?lang={language}", notice=WORDS[language]["moved"])


def _wish(visit: Appointment, office: str) -> Wish:
    return Wish(visit_type=visit.visit_type, office=office, person=visit.person)


def _moved(connection: sa.Connection, visit: Appointment, office: str, start: datetime) -> Appointment:
    _refuse_while_urgent(connection, visit)
    slot = still_free(connection, _wish(visit, office), start, moving=visit)
    return move_and_offer(connection, visit, slot, actor=BY_LINK, sequence=visit.sequence)


def _refuse_while_urgent(connection: sa.Connection, visit: Appointment) -> None:
    if visit.person is not None:
        refuse_while_urgent(connection, visit.person)


def _refuse_if_changed(visit: Appointment, sequence: int | None) -> None:
    if sequence not in {None, visit.sequence}:
        raise VisitChangedError("The visit was changed after the page was made.")


@router.post("/{token}/cancel")
def cancel_visit(
    request: Request,
    services: Clinic,
    writer: Writer,
    token: str,
    sequence: Sequence = None,
    lang: Language = None,
) -> Response:
    """Cancel the visit, unless it was changed after the page was made; the time goes to the next on the waitlist."""
    visit = _visit(services, token)
    with reading(services.engine) as connection:
        language = patient_language(connection, request, visit, lang)
    if not _changeable(services, visit):
        return _as_it_stands(request, token, language)
    try:
        _refuse_if_changed(visit, sequence)
        writer(
            lambda connection: cancel_and_offer(connection, visit.key, actor=BY_LINK, sequence=visit.sequence)
        )
    except (VisitChangedError, StepRefusedError):
        # Pressed twice at the same moment, the second finds it cancelled: what was wanted is so.
        if _visit(services, token).live:
            return _changed_meanwhile(request, services, token, language)
    return see_other(request, f"/visit/{token}?lang={language}", notice=WORDS[language]["cancelled"])


@router.post("/{token}/wait")
def wait(request: Request, services: Clinic, writer: Writer, token: str, lang: Language = None) -> Response:
    """Join the waitlist for an earlier time at the same office."""
    visit = _visit(services, token)
    with reading(services.engine) as connection:
        language = patient_language(connection, request, visit, lang)
    if not _changeable(services, visit):
        return _as_it_stands(request, token, language)
    writer(lambda connection: _joined(connection, visit))
    return see_other(request, f"/visit/{token}?lang={language}", notice=WORDS[language]["waiting"])


def _as_it_stands(request: Request, token: str, language: str | None) -> Response:
    """To the visit's own page, which says whether it is cancelled or can no longer be changed here."""
    return see_other(request, f"/visit/{token}" + (f"?lang={language}" if language else ""))


def _changed_meanwhile(request: Request, services: Services, token: str, language: str) -> Response:
    """To the visit's own page, for the patient to decide again by how it stands now."""
    if not _changeable(services, _visit(services, token)):
        return _as_it_stands(request, token, language)
    return see_other(request, f"/visit/{token}?lang={language}", problem=WORDS[language]["changed"])


def _joined(connection: sa.Connection, visit: Appointment) -> None:
    now = now_of(connection)
    if visit.person is None or waits_for_earlier(connection, visit):
        return
    entry = WaitEntry(
        key=new_id(),
        person=visit.person,
        visit_type=visit.visit_type,
        offices=(visit.placement.office,),
        earliest=now,
        latest=max(visit.start, now + timedelta(minutes=1)),
        since=now,
        visit=visit.key,
    )
    join_waitlist(connection, entry, actor=BY_LINK)


def _visit(services: Services, token: str) -> Appointment:
    link = signed_link(token, purpose=VISIT, key=services.key_for("patient link"))
    with reading(services.engine) as connection:
        visit = appointment(connection, link.subject)
    refuse_if_old(visit_link_until(visit), services.clock())
    return visit


def _changeable(services: Services, visit: Appointment) -> bool:
    return visit.status is Status.BOOKED and visit.start > services.clock()
