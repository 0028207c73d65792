"""What can be booked: an overview, a form for each part, and before anything is saved what it would change."""

from functools import partial
from typing import Annotated, Any

import sqlalchemy as sa
from fastapi import APIRouter, Depends, HTTPException, Request
from starlette.datastructures import UploadFile
from starlette.responses import Response

from spondyl.booking import Practice
from spondyl.clinic.chart.accounts import all_accounts
from spondyl.clinic.chart.people import fold
from spondyl.clinic.chart.practice import has_practice, practice_of, save_practice
from spondyl.clinic.chart.practice_change import (
    coming_named,
    falls_outside,
    newly_outside,
    practice_version,
    with_former,
)
from spondyl.clinic.chart.transaction import reading, writing
from spondyl.clinic.sample_practice import beginning_practice
from spondyl.clinic.web.calendar.outside_rows import outside_rows
from spondyl.clinic.web.calendar.practice_parts import GENERAL, OFFICES, PROVIDERS, VISITS, Part
from spondyl.clinic.web.calendar.practice_read import LONGEST, Fields, Problems, new_key, refuse_too_long
from spondyl.clinic.web.calendar.practice_values import rows_of, stretches_of
from spondyl.clinic.web.calendar.practice_words import (
    DAYS,
    changed_lines,
    general_lines,
    office_lines,
    office_pairs,
    visit_lines,
    week_words,
)
from spondyl.clinic.web.page import page, see_other
from spondyl.clinic.web.rights import Administrator, AdministratorOnly
from spondyl.clinic.web.services import Clinic, Services

PAGE = "/calendar/practice"
router = APIRouter(prefix=PAGE, include_in_schema=False)
NEW = "new"
MOST_FIELDS = 1000


async def sent_fields(request: Request) -> dict[str, str]:
    """Every field of the form; the form's names depend on the practice."""
    form = await request.form(max_fields=MOST_FIELDS)
    return {name: value for name, value in form.multi_items() if not isinstance(value, UploadFile)}


class Blank(dict[str, str]):
    """Fields for a template: one that is not there is empty."""

    def __missing__(self, name: str) -> str:
        return ""


Sent = Annotated[dict[str, str], Depends(sent_fields)]


@router.get("", dependencies=[AdministratorOnly])
def overview(request: Request, services: Clinic) -> Response:
    """The practice as it is, and the visits that stand outside it; before there is one, a sample to begin with."""
    with reading(services.engine) as connection:
        known = has_practice(connection)
        practice = practice_of(connection) if known else beginning_practice()
        outside = outside_rows(connection, practice, falls_outside(connection, practice)) if known else []
        accounts = _accounts(connection)
    shown = {
        "known": known,
        "left": _left_before_opening(practice) if known else "",
        "practice": practice,
        "outside": outside,
        "accounts": accounts,
        "offices": [
            (one, office_lines(practice, one) | {"Hours": week_words(one.hours)}) for one in practice.offices
        ],
        "shifts": {
            (who.key, office.key): week_words(
                tuple(one.span for one in who.shifts if one.office == office.key)
            )
            for who in practice.providers
            for office in practice.offices
        },
        "visits": [(one, visit_lines(one)) for one in practice.visit_types],
        "general": general_lines(practice),
    }
    return page(request, "calendar/practice.html", shown)


def _left_before_opening(practice: Practice) -> str:
    """What to do before patients can book by themselves; empty once they can."""
    if any(one.public for one in practice.visit_types):
        return ""
    without = [one.name for one in practice.offices if not one.address]
    first = f"type the address and telephone of {' and '.join(without)}, then " if without else ""
    return (
        f'{first}set "Patients book it themselves" for a kind of visit: until then the public page is closed.'
    )


@router.post("")
def begin(request: Request, services: Clinic, viewer: Administrator) -> Response:
    """Begin with the sample, when there is no practice yet."""
    with writing(services.engine) as connection:
        if has_practice(connection):
            raise HTTPException(409, "The practice is described already; change its parts.")
        save_practice(connection, beginning_practice(), actor=viewer.actor)
    return see_other(request, PAGE, notice="Saved. The public page stays closed meanwhile.")


@router.get("/offices/{office}", dependencies=[AdministratorOnly])
def office_form(request: Request, services: Clinic, office: str) -> Response:
    """The form of an office; "new" adds one."""
    return _form(request, services, OFFICES, office)


@router.post("/offices/{office}")
def office_sent(
    request: Request, services: Clinic, viewer: Administrator, office: str, sent: Sent
) -> Response:
    """Show what the office's form would change, or save it."""
    return _sent(request, services, OFFICES, office, sent, viewer.actor)


@router.get("/providers/{provider}", dependencies=[AdministratorOnly])
def provider_form(request: Request, services: Clinic, provider: str) -> Response:
    """The form of a provider; "new" adds one."""
    return _form(request, services, PROVIDERS, provider)


@router.post("/providers/{provider}")
def provider_sent(
    request: Request, services: Clinic, viewer: Administrator, provider: str, sent: Sent
) -> Response:
    """Show what the provider's form would change, or save it."""
    return _sent(request, services, PROVIDERS, provider, sent, viewer.actor)


@router.get("/visits/{visit_type}", dependencies=[AdministratorOnly])
def visit_form(request: Request, services: Clinic, visit_type: str) -> Response:
    """The form of a kind of visit; "new" adds one."""
    return _form(request, services, VISITS, visit_type)


@router.post("/visits/{visit_type}")
def visit_sent(
    request: Request, services: Clinic, viewer: Administrator, visit_type: str, sent: Sent
) -> Response:
    """Show what the form of a kind of visit would change, or save it."""
    return _sent(request, services, VISITS, visit_type, sent, viewer.actor)


@router.get("/general", dependencies=[AdministratorOnly])
def general_form(request: Request, services: Clinic) -> Response:
    """The form of what holds for the whole practice."""
    return _form(request, services, GENERAL, "")


@router.post("/general")
def general_sent(request: Request, services: Clinic, viewer: Administrator, sent: Sent) -> Response:
    """Show what that form would change, or save it."""
    return _sent(request, services, GENERAL, "", sent, viewer.actor)


def _form(request: Request, services: Services, part: Part, key: str) -> Response:
    with reading(services.engine) as connection:
        practice = _practice(connection, part, key)
        shown = _form_shown(connection, practice, part, key)
    values = part.values(practice, key) | {"version": str(shown["version"])}
    return page(request, part.template, shown | _filled(values, {}))


def _sent(request: Request, services: Services, part: Part, key: str, sent: Fields, actor: str) -> Response:
    """Refuse, show again, show what would change, or save: as the pressed button says."""
    with reading(services.engine) as connection:
        before = _practice(connection, part, key)
        shown = _form_shown(connection, before, part, key)
        after, problems = _read(connection, before, part, key, sent, shown["version"])
        if problems or sent.get("step") == "edit":
            status = 422 if problems else 200
            if (
                sent.get("remove") == "yes"
            ):  # that button sends no fields; an empty form would say that they are gone
                sent = part.values(before, key) | {"version": str(shown["version"])}
            return page(request, part.template, shown | _filled(sent, problems), status=status)
        if sent.get("step") != "save":
            preview = _preview(connection, before, after, part, key)
            return page(request, "calendar/practice_preview.html", shown | preview | _filled(sent, {}))
    with writing(services.engine) as connection:
        if practice_version(connection) != shown["version"]:
            raise HTTPException(
                409, "Somebody changed the practice a moment ago; nothing of yours was saved."
            )
        after, problems = _read(connection, before, part, key, sent, shown["version"])
        if problems:  # somebody booked what is being removed, while this form was on its way
            raise HTTPException(409, " ".join(problems.values()))
        save_practice(connection, after, actor=actor)
    return see_other(request, PAGE, notice="Saved. What is booked already stays as it is.")


def _read(
    connection: sa.Connection, before: Practice, part: Part, key: str, sent: Fields, version: int
) -> tuple[Practice, Problems]:
    problems: Problems = {}
    if sent.get("version") != str(version):
        problems["form"] = (
            "Somebody changed the practice since you opened this form. Open it again and compare."
        )
        return before, problems
    if sent.get("remove") == "yes":
        after = _removed(connection, before, part, key, problems)
        return with_former(connection, before, after), problems
    if refuse_too_long(sent, problems):
        return before, problems
    taken = [one.key for one in (*part.things(before), *part.former(before.former))]
    own = key if key != NEW else new_key(sent.get("name", ""), taken)
    try:
        after = part.read(before, own, sent, problems)
    except ValueError as error:
        problems.setdefault("form", str(error))
        return before, problems
    _tell_apart(part, before, own, sent.get("name", ""), problems)
    if sent.get("account") and sent["account"] not in _accounts(connection):
        problems["account"] = "There is no such account; choose another."
    _keep_named(connection, before, after, problems)
    return with_former(connection, before, after), problems


def _tell_apart(part: Part, before: Practice, own: str, name: str, problems: Problems) -> None:
    """Refuse a new name that another one has: nobody could say which of the two is meant."""
    named = {one.key: fold(one.name) for one in part.things(before)} if part.column else {}
    is_new = named.pop(own, "") != fold(name)
    if is_new and name and fold(name) in named.values():
        problems.setdefault("name", f"Another {part.noun} is named {name}; add what tells the two apart.")


def _removed(
    connection: sa.Connection, before: Practice, part: Part, key: str, problems: Problems
) -> Practice:
    if key == NEW:
        problems["form"] = f"This {part.noun} is not kept yet, so there is nothing to take out."
        return before
    count = coming_named(connection, part.column, [key]).get(key, 0) if part.column else 0
    if count:
        problems["form"] = (
            f"{_coming_words(count, f'this {part.noun}')}, then take it out. To offer it no longer until then, "
            "clear its hours, or let no patient book it."
        )
        return before
    if len(part.things(before)) < 2:
        problems["form"] = f"This is the only {part.noun}; add another one first."
        return before
    return part.without(before, key)


def _coming_words(count: int, what: str) -> str:
    if count == 1:
        return f"1 coming visit needs {what}: move or cancel it first"
    return f"{count} coming visits need {what}: move or cancel them first"


def _keep_named(connection: sa.Connection, before: Practice, after: Practice, problems: Problems) -> None:
    """Refuse to drop a room or an instrument that a coming visit needs."""
    for column, old, new in (
        ("room", before.rooms, after.rooms),
        ("instrument", before.instruments, after.instruments),
    ):
        gone = {one.key: one.name for one in old}
        for one in new:
            gone.pop(one.key, None)
        for key, count in coming_named(connection, column, gone).items():
            problems[f"{column}s"] = (
                f"{_coming_words(count, gone[key])}, then take it out; give it its name back until then."
            )


def _preview(
    connection: sa.Connection, before: Practice, after: Practice, part: Part, key: str
) -> dict[str, Any]:
    accounts = _accounts(connection)
    keys = {one.key for one in part.things(after)} - {one.key for one in part.things(before)}
    own = next(iter(keys)) if key == NEW else key
    gone = bool(part.column) and not part.has(after, own)
    changes = changed_lines(part.lines(before, own, accounts), part.lines(after, own, accounts))
    return {
        "gone": gone,
        "named": next((one.name for one in part.things(before if gone else after) if one.key == own), ""),
        "changes": changes,
        "outside": outside_rows(connection, before, newly_outside(connection, before, after)),
    }


def _practice(connection: sa.Connection, part: Part, key: str) -> Practice:
    if not has_practice(connection):
        raise HTTPException(404, "There is no practice yet.")
    practice = practice_of(connection)
    if part.column and key != NEW and not part.has(practice, key):
        raise HTTPException(404, f"There is no such {part.noun}.")
    return practice


def _form_shown(connection: sa.Connection, practice: Practice, part: Part, key: str) -> dict[str, Any]:
    return {
        "practice": practice,
        "part": part,
        "key": key,
        "action": f"{PAGE}/{part.path}/{key}".rstrip("/"),
        "version": practice_version(connection),
        "days": DAYS,
        "longest": LONGEST,
        "pairs": office_pairs(practice),
        "account_choices": [("", "Nobody"), *_accounts(connection).items()],
    }


def _filled(values: Fields, problems: Problems) -> dict[str, Any]:
    fields = {name: value for name, value in values.items() if name not in ("csrf", "step", "remove")}
    rows = {name: rows_of(fields, name) for name in ("closed", "room", "instrument")}
    return {
        "values": Blank(fields),
        "problems": Blank(problems),
        "rows": rows,
        "stretches": partial(stretches_of, fields),
        "remove": values.get("remove") == "yes",
    }


def _accounts(connection: sa.Connection) -> dict[str, str]:
    """The active accounts: full name and sign-in name by identifier."""
    return {one.id: f"{one.full_name} ({one.sign_in_name})" for one in all_accounts(connection) if one.active}
