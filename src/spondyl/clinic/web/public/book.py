"""Book a visit: a time is kept while the name is written."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from functools import partial
from typing import Annotated

import sqlalchemy as sa
from fastapi import APIRouter, Depends, Form, Request
from pydantic import AwareDatetime
from starlette.responses import Response

from spondyl.booking import Appointment, Slot, Status, StepRefusedError, Wish, wall_at
from spondyl.clinic.chart.appointment_rows import (
    AppointmentUnknownError,
    appointment,
    appointments_of,
    slot_of,
)
from spondyl.clinic.chart.appointments import HOLD_FOR, any_lapsed, hold_slot
from spondyl.clinic.chart.booking_changes import BY_LINK
from spondyl.clinic.chart.booking_stop import BookingStoppedError, PlanEndedError, refuse_if_stopped
from spondyl.clinic.chart.claims import TimeTakenError
from spondyl.clinic.chart.free_times import (
    slot_for,
    stands_at,
)
from spondyl.clinic.chart.freed_times import cancel_and_offer, confirm_and_settle
from spondyl.clinic.chart.known_person import called_alike, contact_parts, find_or_add
from spondyl.clinic.chart.outbox import write_in
from spondyl.clinic.chart.people import PersonDetails, PersonInvalidError, person, speak_to
from spondyl.clinic.chart.practice import practice_of
from spondyl.clinic.chart.telephone import is_telephone
from spondyl.clinic.chart.transaction import reading
from spondyl.clinic.chart.waitlist import entries_with_hold, later_visit, sweep
from spondyl.clinic.chart.writer_queue import WriterQueue
from spondyl.clinic.messages.address import is_address
from spondyl.clinic.messages.links import HOLD, hold_token
from spondyl.clinic.messages.when import hour_words, when_words
from spondyl.clinic.web.cookies import HOLD_COOKIE, set_cookie
from spondyl.clinic.web.few_at_once import FewAtOnce
from spondyl.clinic.web.page import see_other
from spondyl.clinic.web.patient_link import LinkUnusableError, read_link
from spondyl.clinic.web.public.shown import (
    office_of,
    patient_language,
    public_page,
    public_type,
    stopped_page,
    visit_facts,
    visitor_language,
)
from spondyl.clinic.web.public.taken import (
    GONE,
    Gone,
    instead_of,
    next_visit_of,
    still_free,
    taken_page,
    visit_address,
)
from spondyl.clinic.web.public.words import WORDS
from spondyl.clinic.web.rights import open_to_all
from spondyl.clinic.web.services import Clinic, Services
from spondyl.clinic.web.writer import Writer

router = APIRouter(
    prefix="/book", include_in_schema=False, dependencies=[Depends(open_to_all())], route_class=FewAtOnce
)
PUBLIC = "public page"
BOOKED = (Status.BOOKED, Status.ARRIVED)
Short = Annotated[str, Form(max_length=200)]


class NameForm:
    """Who books, and how to reach them."""

    def __init__(
        self,
        given: Short = "",
        family: Short = "",
        contact: Short = "",
        lang: Annotated[str | None, Form()] = None,
    ) -> None:
        self.sent = {"given": given, "family": family, "contact": contact}
        self.lang = lang


@router.post("/hold")
def hold(
    request: Request,
    services: Clinic,
    writer: Writer,
    office: Short,
    visit: Short,
    start: Annotated[AwareDatetime, Form()],
    lang: Annotated[str | None, Form()] = None,
) -> Response:
    """Keep a time; whoever comes second is told at once and offered the nearest three."""
    language = visitor_language(request, lang)
    with reading(services.engine) as connection:
        practice = practice_of(connection)
        wish = Wish(visit_type=public_type(practice, visit).key, office=office_of(practice, office).key)
        seen = slot_for(connection, wish, start)
        gone = _is_gone(connection, seen)
        own = _own(request, services, connection, wish, start)
        # Booked, the same time with somebody else may be for another member of the family.
        is_own = own is not None and (gone or own.status is Status.HELD)
        taken = gone and not is_own
        instead = instead_of(services, connection, Gone(wish=wish, start=start), language) if taken else None
    if is_own:
        return see_other(request, f"/book/{request.cookies[HOLD_COOKIE]}?lang={language}")
    if instead is not None:
        return public_page(request, "taken.html", language, instead, status=409)
    try:
        kept = _kept(services.engine, writer, wish, start, seen)
    except TimeTakenError:
        return taken_page(request, services, Gone(wish=wish, start=start), language)
    token = hold_token(kept, key=services.key_for("patient link"))
    answer = see_other(request, f"/book/{token}?lang={language}")
    lasts_s = int(HOLD_FOR.total_seconds())
    set_cookie(answer, HOLD_COOKIE, token, settings=services.settings, max_age_s=lasts_s)
    return answer


def _own(
    request: Request, services: Services, connection: sa.Connection, wish: Wish, start: datetime
) -> Appointment | None:
    """That very time, where this browser keeps it already or has just booked it."""
    try:
        one = _hold_of(services, connection, request.cookies.get(HOLD_COOKIE, ""))
    except (LinkUnusableError, AppointmentUnknownError):
        return None
    is_there = one.visit_type == wish.visit_type and stands_at(one, wish.office, start)
    return one if is_there and (_is_kept(services, one) or one.status in BOOKED) else None


def _kept(
    engine: sa.Engine, writer: WriterQueue, wish: Wish, start: datetime, seen: Slot | None
) -> Appointment:
    """Keep a time with whoever was seen free outside the line; look once more when somebody else came first."""
    if seen is not None:
        with suppress(TimeTakenError):
            return writer(partial(hold_slot, slot=seen, actor=PUBLIC, alone=True))
        with reading(engine) as connection:
            seen = slot_for(connection, wish, start)
            if _is_gone(connection, seen):
                raise TimeTakenError(GONE)
    if seen is not None:
        with suppress(TimeTakenError):
            return writer(partial(hold_slot, slot=seen, actor=PUBLIC, alone=True))
    return writer(lambda connection: _another_kept(connection, wish, start))


def _is_gone(connection: sa.Connection, seen: Slot | None) -> bool:
    """Nobody is free then, and no hold has lapsed that could be let go of."""
    return seen is None and not any_lapsed(connection)


def _another_kept(connection: sa.Connection, wish: Wish, start: datetime) -> Appointment:
    sweep(connection)
    return hold_slot(connection, still_free(connection, wish, start), actor=PUBLIC)


@router.get("/{token}")
def kept_time(request: Request, services: Clinic, token: str, lang: str | None = None) -> Response:
    """The time that is kept, and the form for the name; one button where the person is known."""
    with reading(services.engine) as connection:
        one = _hold_of(services, connection, token)
        language = patient_language(connection, request, one, lang)
    if visit := _became(services, one):
        return see_other(request, visit_address(services, visit, language))
    return _hold_page(request, services, one, token, language, {})


@router.post("/{token}/confirm")
def confirm(
    request: Request,
    services: Clinic,
    writer: Writer,
    token: str,
    form: Annotated[NameForm, Depends(NameForm)],
) -> Response:
    """Book the time that is kept."""
    language = visitor_language(request, form.lang)
    one = _held(services, token)
    sent = form.sent
    if visit := _became(services, one):  # sent twice: the first time booked it
        return _booked(request, services, visit, language)
    if one.person is None and (problem := _problem(sent, language)):
        return _hold_page(request, services, one, token, language, sent | {"problem": problem}, status=422)
    try:
        booked = writer(lambda connection: _confirmed(connection, one.key, sent, language))
    except PersonInvalidError as error:
        shown = sent | {"problem": str(error)}
        return _hold_page(request, services, one, token, language, shown, status=422)
    except BookingStoppedError as stopped:
        with reading(services.engine) as connection:
            practice = practice_of(connection)
        why = _why_not(stopped, known=one.person is not None)
        return stopped_page(request, practice, language, why=why)
    except (StepRefusedError, TimeTakenError):
        return _not_confirmed(request, services, _held(services, token), language)
    return _booked(request, services, booked, language)


def _why_not(stopped: BookingStoppedError, *, known: bool) -> str:
    """The words for a visit that is not booked here. Whoever types a name and a number is not told why: it may be
    somebody else who asks. ``known`` is who came by their own signed link."""
    if not known:
        return "not_here"
    return "plan_ended" if isinstance(stopped, PlanEndedError) else "stopped"


def _not_confirmed(request: Request, services: Services, one: Appointment, language: str) -> Response:
    """Sent twice at the same moment, the first time booked it; else the time is gone."""
    if visit := _became(services, one):
        return _booked(request, services, visit, language)
    return _let_go_page(request, services, one, language)


def _booked(request: Request, services: Services, visit: Appointment, language: str) -> Response:
    return see_other(request, visit_address(services, visit, language), notice=WORDS[language]["booked"])


def _became(services: Services, one: Appointment) -> Appointment | None:
    """The visit that a kept time has become: itself, or a later visit of the person that moved there."""
    if one.status in BOOKED:
        return one
    if one.status is Status.HELD or one.person is None:
        return None
    with reading(services.engine) as connection:
        theirs = appointments_of(connection, one.person)
    return next(
        (visit for visit in theirs if visit.status in BOOKED and slot_of(visit) == slot_of(one)), None
    )


def _let_go_page(request: Request, services: Services, one: Appointment, language: str) -> Response:
    gone = Gone(wish=_wish_of(one), start=one.start, why="let_go_of")
    return taken_page(request, services, gone, language)


def _wish_of(one: Appointment) -> Wish:
    return Wish(visit_type=one.visit_type, office=one.placement.office, person=one.person)


def _confirmed(connection: sa.Connection, key: str, sent: Mapping[str, str], language: str) -> Appointment:
    kept = appointment(connection, key)
    if kept.person is not None:
        return confirm_and_settle(connection, key, person=kept.person, actor=BY_LINK)
    phone, email = contact_parts(sent["contact"])
    details = PersonDetails(
        given_name=sent["given"].strip(),
        family_name=sent["family"].strip(),
        phone=phone,
        email=email,
        language=language,
    )
    visit_type = practice_of(connection).visit_type(kept.visit_type)
    for one in called_alike(connection, details):  # a second surname opens no way around a red flag
        refuse_if_stopped(connection, one.id, visit_type)
    who = find_or_add(connection, details, actor=PUBLIC)
    visit = confirm_and_settle(connection, key, person=who.id, actor=PUBLIC)
    if who.details.language != language:  # whoever knows a name and a number changes nothing in a chart
        write_in(connection, visit.key, language)
    return visit


@router.post("/{token}/language")
def change_language(
    request: Request,
    services: Clinic,
    writer: Writer,
    token: str,
    form: Annotated[NameForm, Depends(NameForm)],
    into: Annotated[str, Form(max_length=10)],
) -> Response:
    """The same page in the other language, with what was typed; who came by their own link gets letters in it too."""
    one = _held(services, token)
    language = visitor_language(request, into)
    if (who := one.person) and one.status is Status.HELD:
        writer(lambda connection: speak_to(connection, who, language, actor=BY_LINK))
    if visit := _became(services, one):
        return see_other(request, visit_address(services, visit, language))
    return _hold_page(request, services, one, token, language, form.sent)


@router.post("/{token}/release")
def release(
    request: Request, services: Clinic, writer: Writer, token: str, lang: Annotated[str | None, Form()] = None
) -> Response:
    """Let go of the time that is kept; who was offered it goes back to the visit that they have."""
    one = _held(services, token)
    language = visitor_language(request, lang)
    if visit := _became(services, one):
        return see_other(request, visit_address(services, visit, language))
    if one.status is Status.HELD:
        writer(lambda connection: cancel_and_offer(connection, one.key, actor=PUBLIC))
    if one.person is None:
        return see_other(request, f"/book?visit={one.visit_type}&lang={language}")
    with reading(services.engine) as connection:
        visit = next_visit_of(connection, _wish_of(one))
    address = visit_address(services, visit, language) if visit else f"/book/{token}?lang={language}"
    return see_other(request, address, notice=WORDS[language]["declined"])


def _held(services: Services, token: str) -> Appointment:
    with reading(services.engine) as connection:
        return _hold_of(services, connection, token)


def _hold_of(services: Services, connection: sa.Connection, token: str) -> Appointment:
    link = read_link(token, purpose=HOLD, key=services.key_for("patient link"), now=services.clock())
    return appointment(connection, link.subject)


def _hold_page(
    request: Request,
    services: Services,
    one: Appointment,
    token: str,
    language: str,
    sent: Mapping[str, str],
    *,
    status: int = 200,
) -> Response:
    if one.held_until is None or not _is_kept(services, one):
        return _let_go_page(request, services, one, language)
    with reading(services.engine) as connection:
        practice = practice_of(connection)
        who = person(connection, one.person) if one.person else None
        becomes = _what_becomes(connection, one, language)
    until = wall_at(one.zone, one.held_until)
    shown = {
        "token": token,
        "path": f"/book/{token}",
        "facts": visit_facts(practice, one, language),
        "until": hour_words(until, language),
        "seconds_left": int((one.held_until - services.clock()).total_seconds()),
        "known": who is not None,
        "becomes": becomes,
        "given": "",
        "family": "",
        "contact": "",
        "problem": None,
    }
    return public_page(request, "hold.html", language, shown | dict(sent), status=status)


def _what_becomes(connection: sa.Connection, offer: Appointment, language: str) -> str | None:
    """What happens to the visits that the person has when they take the time: one moves there, or all stay."""
    for entry in entries_with_hold(connection, offer.key):
        if later := later_visit(connection, entry, offer.start):
            return WORDS[language]["take_moves"].format(when=when_words(later.wall, language))
    stays = next_visit_of(connection, _wish_of(offer))
    return WORDS[language]["take_adds"] if stays else None


def _is_kept(services: Services, one: Appointment) -> bool:
    return one.held_until is not None and one.held_until > services.clock()


def _problem(sent: Mapping[str, str], language: str) -> str | None:
    if not (sent["given"].strip() and sent["family"].strip()):
        return WORDS[language]["need_name"]
    phone, email = contact_parts(sent["contact"])
    if email:
        # No patient's mail server has a name without a dot: "ana@gmail" is a slip, and nothing else reaches them.
        is_known = is_address(email) and "." in email.rpartition("@")[2].strip(".")
        return None if is_known else WORDS[language]["bad_address"]
    if phone and not is_telephone(phone):
        return WORDS[language]["bad_telephone"]
    return None if phone else WORDS[language]["need_contact"]
