"""FHIR R4B, read only: /fhir/R4B/metadata, /fhir/R4B/Patient and what belongs to one patient."""

import json
from typing import Annotated, Any

import sqlalchemy as sa
from fastapi import APIRouter, Depends, HTTPException, Query, Request
from starlette.responses import Response

from spondyl import __version__
from spondyl.clinic.chart.audit import record
from spondyl.clinic.chart.guard import may_open
from spondyl.clinic.chart.people import Person, PersonUnknownError, find_people, person
from spondyl.clinic.chart.practice import clinic_moment
from spondyl.clinic.chart.transaction import writing
from spondyl.clinic.records.everything import KINDS, bundle_of, check_resource, resources_of
from spondyl.clinic.records.fhir_parts import Resource
from spondyl.clinic.records.fhir_person import patient_resource
from spondyl.clinic.report.codes import checked
from spondyl.clinic.web.clinic_words import clinic_today
from spondyl.clinic.web.rights import Clinician, open_to_all
from spondyl.clinic.web.services import Clinic, Services
from spondyl.clinic.web.site_address import site_address
from spondyl.clinic.web.viewer import Viewer

router = APIRouter(prefix="/fhir/R4B", include_in_schema=False)
MEDIA_TYPE = "application/fhir+json"
MOST = 100
MOST_PATIENTS = 1000
RESTRICTED = "This chart is restricted to named staff. Open it in the clinic's pages first, with a reason."
NO_NUL = r"^[^\x00]*$"
"""PostgreSQL keeps no NUL in a text; a query with one is refused before it gets there."""
Count = Annotated[int, Query(alias="_count", ge=1, le=MOST)]
Offset = Annotated[int, Query(alias="_offset", ge=0, le=10_000_000)]


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
def search(  # noqa: PLR0913, PLR0917 - the parameters of a FHIR search
    request: Request,
    services: Clinic,
    viewer: Clinician,
    kind: str,
    patient: Annotated[str, Query(max_length=80, pattern=NO_NUL)] = "",
    name: Annotated[str, Query(max_length=100, pattern=NO_NUL)] = "",
    identifier: Annotated[str, Query(max_length=100, pattern=NO_NUL)] = "",
    count: Count = 50,
    offset: Offset = 0,
) -> Response:
    """Patients by name or record number; everything else of one patient."""
    if kind not in KINDS:
        return _outcome(404, "not-supported", f"There is no resource {kind!r} here: {', '.join(KINDS)}.")
    wanted = patient.removeprefix("Patient/")
    if kind != "Patient" and not wanted:
        return _outcome(400, "invalid", f"A search for {kind} names its patient: ?patient=ID.")
    try:
        with writing(services.engine) as connection:
            text = identifier.rpartition("|")[2] or name
            found = (
                _of_patient(connection, services, wanted, kind, viewer)
                if wanted
                else _patients(connection, text, viewer)
            )
    except PersonUnknownError as error:
        return _outcome(404, "not-found", str(error))
    part = found[offset : offset + count]
    return _answer(bundle_of(part, kind="searchset", address=_base(request), total=len(found)))


@router.get("/Patient/{patient_id}/$everything")
def everything(request: Request, services: Clinic, viewer: Clinician, patient_id: str) -> Response:
    """Every resource about one patient."""
    try:
        with writing(services.engine) as connection:
            found = _all_of(connection, services, patient_id, viewer, "everything")
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
    """One resource. All but Patient name their patient too, since identifiers are looked up within one chart."""
    if kind not in KINDS:
        return _outcome(404, "not-supported", f"There is no resource {kind!r} here: {', '.join(KINDS)}.")
    owner = resource_id if kind == "Patient" else patient.removeprefix("Patient/")
    if not owner:
        return _outcome(400, "invalid", f"Name the patient of this {kind} too: ?patient=ID.")
    try:
        with writing(services.engine) as connection:
            found = _of_patient(connection, services, owner, kind, viewer)
    except PersonUnknownError as error:
        return _outcome(404, "not-found", str(error))
    one = next((resource for resource in found if resource["id"] == resource_id), None)
    if one is None:
        return _outcome(404, "not-found", f"This patient has no {kind}/{resource_id}.")
    return _answer(one)


def _patients(connection: sa.Connection, text: str, viewer: Viewer) -> list[Resource]:
    found = find_people(connection, text, limit=MOST_PATIENTS)
    # What was typed is not kept: a name in the log would outlast the erasure of the patient.
    detail = {"found": len(found)}
    record(connection, actor=viewer.actor, action="search FHIR Patient", subject="patients", detail=detail)
    return [patient_resource(one) for one in found if _may_open(connection, one.id, viewer)]


def _may_open(connection: sa.Connection, person_id: str, viewer: Viewer) -> bool:
    """A restricted chart stays shut here too: the guard of the pages does not see a query."""
    return viewer.account is not None and may_open(connection, person_id, viewer.account.id)


def _of_patient(
    connection: sa.Connection, services: Services, patient_id: str, kind: str, viewer: Viewer
) -> list[Resource]:
    found = _all_of(connection, services, patient_id, viewer, kind)
    return [resource for resource in found if resource["resourceType"] == kind]


def _all_of(
    connection: sa.Connection, services: Services, patient_id: str, viewer: Viewer, what: str
) -> list[Resource]:
    if "\x00" in patient_id:
        raise PersonUnknownError("There is no such patient.")
    owner: Person = person(connection, patient_id)
    if not _may_open(connection, owner.id, viewer):
        raise HTTPException(403, RESTRICTED)
    record(connection, actor=viewer.actor, action=f"read FHIR {what}", subject=owner.subject)
    return resources_of(connection, owner, as_of=clinic_moment(connection, services.clock()).date())


def _capability_of(kind: str) -> Resource:
    parameters = [{"name": "patient", "type": "reference"}]
    if kind == "Patient":
        parameters = [{"name": "name", "type": "string"}, {"name": "identifier", "type": "token"}]
    return {
        "type": kind,
        "interaction": [{"code": "read"}, {"code": "search-type"}],
        "searchParam": parameters,
    }


def _base(request: Request) -> str:
    return f"{site_address(request)}/fhir/R4B"


def _answer(resource: Resource, status: int = 200) -> Response:
    text = json.dumps(resource, ensure_ascii=False, allow_nan=False)
    return Response(text, status_code=status, media_type=MEDIA_TYPE)


def _outcome(status: int, code: str, text: str) -> Response:
    issue: dict[str, Any] = {
        "severity": checked("issue-severity", "error"),
        "code": checked("issue-type", code),
        "diagnostics": text,
    }
    outcome = {"resourceType": "OperationOutcome", "issue": [issue]}
    check_resource(outcome)
    return _answer(outcome, status)
