"""The free times that anybody can book: one tap keeps one."""

from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from spondyl.booking import Appointment, Practice, Wish, wall_at
from spondyl.clinic.chart.engine import now_of
from spondyl.clinic.chart.free_times import (
    days_with_times,
    free_on,
    next_free,
)
from spondyl.clinic.chart.practice import has_practice, practice_of
from spondyl.clinic.chart.transaction import reading
from spondyl.clinic.web.few_at_once import FewAtOnce
from spondyl.clinic.web.public.shown import (
    DAYS_SHOWN,
    day_links,
    first_of,
    office_of,
    public_page,
    public_type,
    time_buttons,
    type_name,
    visitor_language,
)
from spondyl.clinic.web.rights import open_to_all
from spondyl.clinic.web.services import Clinic

router = APIRouter(
    prefix="/book", include_in_schema=False, dependencies=[Depends(open_to_all())], route_class=FewAtOnce
)
FARTHEST = timedelta(days=730)


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
