"""Patient and Appointment."""

from collections.abc import Sequence
from datetime import timedelta

import sqlalchemy as sa

from spondyl.booking import Appointment, Practice
from spondyl.clinic.chart.people import Person
from spondyl.clinic.chart.tables import joined_charts
from spondyl.clinic.records.fhir_parts import RECORD_SYSTEM, Resource, concept, present, reference
from spondyl.clinic.report.codes import checked

_STATUS = {
    "held": "pending",
    "booked": "booked",
    "arrived": "arrived",
    "missed": "noshow",
    "cancelled": "cancelled",
    "lapsed": "cancelled",
}
"""State of an appointment to FHIR: a hold that lapsed is a cancelled offer."""


def patient_resources(connection: sa.Connection, people: Sequence[Person]) -> list[Resource]:
    """These patients. A chart that was joined to another is not active and is replaced by that one, which replaces it;
    one question for all."""
    ids = [one.id for one in people]
    named = sa.or_(joined_charts.c.person_id.in_(ids), joined_charts.c.kept.in_(ids))
    pairs = [
        (row.person_id, row.kept)
        for row in connection.execute(
            sa.select(joined_charts).where(named).order_by(joined_charts.c.person_id)
        )
        if row.person_id != row.kept
    ]
    return [
        patient_resource(
            one,
            replaced_by=next((kept for closed, kept in pairs if closed == one.id), None),
            replaces=[closed for closed, kept in pairs if kept == one.id],
        )
        for one in people
    ]


def patient_resource(
    person: Person, *, replaced_by: str | None = None, replaces: Sequence[str] = ()
) -> Resource:
    """The patient, with the charts of the same person; one who was erased has an identifier and nothing else."""
    details = person.details
    telecom = [
        {"system": checked("contact-point-system", system), "value": value}
        for system, value in (("phone", details.phone), ("email", details.email))
        if value
    ]
    return {
        "resourceType": "Patient",
        "id": person.id,
        "identifier": [{"system": RECORD_SYSTEM, "value": str(person.record_number)}],
        "name": [{"family": details.family_name, "given": [details.given_name]}],
        "gender": checked("administrative-gender", details.sex),
        "communication": [{"language": {"text": {"en": "English", "es": "Spanish"}[details.language]}}],
        **present(birthDate=details.birth_date.isoformat() if details.birth_date else None, telecom=telecom),
        **present(active=False if replaced_by else None, link=_links(replaced_by, replaces)),
    }


def _links(replaced_by: str | None, replaces: Sequence[str]) -> list[Resource]:
    links = [("replaced-by", replaced_by)] if replaced_by else []
    links += [("replaces", one) for one in replaces]
    return [{"other": reference("Patient", one), "type": checked("link-type", kind)} for kind, one in links]


def appointment_resource(one: Appointment, practice: Practice) -> Resource:
    """A visit with its UTC start and end, patient, provider, office and room by name."""
    visit = practice.visit_type(one.visit_type)
    places = [
        practice.provider(one.placement.provider).name,
        f"{practice.office(one.placement.office).name}, {practice.room(one.placement.room).name}",
    ]
    participants = [{"actor": {"display": name}, "status": _accepted()} for name in places]
    if one.person:
        participants.insert(0, {"actor": reference("Patient", one.person), "status": _accepted()})
    return {
        "resourceType": "Appointment",
        "id": one.key,
        "status": checked("appointmentstatus", _STATUS[one.status.value]),
        "appointmentType": concept(visit.name),
        "start": one.start.isoformat(),
        "end": (one.start + timedelta(minutes=visit.duration_min)).isoformat(),
        "minutesDuration": visit.duration_min,
        "participant": participants,
        **present(
            comment=f"Booked over something else: {one.override_reason}" if one.override_reason else ""
        ),
    }


def _accepted() -> str:
    return checked("participationstatus", "accepted")
