"""FHIR R4B, read only: /fhir/R4B/metadata, /fhir/R4B/Patient and what belongs to one patient."""

import json
from typing import Annotated

import sqlalchemy as sa
from fastapi import APIRouter, Depends, HTTPException, Query, Request
from starlette.responses import Response

from spondyl import __version__
from spondyl.clinic.chart.audit import record
from spondyl.clinic.chart.guard import may_open, shut_for
from spondyl.clinic.chart.people import PersonUnknownError, people_of, person
from spondyl.clinic.chart.people_search import PeopleSought, ids_sought
from spondyl.clinic.chart.practice import clinic_moment
from spondyl.clinic.chart.transaction import reading, writing
from spondyl.clinic.records.everything import KINDS, bundle_of, check_resource, resources_of
from spondyl.clinic.records.fhir_outcome import MEDIA_TYPE, outcome_of
from spondyl.clinic.records.fhir_parts import Resource
from spondyl.clinic.records.fhir_person import patient_resources
from spondyl.clinic.records.fhir_search import (
    OF_OTHERS,
    OF_PATIENT,
    Pairs,
    Part,
    SearchRefusedError,
    check_known,
    ids_named,
    page_links,
    part_of,
    patients_named,
    people_sought,
)
from spondyl.clinic.records.resource_owner import owner_of
from spondyl.clinic.web.clinic_words import clinic_today
from spondyl.clinic.web.rights import Clinician, open_to_all
from spondyl.clinic.web.services import Clinic, Services
from spondyl.clinic.web.site_address import site_address
from spondyl.clinic.web.viewer import Viewer

router = APIRouter(prefix="/fhir/R4B", include_in_schema=False)
RESTRICTED = "This chart is restricted to named staff. Open it in the clinic's pages first, with a reason."
NO_NUL = r"^[^\x00]*$"
"""PostgreSQL keeps no NUL in a text; a query with one is refused before it gets there."""


@router.get("/metadata", dependencies=[Depends(open_to_all())])
def capability(services: Clinic) -> Response:
    """What this server can do."""
    made: Resource = {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": clinic_today(services).isoformat(),
        "kind": "instance",
        "software": {"name": "Spondyl", "version": __version__},
        "implementation": {"description": services.settings.clinic_name},
        "fhirVersion": "4.3.0",
        "format": ["json"],
        "rest": [
            {
                "mode": "server",
                "documentation": "Read only. Sign in as a clinician; every request is in the audit log.",
                "resource": [_capability_of(kind) for kind in KINDS],
            }
        ],
    }
    return _answer(made)


@router.get("/{kind}")
def search(request: Request, services: Clinic, viewer: Clinician, kind: str) -> Response:
    """Patients by what is known of them; everything else of one patient."""
    if kind not in KINDS:
        return _outcome(404, "not-supported", f"There is no resource {kind!r} here: {', '.join(KINDS)}.")
    pairs = request.query_params.multi_items()
    try:
        check_known(kind, pairs)
        part = part_of(pairs)
        if kind == "Patient":
            shown, total = _patients(services, people_sought(pairs), part, viewer)
        else:
            shown, total = _resources(services, kind, pairs, part, viewer)
    except SearchRefusedError as error:
        return _outcome(400, "invalid", str(error))
    except PersonUnknownError as error:
        return _outcome(404, "not-found", str(error))
    links = page_links(f"{_base(request)}/{kind}", pairs, part, total)
    return _answer(bundle_of(shown, kind="searchset", address=_base(request), total=total, links=links))


@router.get("/Patient/{patient_id}/$everything")
def everything(request: Request, services: Clinic, viewer: Clinician, patient_id: str) -> Response:
    """Every resource about one patient."""
    try:
        found = _all_of(services, patient_id, viewer, "everything")
    except PersonUnknownError as error:
        return _outcome(404, "not-found", str(error))
    return _answer(bundle_of(found, kind="searchset", address=_base(request), total=len(found)))


@router.get("/{kind}/{resource_id}")
def read(
    services: Clinic,
    viewer: Clinician,
    kind: str,
    resource_id: str,
    patient: Annotated[str, Query(max_length=80, pattern=NO_NUL)] = "",
) -> Response:
    """One resource; with ``patient`` only when it is that patient's."""
    if kind not in KINDS:
        return _outcome(404, "not-supported", f"There is no resource {kind!r} here: {', '.join(KINDS)}.")
    unknown = f"There is no {kind}/{resource_id}."
    if "\x00" in resource_id:
        return _outcome(404, "not-found", unknown)
    try:
        with reading(services.engine) as connection:
            owner = patient.removeprefix("Patient/") or owner_of(connection, resource_id)
        if owner is None:
            return _outcome(404, "not-found", unknown)
        found = _of_patient(services, owner, kind, viewer)
    except PersonUnknownError as error:
        return _outcome(404, "not-found", str(error))
    one = next((resource for resource in found if resource["id"] == resource_id), None)
    return _outcome(404, "not-found", unknown) if one is None else _answer(one)


def _patients(
    services: Services, sought: PeopleSought, part: Part, viewer: Viewer
) -> tuple[list[Resource], int]:
    """The part of those found whose charts the viewer may open, and how many those are."""
    named = {choice[0] for choice in sought.ids if len(choice) == 1}
    with reading(services.engine) as connection:
        if not all(_may_open(connection, one, viewer) for one in named):
            raise HTTPException(403, RESTRICTED)
        found = ids_sought(connection, sought)
        # A restricted chart stays shut here too: the guard of the pages does not see a query.
        shut = frozenset(found) if viewer.account is None else shut_for(connection, viewer.account.id)
        open_ids = [one for one in found if one not in shut]
        shown = open_ids[part.offset : part.offset + part.count]
        known = people_of(connection, shown)
        made = patient_resources(connection, [known[one] for one in shown])
    with writing(services.engine) as connection:
        for one in named.intersection(found):
            record(connection, actor=viewer.actor, action="read FHIR Patient", subject=f"person {one}")
        # What was typed is not kept: a name in the log would outlast the erasure of the patient.
        detail = {"found": len(found)}
        record(
            connection, actor=viewer.actor, action="search FHIR Patient", subject="patients", detail=detail
        )
    return made, len(open_ids)


def _resources(
    services: Services, kind: str, pairs: Pairs, part: Part, viewer: Viewer
) -> tuple[list[Resource], int]:
    wanted = patients_named(pairs)
    if not wanted:
        raise SearchRefusedError(f"A search for {kind} names its patient: ?patient=ID.")
    if len(wanted) > 1:  # nothing is of two patients
        return [], 0
    found = _of_patient(services, wanted.pop(), kind, viewer)
    for ids in ids_named(pairs):
        found = [one for one in found if one["id"] in ids]
    return found[part.offset : part.offset + part.count], len(found)


def _may_open(connection: sa.Connection, person_id: str, viewer: Viewer) -> bool:
    """A restricted chart stays shut here too: the guard of the pages does not see a query."""
    return viewer.account is not None and may_open(connection, person_id, viewer.account.id)


def _of_patient(services: Services, patient_id: str, kind: str, viewer: Viewer) -> list[Resource]:
    found = _all_of(services, patient_id, viewer, kind)
    return [resource for resource in found if resource["resourceType"] == kind]


def _all_of(services: Services, patient_id: str, viewer: Viewer, what: str) -> list[Resource]:
    """Everything about a patient, made while others write; the log's row is committed before."""
    if "\x00" in patient_id:
        raise PersonUnknownError("There is no such patient.")
    with writing(services.engine) as connection:
        owner = person(connection, patient_id)
        if not _may_open(connection, owner.id, viewer):
            raise HTTPException(403, RESTRICTED)
        record(connection, actor=viewer.actor, action=f"read FHIR {what}", subject=owner.subject)
    with reading(services.engine) as connection:
        as_of = clinic_moment(connection, services.clock()).date()
        return resources_of(connection, person(connection, patient_id), as_of=as_of)


def _capability_of(kind: str) -> Resource:
    types = OF_PATIENT if kind == "Patient" else OF_OTHERS
    return {
        "type": kind,
        "interaction": [{"code": "read"}, {"code": "search-type"}],
        "searchParam": [{"name": name, "type": of_type} for name, of_type in types.items()],
    }


def _base(request: Request) -> str:
    return f"{site_address(request)}/fhir/R4B"


def _answer(resource: Resource, status: int = 200) -> Response:
    text = json.dumps(resource, ensure_ascii=False, allow_nan=False)
    return Response(text, status_code=status, media_type=MEDIA_TYPE)


def _outcome(status: int, code: str, text: str) -> Response:
    outcome = outcome_of(status, text, code)
    check_resource(outcome)
    return _answer(outcome, status)
