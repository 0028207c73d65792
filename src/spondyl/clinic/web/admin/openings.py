"""Restricted charts: name who may open one, break the glass in an emergency, review such openings."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from starlette.responses import Response

from spondyl.clinic.chart.accounts import all_accounts
from spondyl.clinic.chart.guard import (
    MAY_RESTRICT,
    GuardRefusedError,
    RestrictionChangedError,
    break_glass,
    glass_break_list,
    may_restrict,
    named_for,
    restrict_by,
    review_glass_break,
)
from spondyl.clinic.chart.people import person
from spondyl.clinic.chart.transaction import reading, writing
from spondyl.clinic.web.page import page, see_other
from spondyl.clinic.web.rights import Administrator, AdministratorOnly, AnyStaff, needs
from spondyl.clinic.web.services import Clinic, Services
from spondyl.clinic.web.viewer import Viewer

router = APIRouter(include_in_schema=False)
LIST = "/admin/openings"
Careful = Annotated[Viewer, Depends(needs(*MAY_RESTRICT))]


@router.get(LIST, dependencies=[AdministratorOnly])
def openings(request: Request, services: Clinic) -> Response:
    """The openings that wait for a review, and those reviewed."""
    return _list(request, services, problem=None)


@router.post(LIST + "/{break_id}")
def review(
    request: Request,
    services: Clinic,
    viewer: Administrator,
    break_id: str,
    finding: Annotated[str, Form(max_length=1000)] = "",
) -> Response:
    """Note what a review found."""
    assert viewer.account is not None
    try:
        with writing(services.engine) as connection:
            review_glass_break(connection, break_id, finding=finding, reviewer=viewer.account)
    except GuardRefusedError as error:
        return _list(request, services, problem=str(error))
    return see_other(request, LIST, notice="The review is noted.")


@router.get("/restrict/{patient_id}")
def restriction(request: Request, services: Clinic, viewer: Careful, patient_id: str) -> Response:
    """Who may open this chart. Like the chart itself, it is shut to those who may not."""
    return _restriction_page(request, services, viewer, patient_id)


@router.post("/restrict/{patient_id}")
def set_restriction(
    request: Request,
    services: Clinic,
    viewer: Careful,
    patient_id: str,
    account: Annotated[list[str] | None, Form(max_length=200)] = None,
    seen: Annotated[str, Form(max_length=20_000)] = "",
) -> Response:
    """Restrict the chart to the ticked accounts; none ticked opens it to all. Broken glass is no right to it.

    ``seen``: who was named on the page. When somebody else changed it since, the page comes back as it is now.
    """
    assert viewer.account is not None
    try:
        with writing(services.engine) as connection:
            patient = person(connection, patient_id)
            known = {one.id for one in all_accounts(connection)}
            restrict_by(
                connection,
                patient.id,
                account_ids=known & set(account or []),
                account=viewer.account,
                shown=seen.split(),
            )
    except RestrictionChangedError as error:
        return _restriction_page(request, services, viewer, patient_id, problem=str(error))
    return see_other(request, f"/patients/{patient.id}", notice="Who may open this chart is changed.")


@router.post("/break-glass/{person_id}")
def open_in_emergency(
    request: Request,
    services: Clinic,
    viewer: AnyStaff,
    person_id: str,
    reason: Annotated[str, Form(max_length=1000)] = "",
) -> Response:
    """Open a restricted chart for an hour; an administrator reviews it."""
    assert viewer.account is not None
    try:
        with writing(services.engine) as connection:
            patient = person(connection, person_id)
            break_glass(connection, patient.id, account=viewer.account, reason=reason)
    except GuardRefusedError as error:
        return page(
            request, "shell/restricted.html", {"person_id": person_id, "problem": str(error)}, status=422
        )
    notice = "The chart is open to you for an hour; an administrator will review why."
    return see_other(request, f"/patients/{patient.id}", notice=notice)


def _restriction_page(
    request: Request, services: Services, viewer: Viewer, patient_id: str, *, problem: str | None = None
) -> Response:
    assert viewer.account is not None
    with reading(services.engine) as connection:
        shown = {
            "person": person(connection, patient_id),
            "place": f"/patients/{patient_id}",
            "accounts": [one for one in all_accounts(connection) if one.active],
            "named": named_for(connection, patient_id),
            "may_change": may_restrict(connection, patient_id, viewer.account),
            "problem": problem,
        }
    return page(request, "admin/restrict.html", shown, status=409 if problem else 200)


def _list(request: Request, services: Services, *, problem: str | None) -> Response:
    with reading(services.engine) as connection:
        shown = {
            "waiting": glass_break_list(connection, reviewed=False),
            "reviewed": glass_break_list(connection, reviewed=True),
            "problem": problem,
        }
    return page(request, "admin/openings.html", shown, status=422 if problem else 200)
