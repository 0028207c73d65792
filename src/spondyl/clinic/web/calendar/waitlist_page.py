"""The waitlist for staff: who waits for what, a time that fits booked by one press, offered by message, taken back."""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from starlette.responses import Response

from spondyl.booking import Appointment, Slot
from spondyl.clinic.chart.claims import TimeTakenError
from spondyl.clinic.chart.practice import has_practice, practice_of
from spondyl.clinic.chart.transaction import reading
from spondyl.clinic.chart.waitlist import (
    give_time,
    leave_waitlist,
    offer_time,
    take_back_offer,
    wait_entry,
    waited_in_vain,
    waiting_entries,
)
from spondyl.clinic.chart.waitlist_times import fitting_times
from spondyl.clinic.messages.when import when_words
from spondyl.clinic.web.calendar.choices import moment_words, slot_of_text, undo_bar
from spondyl.clinic.web.calendar.waiting import waiting_rows, wishes_of
from spondyl.clinic.web.page import page, see_other
from spondyl.clinic.web.rights import AnyStaff
from spondyl.clinic.web.services import Clinic, Services
from spondyl.clinic.web.writer import Writer

PAGE = "/calendar/waitlist"
router = APIRouter(prefix=PAGE, include_in_schema=False)
MOST = 25
"""How many who wait are shown at once."""
SlotText = Annotated[str, Form(max_length=200)]
After = Annotated[int, Query(ge=0, le=10_000_000)]


@router.get("")
def line(request: Request, services: Clinic, viewer: AnyStaff, after: After = 0) -> Response:
    """Who waits, who waited longest first, each with the next times that fit: a part at a time, from the one after the
    first ``after``."""
    with reading(services.engine) as connection:
        if not has_practice(connection):
            return page(request, "calendar/no_practice.html", {"role": viewer.role.value})
        practice, everybody = practice_of(connection), waiting_entries(connection)
        after = after if after < len(everybody) else 0
        entries = everybody[after : after + MOST]
        rows = waiting_rows(connection, practice, entries, fitting_times(connection, entries))
        in_vain = wishes_of(connection, practice, waited_in_vain(connection))
        changes = undo_bar(connection, practice, limit=1)
    part = {"after": after, "total": len(everybody), "most": MOST}
    shown = {"rows": rows, "in_vain": in_vain, "changes": changes}
    return page(request, "calendar/waitlist.html", shown | part)


@router.post("/{key}/book")
def book_now(
    request: Request,
    services: Clinic,
    viewer: AnyStaff,
    writer: Writer,
    key: str,
    to: SlotText = "",
    after: After = 0,
) -> Response:
    """Book a time for the person, or, with none named, the one that is kept for them.

    A visit of that kind that stands later moves there.
    """
    slot = _slot(services, key, to) if to else None
    return _given(
        request,
        after,
        lambda: writer(lambda connection: give_time(connection, key, slot, actor=viewer.actor)),
        lambda visit: f"Booked: {when_words(visit.wall)}. Undo stands at the end of this page.",
    )


@router.post("/{key}/offer")
def offer(
    request: Request,
    services: Clinic,
    viewer: AnyStaff,
    writer: Writer,
    key: str,
    to: SlotText,
    after: After = 0,
) -> Response:
    """Keep the time for the person alone and send a message with the link that takes it."""
    slot = _slot(services, key, to)
    return _given(
        request,
        after,
        lambda: writer(lambda connection: offer_time(connection, key, slot, actor=viewer.actor)),
        lambda hold: (
            f"Offered: {when_words(hold.wall)}, kept until {_until(hold, services)}. A message with a link goes out."
        ),
    )


@router.post("/{key}/take-back")
def take_back(request: Request, viewer: AnyStaff, writer: Writer, key: str, after: After = 0) -> Response:
    """Let go of the time kept for the person; it goes to the next whom it suits."""
    following = writer(lambda connection: take_back_offer(connection, key, actor=viewer.actor))
    rest = "The next in line gets the offer." if following else "The time is free for everybody."
    return see_other(request, _place(after), notice=f"Taken back. {rest}")


@router.post("/{key}/leave")
def leave(request: Request, viewer: AnyStaff, writer: Writer, key: str, after: After = 0) -> Response:
    """Take the person off the waitlist, or out of those who waited in vain."""
    writer(lambda connection: leave_waitlist(connection, key, actor=viewer.actor))
    return see_other(request, _place(after), notice="Taken off the waitlist. Booked visits stay as they are.")


def _slot(services: Services, key: str, text: str) -> Slot:
    with reading(services.engine) as connection:
        return slot_of_text(practice_of(connection), wait_entry(connection, key).visit_type, text)


def _place(after: int) -> str:
    """The part of the list on which somebody was looking."""
    return f"{PAGE}?after={after}" if after else PAGE


def _given(
    request: Request, after: int, work: Callable[[], Appointment], words: Callable[[Appointment], str]
) -> Response:
    try:
        visit = work()
    except TimeTakenError:
        taken = "That time was taken a moment ago and is NOT booked: choose another."
        return see_other(request, _place(after), problem=taken)
    return see_other(request, _place(after), notice=words(visit))


def _until(hold: Appointment, services: Services) -> str:
    return moment_words(hold.held_until, services.clock(), hold.zone) if hold.held_until else ""
