"""Book a visit: a time in one tap, kept while the name is written."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from typing import Annotated, Any

import sqlalchemy as sa
from fastapi import APIRouter, Depends, Form, Request
from pydantic import AwareDatetime
from starlette.responses import Response

from spondyl.booking import Appointment, Practice, Slot, Status, StepRefusedError, Wish, wall_at
from spondyl.clinic.chart.appointment_rows import (
    AppointmentUnknownError,
    appointment,
    appointments_of,
    slot_of,
)
from spondyl.clinic.chart.appointments import HOLD_FOR, any_lapsed, hold_slot
from spondyl.clinic.chart.booking_changes import BY_LINK
from spondyl.clinic.chart.booking_stop import BookingStoppedError, PlanEndedError
from spondyl.clinic.chart.claims import TimeTakenError
from spondyl.clinic.chart.engine import now_of
from spondyl.clinic.chart.free_times import (
    days_with_times,
    free_on,
    nearest_free,
    next_free,
    slot_for,
    stands_at,
)
from spondyl.clinic.chart.freed_times import cancel_and_offer, confirm_and_settle
from spondyl.clinic.chart.known_person import contact_parts, find_or_add
from spondyl.clinic.chart.people import PersonDetails, PersonInvalidError, person
from spondyl.clinic.chart.practice import has_practice, practice_of
from spondyl.clinic.chart.search_words import phone_digits
from spondyl.clinic.chart.transaction import reading
from spondyl.clinic.chart.waitlist import entries_with_hold, later_visit, sweep
from spondyl.clinic.chart.writer_queue import WriterQueue
from spondyl.clinic.messages.address import is_address
from spondyl.clinic.messages.links import HOLD, hold_token, visit_token
from spondyl.clinic.messages.when import time_words, when_words
from spondyl.clinic.web.cookies import HOLD_COOKIE, set_cookie
from spondyl.clinic.web.few_at_once import FewAtOnce
from spondyl.clinic.web.page import see_other
from spondyl.clinic.web.patient_link import LinkUnusableError, read_link
from spondyl.clinic.web.public.shown import (
    DAYS_SHOWN,
    day_links,
    first_of,
    office_of,
    public_page,
    public_type,
    time_buttons,
    type_name,
    visit_facts,
    visitor_language,
)
from spondyl.clinic.web.public.words import WORDS
from spondyl.clinic.web.rights import open_to_all
from spondyl.clinic.web.services import Clinic, Services
from spondyl.clinic.web.writer import Writer

router = APIRouter(
    prefix="/book", include_in_schema=False, dependencies=[Depends(open_to_all())], route_class=FewAtOnce
)
PUBLIC = "public page"
FARTHEST = timedelta(days=730)
GONE = "That time was taken a moment ago."
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


@router.get("")
def offices(
    request: Request, services: Clinic, lang: str | None = None, visit: str | None = None
) -> Response:
    """Every office with its next free time: one tap keeps it."""
    language = visitor_language(request, lang)
    with reading(services.engine) as connection:
        practice = practice_of(connection) if has_practice(connection) else None
        if practice is None or not any(one.public for one in practice.visit_types):
            return public_page(request, "closed.html", language, {})
        visit_type = public_type(practice, visit)
        cards = [
            {
                "office": office,
                "next": time_buttons(
                    next_free(connection, Wish(visit_type=visit_type.key, office=office.key)), language
                ),
            }
            for office in practice.offices
        ]
    shown = {"cards": cards, "visit": visit_type, "visit_name": type_name(visit_type, language)}
    return public_page(request, "offices.html", language, shown)


@router.get("/times")
def times(
    request: Request,
    services: Clinic,
    office: str,
    day: date | None = None,
    lang: str | None = None,
    visit: str | None = None,
) -> Response:
    """The free times of one office, a week of days at a time."""
    language = visitor_language(request, lang)
    with reading(services.engine) as connection:
        practice = practice_of(connection)
        place, visit_type = office_of(practice, office), public_type(practice, visit)
        wish = Wish(visit_type=visit_type.key, office=place.key)
        shown = times_shown(connection, practice, wish, day, language)
    shown |= {"office": place, "visit": visit_type, "visit_name": type_name(visit_type, language)}
    return public_page(request, "times.html", language, shown)


def times_shown(
    connection: sa.Connection,
    practice: Practice,
    wish: Wish,
    day: date | None,
    language: str,
    *,
    moving: Appointment | None = None,
) -> dict[str, Any]:
    """A week of days, and the times of one of them; a day too far off is brought near."""
    today = wall_at(practice.office(wish.office).zone, now_of(connection)).date()
    day = day and min(max(day, today), today + FARTHEST)
    first = first_of(day, today)
    counts = days_with_times(connection, wish, first, DAYS_SHOWN, moving=moving)
    chosen = day or next((one for one, free in counts.items() if free), first)
    return {
        "days": day_links(counts, language),
        "chosen": chosen.isoformat(),
        "slots": time_buttons(free_on(connection, wish, chosen, moving=moving), language),
        "earlier": (first - timedelta(days=DAYS_SHOWN)).isoformat() if first > today else None,
        "later": (first + timedelta(days=DAYS_SHOWN)).isoformat() if first < today + FARTHEST else None,
    }


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
        instead = _instead(services, connection, Gone(wish=wish, start=start), language) if taken else None
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


def still_free(
    connection: sa.Connection, wish: Wish, start: datetime, *, moving: Appointment | None = None
) -> Slot:
    """The time that somebody chose; raises ``TimeTakenError`` when nobody is free then any more."""
    slot = slot_for(connection, wish, start, moving=moving)
    if slot is None:
        raise TimeTakenError(GONE)
    return slot


@dataclass(frozen=True, slots=True, kw_only=True)
class Gone:
    """A time that cannot be had: ``why`` names the words that say how it went.

    ``address`` takes another time instead, for the visit that is ``moving``, and ``times`` is the page that has all
    of them.
    """

    wish: Wish
    start: datetime
    why: str = "taken"
    address: str = "/book/hold"
    times: str = "/book/times"
    moving: Appointment | None = None


def taken_page(request: Request, services: Services, gone: Gone, language: str) -> Response:
    """Say at once that the time is gone, with the nearest free ones and the visit that stands all the same."""
    with reading(services.engine) as connection:
        instead = _instead(services, connection, gone, language)
    return public_page(request, "taken.html", language, instead, status=409)


def _instead(services: Services, connection: sa.Connection, gone: Gone, language: str) -> dict[str, Any]:
    """What can be had instead; no time of a kind of visit that the public cannot book."""
    practice, wish = practice_of(connection), gone.wish
    office, kind = practice.office(wish.office), practice.visit_type(wish.visit_type)
    is_open = kind.public or gone.moving is not None
    near = nearest_free(connection, wish, gone.start) if is_open else ()
    theirs = gone.moving or _visit_of(connection, wish)
    return {
        "slots": time_buttons(near, language),
        "when": when_words(wall_at(office.zone, gone.start), language),
        "office": office,
        "kept": [("sequence", gone.moving.sequence)] if gone.moving else [("visit", kind.key)],
        "is_open": is_open,
        "address": gone.address,
        "times": f"{gone.times}?office={office.key}&visit={kind.key}&lang={language}",
        "why": gone.why,
        "theirs": theirs and when_words(theirs.wall, language),
        "theirs_address": theirs and _visit_address(services, theirs, language),
    }


def _visit_of(connection: sa.Connection, wish: Wish) -> Appointment | None:
    """The next visit of that kind that the person has, which stands whatever became of the time."""
    theirs = appointments_of(connection, wish.person) if wish.person else ()
    return next(
        (
            visit
            for visit in theirs
            if visit.status is Status.BOOKED
            and visit.visit_type == wish.visit_type
            and visit.start > now_of(connection)
        ),
        None,
    )


@router.get("/{token}")
def kept_time(request: Request, services: Clinic, token: str, lang: str | None = None) -> Response:
    """The time that is kept, and the form for the name; one button where the person is known."""
    one = _held(services, token)
    language = visitor_language(request, lang)
    if visit := _became(services, one):
        return see_other(request, _visit_address(services, visit, language))
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
            offices = practice_of(connection).offices
        shown = {"offices": offices, "why": WORDS[language][_why_not(stopped, known=one.person is not None)]}
        return public_page(request, "stopped.html", language, shown, status=409)
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
    return see_other(request, _visit_address(services, visit, language), notice=WORDS[language]["booked"])


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


def _visit_address(services: Services, visit: Appointment, language: str) -> str:
    return f"/visit/{visit_token(visit, key=services.key_for('patient link'))}?lang={language}"


def _let_go_page(request: Request, services: Services, one: Appointment, language: str) -> Response:
    gone = Gone(wish=_wish_of(one), start=one.start, why="let_go_of")
    return taken_page(request, services, gone, language)


def _wish_of(one: Appointment) -> Wish:
    return Wish(visit_type=one.visit_type, office=one.placement.office, person=one.person)


def _confirmed(connection: sa.Connection, key: str, sent: Mapping[str, str], language: str) -> Appointment:
    who, actor = appointment(connection, key).person, BY_LINK
    if who is None:
        actor = PUBLIC
        phone, email = contact_parts(sent["contact"])
        details = PersonDetails(
            given_name=sent["given"].strip(),
            family_name=sent["family"].strip(),
            phone=phone,
            email=email,
            language=language,
        )
        who = find_or_add(connection, details, actor=actor).id
    return confirm_and_settle(connection, key, person=who, actor=actor)


@router.post("/{token}/language")
def change_language(
    request: Request,
    services: Clinic,
    token: str,
    form: Annotated[NameForm, Depends(NameForm)],
    into: Annotated[str, Form(max_length=10)],
) -> Response:
    """The same page in the other language, with what was typed."""
    one = _held(services, token)
    language = visitor_language(request, into)
    if visit := _became(services, one):
        return see_other(request, _visit_address(services, visit, language))
    return _hold_page(request, services, one, token, language, form.sent)


@router.post("/{token}/release")
def release(
    request: Request, services: Clinic, writer: Writer, token: str, lang: Annotated[str | None, Form()] = None
) -> Response:
    """Let go of the time that is kept; who was offered it goes back to the visit that they have."""
    one = _held(services, token)
    language = visitor_language(request, lang)
    if visit := _became(services, one):
        return see_other(request, _visit_address(services, visit, language))
    if one.status is Status.HELD:
        writer(lambda connection: cancel_and_offer(connection, one.key, actor=PUBLIC))
    if one.person is None:
        return see_other(request, f"/book?visit={one.visit_type}&lang={language}")
    with reading(services.engine) as connection:
        visit = _visit_of(connection, _wish_of(one))
    address = _visit_address(services, visit, language) if visit else f"/book/{token}?lang={language}"
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
        "until": time_words(until, language),
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
    stays = _visit_of(connection, _wish_of(offer))
    return WORDS[language]["take_adds"] if stays else None


def _is_kept(services: Services, one: Appointment) -> bool:
    return one.held_until is not None and one.held_until > services.clock()


def _problem(sent: Mapping[str, str], language: str) -> str | None:
    if not (sent["given"].strip() and sent["family"].strip()):
        return WORDS[language]["need_name"]
    phone, email = contact_parts(sent["contact"])
    if email:
        return None if is_address(email) else WORDS[language]["bad_address"]
    reachable = len(phone_digits(phone)) >= 7
    return None if reachable else WORDS[language]["need_contact"]
