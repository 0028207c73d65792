"""Charts whose time of keeping is over, and the erasure of one."""

from typing import Annotated, Literal

import sqlalchemy as sa
from fastapi import APIRouter, Form, Request
from starlette.responses import Response

from spondyl.clinic.adjust.desk import Desk
from spondyl.clinic.chart.appointment_rows import appointments_of
from spondyl.clinic.chart.booking_erasure import unsent_letters
from spondyl.clinic.chart.engine import now_of
from spondyl.clinic.chart.erasure import (
    ErasureRefusedError,
    Ground,
    check_erasable,
    erase_person,
    last_entry_at,
    overdue,
)
from spondyl.clinic.chart.people import Person, person, person_to_change
from spondyl.clinic.chart.same_person import charts_of, numbers_of
from spondyl.clinic.chart.transaction import reading, writing
from spondyl.clinic.messages.when import when_words
from spondyl.clinic.web.admin.erased_files import delete_listed, list_files
from spondyl.clinic.web.feature import Feature
from spondyl.clinic.web.page import erased_page, features_of, page, see_other
from spondyl.clinic.web.rights import Administrator, AdministratorOnly
from spondyl.clinic.web.services import Clinic, Services

router = APIRouter(prefix="/admin/retention", include_in_schema=False, dependencies=[AdministratorOnly])


@router.get("")
def retention(request: Request, services: Clinic) -> Response:
    """The charts that need not be kept any longer."""
    with reading(services.engine) as connection:
        found = overdue(connection, retention_years=services.settings.retention_years)
    return page(request, "admin/retention.html", {"overdue": found})


@router.get("/{person_id}")
def erasure_page(request: Request, services: Clinic, person_id: str) -> Response:
    """What erasing this chart means, and the form."""
    return _form(request, services, person_id, problem=None)


@router.post("/{person_id}")
def erase(
    request: Request,
    services: Clinic,
    viewer: Administrator,
    person_id: str,
    record_number: Annotated[str, Form(max_length=20)] = "",
    ground: Annotated[Ground | Literal[""], Form()] = "",
) -> Response:
    """Erase the chart once its record number was typed: that is not done by a slip of the hand."""
    try:
        _refuse_while_adjusted(request.app.state.desk, person_id)
        _erase(
            services,
            features_of(request),
            person_id,
            record_number,
            ground=ground or None,
            actor=viewer.actor,
        )
    except ErasureRefusedError as error:
        return _form(request, services, person_id, problem=str(error))
    with reading(services.engine) as connection:
        erased = charts_of(connection, person_id)
    for chart in erased:
        delete_listed(services.data_dir, chart)
    notice = "The chart is erased. Backups made before still hold it until they are replaced."
    return see_other(request, "/admin/retention", notice=notice)


def _erase(
    services: Services,
    features: tuple[Feature, ...],
    person_id: str,
    record_number: str,
    *,
    ground: Ground | None,
    actor: str,
) -> None:
    with writing(services.engine) as connection:
        # Held, so that nobody writes about the patient between the erasure of one part and of the next.
        patient = person_to_change(connection, person_id)
        if record_number.strip() != str(patient.record_number):
            raise ErasureRefusedError(
                f"Type the record number {patient.record_number} to show which chart you mean."
            )
        years = services.settings.retention_years
        check_erasable(connection, person_id, retention_years=years, ground=ground)
        _refuse_if_expected(connection, patient)
        charts = [person_to_change(connection, one) for one in charts_of(connection, person_id)]
        files = {
            chart.id: [
                path
                for feature in features
                if feature.erase
                for path in feature.erase(connection, services, chart)
            ]
            for chart in charts
        }
        erase_person(connection, person_id, retention_years=years, ground=ground, actor=actor)
        for chart, paths in files.items():
            list_files(services.data_dir, chart, paths)


def _refuse_while_adjusted(desk: Desk, person_id: str) -> None:
    """A session writes its record until it has ended, after the chart were gone."""
    if desk.running(person_id) is not None:
        raise ErasureRefusedError("An adjustment session of this patient is ready or runs. End it first.")


def _refuse_if_expected(connection: sa.Connection, patient: Person) -> None:
    coming = _coming_visits(connection, patient.id)
    if coming:
        raise ErasureRefusedError(
            f"{patient.full_name} would still come: a visit is booked on {' and on '.join(coming)}. Cancel it in the "
            "calendar first: the patient gets a message then, and others the time. Erase the chart after that."
        )


def _coming_visits(connection: sa.Connection, person_id: str) -> list[str]:
    """When the patient is expected from now on, in words; with the chart would go whom to tell that nobody waits."""
    now = now_of(connection)
    return [when_words(one.wall) for one in appointments_of(connection, person_id) if one.start > now]


def _joined_numbers(connection: sa.Connection, person_id: str) -> list[int]:
    """The record numbers of the charts that go with this one."""
    others = [one for one in charts_of(connection, person_id) if one != person_id]
    return list(numbers_of(connection, others).values())


def _form(request: Request, services: Services, person_id: str, *, problem: str | None) -> Response:
    with reading(services.engine) as connection:
        patient = person(connection, person_id)
        if patient.erased_at is not None:
            return erased_page(request, patient)
        shown = {
            "person": patient,
            "last_entry_at": last_entry_at(connection, person_id),
            "coming": _coming_visits(connection, person_id),
            "unsent": unsent_letters(connection, person_id),
            "problem": problem,
            "others": sorted(_joined_numbers(connection, person_id)),
            "grounds": [("", "the time of keeping is over"), *((one.value, one.label) for one in Ground)],
        }
    return page(request, "admin/erase.html", shown, status=422 if problem else 200)
