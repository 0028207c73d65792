"""What the public pages show: words in the visitor's language, and times as buttons."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from fastapi import HTTPException, Request
from starlette.responses import HTMLResponse

from spondyl.booking import Appointment, Office, Practice, Slot, VisitType
from spondyl.clinic.chart.outbox import language_of_letters
from spondyl.clinic.chart.people import person
from spondyl.clinic.messages.when import day_words, short_day, time_words, when_words
from spondyl.clinic.web.page import page
from spondyl.clinic.web.public.words import WORDS, language_of

DAYS_SHOWN = 7


def visitor_language(request: Request, lang: str | None) -> str:
    """The language asked for in the address or the form, else one chosen before in this request, else the browser's."""
    known = lang or getattr(request.state, "visitor_language", None)
    request.state.visitor_language = language_of(known, request.headers.get("accept-language", ""))
    return request.state.visitor_language


def is_language_chosen(request: Request) -> bool:
    """Whether :func:`visitor_language` was asked already in this request."""
    return getattr(request.state, "visitor_language", None) is not None


def patient_language(
    connection: sa.Connection, request: Request, visit: Appointment, lang: str | None
) -> str:
    """The language of a visit's own page: the one asked for, else that of its letters or its patient."""
    if lang is None and visit.person is not None:
        own = person(connection, visit.person).details.language
        lang = language_of_letters(connection, visit.key) or own
    return visitor_language(request, lang)


def public_page(
    request: Request, template: str, language: str, context: Mapping[str, Any], *, status: int = 200
) -> HTMLResponse:
    """A public page with its words."""
    shown = {"lang": language, "other": "es" if language == "en" else "en", "w": WORDS[language]}
    return page(request, f"public/{template}", shown | dict(context), status=status)


def stopped_page(request: Request, practice: Practice, language: str, *, why: str) -> HTMLResponse:
    """What is not done here and ``why``, one of the words, with the telephone of each office."""
    shown = {"offices": practice.offices, "why": WORDS[language][why]}
    return public_page(request, "stopped.html", language, shown, status=409)


def time_buttons(slots: tuple[Slot, ...], language: str) -> list[dict[str, str]]:
    """Times as the buttons that take them."""
    return [
        {
            "start": slot.start.isoformat(),
            "office": slot.placement.office,
            "time": time_words(slot.wall, language),
            "when": when_words(slot.wall, language),
            "day": day_words(slot.wall, language),
        }
        for slot in slots
    ]


def day_links(counts: Mapping[date, int], language: str) -> list[dict[str, Any]]:
    """Days as links, with how many times are free."""
    return [
        {
            "day": day.isoformat(),
            "words": short_day(datetime(day.year, day.month, day.day), language),
            "free": count,
        }
        for day, count in counts.items()
    ]


def visit_facts(practice: Practice, visit: Appointment, language: str) -> dict[str, str]:
    """A visit in words."""
    office = practice.office(visit.placement.office)
    return {
        "what": type_name(practice.visit_type(visit.visit_type), language),
        "when": when_words(visit.wall, language),
        "where": ", ".join(part for part in (office.name, office.address) if part),
        "telephone": office.telephone,
        "dialled": office.dialled,
        "with": practice.provider(visit.placement.provider).name,
    }


def type_name(visit_type: VisitType, language: str) -> str:
    """The name of a kind of visit."""
    return visit_type.name_es if language == "es" else visit_type.name


def public_type(practice: Practice, key: str | None) -> VisitType:
    """A kind of visit that may be booked by anybody: the one asked for, else the first."""
    found = [one for one in practice.visit_types if one.public and key in {None, one.key}]
    if not found:
        raise HTTPException(404, "That kind of visit cannot be booked here.")
    return found[0]


def office_of(practice: Practice, key: str) -> Office:
    """The office of that key; 404 when there is none."""
    found = [one for one in practice.offices if one.key == key]
    if not found:
        raise HTTPException(404, "There is no such office.")
    return found[0]


def first_of(day: date | None, today: date) -> date:
    """The first day of the row of days that holds a day."""
    wanted = max(day or today, today)
    return today + timedelta(days=(wanted - today).days // DAYS_SHOWN * DAYS_SHOWN)
