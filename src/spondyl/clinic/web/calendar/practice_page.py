"""What can be booked, as the administrator describes it: checked whole, kept in versions."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from pydantic import TypeAdapter, ValidationError
from starlette.responses import Response

from spondyl.booking import Practice
from spondyl.clinic.chart.practice import has_practice, practice_of, save_practice
from spondyl.clinic.chart.transaction import reading, writing
from spondyl.clinic.sample_practice import sample_practice
from spondyl.clinic.web.page import page, see_other
from spondyl.clinic.web.rights import Administrator, AdministratorOnly
from spondyl.clinic.web.services import Clinic

router = APIRouter(prefix="/calendar/practice", include_in_schema=False)
_ADAPTER: TypeAdapter[Practice] = TypeAdapter(Practice)


@router.get("", dependencies=[AdministratorOnly])
def describe(
    request: Request,
    services: Clinic,
) -> Response:
    """The description as it is, or a sample of two offices to begin with."""
    with reading(services.engine) as connection:
        known = has_practice(connection)
        practice = practice_of(connection) if known else sample_practice()
    text = _ADAPTER.dump_json(practice, indent=2).decode()
    return page(request, "calendar/practice.html", {"text": text, "known": known, "problem": None})


@router.post("")
def save(
    request: Request,
    services: Clinic,
    viewer: Administrator,
    text: Annotated[str, Form(max_length=200_000)] = "",
) -> Response:
    """Save a new version; nothing is saved when any part of it cannot be."""
    try:
        practice = _ADAPTER.validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        problem = f"{' › '.join(str(part) for part in first['loc']) or 'The text'}: {first['msg']}."
        shown = {"text": text, "known": True, "problem": problem}
        return page(request, "calendar/practice.html", shown, status=422)
    with writing(services.engine) as connection:
        save_practice(connection, practice, actor=viewer.actor)
    return see_other(request, "/calendar", notice="Saved. What is booked already stays as it is.")
