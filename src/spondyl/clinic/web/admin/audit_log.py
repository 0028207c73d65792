"""The audit log: who did what to whose chart, and whether the log is whole."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Any
from urllib.parse import urlencode

import sqlalchemy as sa
from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from spondyl.booking import first_reach
from spondyl.clinic.chart.accounts import NO_ACCOUNTS, display_names
from spondyl.clinic.chart.audit import AuditEntry, record
from spondyl.clinic.chart.audit_look import (
    Asked,
    Look,
    known_actions,
    look,
    people_behind,
    place_of,
    subjects_of,
)
from spondyl.clinic.chart.guard import shut_for
from spondyl.clinic.chart.people import find_people, fold, people_of
from spondyl.clinic.chart.transaction import reading, writing
from spondyl.clinic.web.admin.audit_check import TheCheck, earlier_check
from spondyl.clinic.web.admin.audit_words import action_words, in_full, in_short, subject_words
from spondyl.clinic.web.clinic_words import ClinicWords, who_words
from spondyl.clinic.web.page import page, see_other
from spondyl.clinic.web.rights import Administrator
from spondyl.clinic.web.services import Clinic, Services
from spondyl.clinic.web.viewer import Viewer

router = APIRouter(prefix="/admin/audit", include_in_schema=False)
PAGE = 100
MOST_PEOPLE = 20
LOOKED_FOR = "look for patient in audit"
TOO_MANY = f"More than {MOST_PEOPLE} patients fit; add a name, or give the record number."
A_SHORT_LOG_S = 2.0
"""A check that has ended by then is on the page at once."""
NOT_A_DAY = "That is no day; choose one such as 28 November 2026."


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """What was typed; ``subject`` and ``before`` come from links."""

    who: str = ""
    patient: str = ""
    action: str = ""
    day: str = ""
    subject: str = ""
    before: str = ""

    def address(self, before: str) -> str:
        """The page of the same search that begins at a place."""
        given = {"who": self.who, "patient": self.patient, "action": self.action, "day": self.day}
        given |= {"subject": self.subject, "before": before}
        return "/admin/audit?" + urlencode({name: value for name, value in given.items() if value})


def sent_search(
    who: str = "", patient: str = "", action: str = "", day: str = "", subject: str = "", before: str = ""
) -> Search:
    """What the address asks for."""
    asked = (who, patient, day, subject, before)
    who, patient, day, subject, before = (one.replace("\x00", "").strip()[:100] for one in asked)
    action = action.replace("\x00", "")[:100]  # chosen, not typed; that of every undo ends with a space
    return Search(who=who, patient=patient, action=action, day=day, subject=subject, before=before)


Sent = Annotated[Search, Depends(sent_search)]


@router.get("")
def audit_log(
    request: Request, services: Clinic, viewer: Administrator, search: Sent, checks: TheCheck
) -> Response:
    """The newest rows first, a page at a time, and what the last check of the whole log found."""
    words = ClinicWords(services.engine)
    day, problem = _day(search.day)
    with reading(services.engine) as connection:
        people = _sought(connection, search)
        are_more = len(people) > MOST_PEOPLE
        people = people[:MOST_PEOPLE]
        asked = _asked(connection, search, people, words, day)
        found = look(connection, asked, before=place_of(search.before), limit=PAGE)
        shown = {
            "rows": _rows(connection, found.entries, viewer, words),
            "actions": [("", "anything"), *_choices(connection)],
            "subject": subject_words(search.subject),
            "earlier": None if checks.last else earlier_check(connection),
        }
    _keep_look(services, viewer, search, people)
    shown |= {
        "is_narrowed": search != Search(),
        "search": search,
        "zone": words.zone,
        "problem": problem,
        "too_many": TOO_MANY if are_more else None,
        "check": checks.last,
        "running": checks.running,
    }
    return page(request, "admin/audit.html", shown | _paging(found, search, words))


@router.post("/check")
def check(request: Request, services: Clinic, viewer: Administrator, checks: TheCheck) -> Response:
    """Walk the whole chain and its checkpoints, beside this request; the page says what is wrong."""
    checks.begin(services, actor=viewer.actor)
    checks.wait(A_SHORT_LOG_S)
    return see_other(request, "/admin/audit")


def _sought(connection: sa.Connection, search: Search) -> list[str]:
    """The identifiers of the patients whose rows are looked for; one more than are looked at where more fit."""
    if search.patient:
        return [one.id for one in find_people(connection, search.patient, limit=MOST_PEOPLE + 1)]
    return list(people_of(connection, list(people_behind(connection, [search.subject]).values())))


def _keep_look(services: Services, viewer: Viewer, search: Search, people: list[str]) -> None:
    """Who looks for a patient's rows is in the log beside them: a name that is typed here ties rows to it.

    What was typed is not kept: a name in the log would outlast the erasure of the patient. So a look for somebody whom
    the chart does not know, by name or in the address, is in the log as one for nobody.
    """
    if not (search.patient or people or search.subject.startswith("person ")):
        return
    subjects = [f"person {one}" for one in people] or ["audit"]
    with writing(services.engine) as connection:
        for subject in subjects:
            record(connection, actor=viewer.actor, action=LOOKED_FOR, subject=subject)


def _asked(
    connection: sa.Connection, search: Search, people: list[str], words: ClinicWords, day: date | None
) -> Asked:
    subjects = [search.subject] if search.subject else None
    if search.patient:
        subjects = list(subjects_of(connection, people))
    return Asked(
        actors=_actors(display_names(connection), search.who) if search.who else None,
        actions=[search.action] if search.action else None,
        subjects=subjects,
        first=first_reach(words.zone, day, 0) if day else None,
        end=first_reach(words.zone, day + timedelta(days=1), 0) if day else None,
    )


def _actors(names: dict[str, str], text: str) -> list[str]:
    """The sign-in names, and who acts without an account, whose name holds every typed word."""
    parts = fold(text).split()
    known = {name: f"{full} {name}" for name, full in names.items()} | NO_ACCOUNTS
    found = [name for name, full in known.items() if all(part in fold(full) for part in parts)]
    return [*found, text]


def _rows(
    connection: sa.Connection, entries: tuple[AuditEntry, ...], viewer: Viewer, words: ClinicWords
) -> list[dict[str, Any]]:
    """Each row for a person to read; a patient's name only where this viewer may open the chart."""
    behind = people_behind(connection, {one.subject for one in entries})
    shut = shut_for(connection, viewer.account.id) if viewer.account else frozenset[str]()
    people = people_of(connection, set(behind.values()) - shut)
    staff = display_names(connection)
    return [
        {
            "when": words.when(one.at),
            "who": who_words(one.actor, staff),
            "account": one.actor if one.actor in staff else "",
            "did": action_words(one.action),
            "patient": people.get(behind.get(one.subject, "")),
            "is_shut": behind.get(one.subject) in shut,
            "to": _to(one, staff),
            "in_short": in_short(one.detail, words.when),
            "in_full": [*_kept(one), *in_full(one.detail)],
        }
        for one in entries
    ]


def _to(one: AuditEntry, staff: dict[str, str]) -> str:
    """What it was done to; a patient is named in the column beside, and one's own account is not said again."""
    word, _, key = one.subject.partition(" ")
    if word == "person" or (word == "account" and key == one.actor):
        return ""
    return f"account of {staff.get(key, key)}" if word == "account" else subject_words(one.subject)


def _kept(one: AuditEntry) -> list[tuple[str, str]]:
    """The row as the log holds it."""
    moment = one.at.isoformat(sep=" ", timespec="milliseconds").replace("+00:00", " UTC")
    return [
        ("row", f"{one.sequence} of lane {one.lane}"),
        ("at", moment),
        ("action", one.action),
        ("subject", one.subject),
    ]


def _choices(connection: sa.Connection) -> list[tuple[str, str]]:
    known = ((one, action_words(one)) for one in known_actions(connection))
    return sorted(known, key=lambda pair: pair[1])


def _paging(found: Look, search: Search, words: ClinicWords) -> dict[str, Any]:
    return {
        "older": search.address(found.older.text) if found.older else None,
        "newest": search.address("") if search.before else None,
        "looked_to": words.when(found.looked_to) if found.looked_to else None,
    }


def _day(text: str) -> tuple[date | None, str | None]:
    try:
        day = date.fromisoformat(text) if text else None
    except ValueError:
        return None, NOT_A_DAY
    # The first and the last year have days that begin or end outside of the calendar.
    return (None, NOT_A_DAY) if day and not date.min.year < day.year < date.max.year else (day, None)
