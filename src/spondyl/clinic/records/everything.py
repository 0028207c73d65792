"""Every FHIR resource about a patient, and bundles of them, checked for structure and for every code."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from functools import cache
from typing import Any

import sqlalchemy as sa

from spondyl.booking import Practice
from spondyl.clinic.care.consent_record import consents_of
from spondyl.clinic.care.intake_record import cleared_items, every
from spondyl.clinic.care.plan_record import judged, plans_of
from spondyl.clinic.care.scores import scores_of_person
from spondyl.clinic.chart.appointment_rows import appointments_of
from spondyl.clinic.chart.people import Person, people_of
from spondyl.clinic.chart.practice import clinic_moment, has_practice, practice_of
from spondyl.clinic.chart.same_person import charts_of, kept_charts
from spondyl.clinic.records.fhir_answers import answers_resource, flag_resources, score_resource
from spondyl.clinic.records.fhir_parts import Resource, present
from spondyl.clinic.records.fhir_person import appointment_resource, patient_resources
from spondyl.clinic.records.fhir_plan import consent_resource, plan_resources
from spondyl.clinic.report.codes import checked
from spondyl.clinic.report.fhir_check import check_codes

KINDS = (
    *("Patient", "Appointment", "QuestionnaireResponse", "Observation", "Flag"),
    *("CarePlan", "Goal", "Consent"),
)
"""The kinds of resources that this server gives out."""


def resources_of(connection: sa.Connection, person: Person, *, as_of: date) -> list[Resource]:
    """Everything about one patient, each resource checked. Raises UnknownCodeError for a code of no value set.

    Of charts that were joined everything is the kept one's: of a closed one there is the patient alone.
    """
    if person.id in kept_charts(connection, [person.id]):
        return _checked(patient_resources(connection, [person]))
    charts = charts_of(connection, person.id)
    known = people_of(connection, charts)
    made = [
        *patient_resources(connection, [known[one] for one in charts]),
        *_appointments(connection, person.id),
        *_answers(connection, person.id),
        *(score_resource(person.id, one) for one in scores_of_person(connection, person.id)),
        *_plans(connection, person.id, as_of),
        *_consents(connection, person.id),
    ]
    return _checked(made)


def _checked(made: list[Resource]) -> list[Resource]:
    for resource in made:
        check_resource(resource)
    return made


def check_resource(resource: Resource) -> None:
    """Raise when a resource is not valid FHIR R4B, or holds a code that its value set does not hold."""
    _model(resource["resourceType"]).model_validate(resource)
    check_codes(resource)


def bundle_of(
    resources: Iterable[Resource],
    *,
    kind: str,
    address: str,
    total: int | None = None,
    links: list[dict[str, str]] | None = None,
) -> Resource:
    """A bundle (``collection`` or ``searchset``); ``address`` is the FHIR server's, without a last slash.

    ``links``: of a page of results, to itself and to those before and after it.
    """
    entries: list[Resource] = []
    for resource in resources:
        entry: Resource = {
            "fullUrl": f"{address}/{resource['resourceType']}/{resource['id']}",
            "resource": resource,
        }
        if kind == "searchset":
            entry["search"] = {"mode": checked("search-entry-mode", "match")}
        entries.append(entry)
    bundle: Resource = {"resourceType": "Bundle", "type": checked("bundle-type", kind)}
    bundle |= {"total": total} if total is not None else {}
    bundle |= present(link=links, entry=entries)
    check_resource(bundle)
    return bundle


@cache
def _model(kind: str) -> Any:
    from importlib import import_module

    module = import_module(f"fhir.resources.R4B.{kind.lower()}")
    return getattr(module, kind)


def _appointments(connection: sa.Connection, person_id: str) -> list[Resource]:
    if not has_practice(connection):
        return []
    practice: Practice = practice_of(connection)
    visits = appointments_of(connection, person_id)
    return [appointment_resource(replace(one, person=person_id), practice) for one in visits]


def _answers(connection: sa.Connection, person_id: str) -> list[Resource]:
    return [
        resource
        for stored in every(connection, person_id)
        for resource in (
            answers_resource(person_id, stored),
            *flag_resources(person_id, stored, cleared_items(connection, stored)),
        )
    ]


def _consents(connection: sa.Connection, person_id: str) -> list[Resource]:
    return [
        consent_resource(person_id, one, on=clinic_moment(connection, one.at).date())
        for one in consents_of(connection, person_id)
    ]


def _plans(connection: sa.Connection, person_id: str, as_of: date) -> list[Resource]:
    return [
        resource
        for stored in plans_of(connection, person_id)
        for resource in plan_resources(
            person_id, stored, judged(connection, person_id, stored.plan, as_of=as_of)
        )
    ]
