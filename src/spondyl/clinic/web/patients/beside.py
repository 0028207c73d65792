"""Two charts side by side: are they one person's, or two people's? And the way back from either answer."""

from typing import Annotated, Any, Literal

import sqlalchemy as sa
from fastapi import APIRouter, Form, Query, Request
from starlette.responses import Response

from spondyl.clinic.adjust.desk import Desk
from spondyl.clinic.chart.audit import record
from spondyl.clinic.chart.guard import shut_for
from spondyl.clinic.chart.joining import (
    Join,
    JoinRefusedError,
    join_charts,
    join_of,
    joins_into,
    separate_charts,
    why_not_joined,
)
from spondyl.clinic.chart.known_person import same_phone
from spondyl.clinic.chart.people import Person, PersonUnknownError, people_of, person, person_of_record
from spondyl.clinic.chart.same_person import are_same_person, kept_chart
from spondyl.clinic.chart.told_apart import ToldApart, others_told_apart, tell_apart, tell_no_more, told_of
from spondyl.clinic.chart.transaction import reading, write, writing
from spondyl.clinic.web.page import page, patient_page, see_other
from spondyl.clinic.web.patients.alike import perhaps_twice
from spondyl.clinic.web.patients.chart_facts import facts_of, held_kinds
from spondyl.clinic.web.restricted import ClosedToo, refuse_restricted
from spondyl.clinic.web.rights import AnyStaff
from spondyl.clinic.web.services import Clinic, Services
from spondyl.clinic.web.viewer import Viewer

router = APIRouter(prefix="/patients/{patient_id}", include_in_schema=False)
_MOST_DIGITS = 20


@router.get("/beside")
def charts_beside(
    request: Request,
    services: Clinic,
    viewer: AnyStaff,
    patient_id: str,
    record_number: Annotated[str, Query(alias="record", max_length=_MOST_DIGITS)] = "",
) -> Response:
    """The other charts of this patient, those that may be, and a way to any by its record number. Opening it is in the
    audit log."""
    problem = None
    with writing(services.engine) as connection:
        patient = person(connection, patient_id)
        record(connection, actor=viewer.actor, action="open other charts", subject=patient.subject)
        if record_number.strip():
            other = _numbered(connection, record_number.strip())
            if other is not None and other.id != patient.id:
                return see_other(request, f"/patients/{patient_id}/beside/{other.id}")
            problem = f"There is no other chart with the record number {record_number.strip()}."
        shown = _others(connection, patient, viewer)
    context = shown | {"problem": problem, "typed": record_number}
    return patient_page(request, "patients/beside.html", patient, context, status=422 if problem else 200)


@router.get("/beside/{other_id}")
def two_charts(
    request: Request, services: Clinic, viewer: AnyStaff, patient_id: str, other_id: str
) -> Response:
    """Both charts side by side, and the two answers. Opening it is in the audit log of both."""
    with writing(services.engine) as connection:
        patient, other = _pair(connection, viewer, patient_id, other_id)
        if are_same_person(connection, patient.id, other.id):
            return see_other(request, f"/patients/{patient_id}/beside")
        for one in (patient, other):
            record(connection, actor=viewer.actor, action="open chart beside", subject=one.subject)
    return _two(request, services, viewer, patient, other, problem=None)


@router.post("/beside/{other_id}/two")
def say_two_people(
    request: Request,
    services: Clinic,
    viewer: AnyStaff,
    patient_id: str,
    other_id: str,
    said: Annotated[Literal["yes", "no"], Form()] = "yes",
) -> Response:
    """These are two people: the hint goes away; or, ``said`` no, that is taken back."""
    say = tell_apart if said == "yes" else tell_no_more

    def work(connection: sa.Connection) -> tuple[Person, Person]:
        patient, other = _pair(connection, viewer, patient_id, other_id)
        if are_same_person(connection, patient.id, other.id):
            raise JoinRefusedError("These charts are joined. Separate them first, if they are two people's.")
        say(connection, patient.id, other.id, actor=viewer.actor)
        return patient, other

    patient, other = write(services.engine, work)
    numbers = f"Records {patient.record_number} and {other.record_number}"
    if said == "yes":
        notice = f"{numbers} are two people. There is no hint of them any more."
        return see_other(request, f"/patients/{patient_id}", notice=notice)
    notice = f"{numbers} are not told apart any more."
    return see_other(request, f"/patients/{patient_id}/beside/{other_id}", notice=notice)


@router.post("/beside/{other_id}/one")
def say_one_person(
    request: Request,
    services: Clinic,
    viewer: AnyStaff,
    patient_id: str,
    other_id: str,
    keep: Annotated[str, Form(max_length=32)] = "",
) -> Response:
    """This is one person: keep the one chart, close the other for it; or the page again with why not."""

    def work(connection: sa.Connection) -> tuple[Person, Person]:
        pair = _pair(connection, viewer, patient_id, other_id)
        kept, closed = pair if keep == pair[0].id else pair[::-1]
        if keep != kept.id:
            raise JoinRefusedError("Say which of the two charts is kept.")
        join_charts(connection, kept=kept.id, closed=closed.id, actor=viewer.actor)
        _refuse_while_adjusted(request.app.state.desk, kept, closed)
        return kept, closed

    try:
        kept, closed = write(services.engine, work)
    except JoinRefusedError as refused:
        with reading(services.engine) as connection:
            patient, other = _pair(connection, viewer, patient_id, other_id)
        return _two(request, services, viewer, patient, other, problem=str(refused))
    notice = (
        f"Record {closed.record_number} is joined to this chart. Look at the intake and the plan: what both charts "
        "know of safety counts from now on."
    )
    return see_other(request, f"/patients/{kept.id}", notice=notice)


@router.get("/joined", dependencies=[ClosedToo])
def joined_page(request: Request, services: Clinic, viewer: AnyStaff, patient_id: str) -> Response:
    """A closed chart: where the patient's chart is, what stands in this one, and how to separate them again."""
    with writing(services.engine) as connection:
        patient, join = person(connection, patient_id), join_of(connection, patient_id)
        record(connection, actor=viewer.actor, action="open chart", subject=patient.subject)
    if join is None:
        return see_other(request, f"/patients/{patient_id}")
    with reading(services.engine) as connection:
        context = {
            "person": patient,
            "place": "/patients",
            "join": join,
            "kept": person(connection, join.kept),
            "facts": facts_of(connection, patient, viewer),
            "since": held_kinds(connection, join.kept, viewer, since=join.at),
        }
    return page(request, "patients/joined.html", context)


@router.post("/separate", dependencies=[ClosedToo])
def separate(request: Request, services: Clinic, viewer: AnyStaff, patient_id: str) -> Response:
    """Open a closed chart again."""

    def work(connection: sa.Connection) -> Join | None:
        join = join_of(connection, person(connection, patient_id).id)
        separate_charts(connection, patient_id, actor=viewer.actor)
        if join is not None:
            kept, closed = (person(connection, one) for one in (join.kept, join.closed))
            _refuse_while_adjusted(request.app.state.desk, kept, closed)
        return join

    write(services.engine, work)
    notice = "These are two charts again. What was written while they were joined stands in the other one."
    return see_other(request, f"/patients/{patient_id}", notice=notice)


def _two(
    request: Request,
    services: Services,
    viewer: Viewer,
    patient: Person,
    other: Person,
    *,
    problem: str | None,
) -> Response:
    older, newer = sorted((patient, other), key=lambda one: one.record_number)
    with reading(services.engine) as connection:
        why_not = {
            kept.id: why_not_joined(connection, kept, closed)
            for kept, closed in ((older, newer), (newer, older))
        }
        shown: dict[str, Any] = {
            "patient": patient,
            "other": other,
            "charts": [facts_of(connection, one, viewer) for one in (older, newer)],
            "told": told_of(connection, patient.id, other.id),
            "same_phone": same_phone(patient.details, other.details),
        }
    may_keep = [one for one in (older, newer) if why_not[one.id] is None]
    shown |= {"may_keep": may_keep, "why_not": None if may_keep else why_not[older.id], "problem": problem}
    shown |= {"older": older, "place": f"/patients/{patient.id}"}
    return page(request, "patients/two.html", shown, status=409 if problem else 200)


def _others(connection: sa.Connection, patient: Person, viewer: Viewer) -> dict[str, Any]:
    """The charts that hang together with this one, as far as the viewer may open them."""
    assert viewer.account is not None
    shut = shut_for(connection, viewer.account.id)
    joins = joins_into(connection, patient.id)
    apart: list[tuple[ToldApart, str]] = [
        (one, one.other if one.one == patient.id else one.one)
        for one in others_told_apart(connection, patient.id)
    ]
    apart = [(one, other) for one, other in apart if other not in shut]
    known = people_of(connection, [one.closed for one in joins] + [other for _, other in apart])
    return {
        "joins": [(one, known[one.closed]) for one in joins],
        "apart": [(one, known[other]) for one, other in apart],
        "alike": perhaps_twice(connection, viewer, [patient]).get(patient.id, []),
    }


def _pair(connection: sa.Connection, viewer: Viewer, patient_id: str, other_id: str) -> tuple[Person, Person]:
    """The chart of the address and the other one, where the viewer may open both; a closed one by its kept one."""
    patient, other = person(connection, patient_id), person(connection, kept_chart(connection, other_id))
    if (other.id == patient.id and other_id == patient_id) or other.erased_at is not None:
        raise PersonUnknownError("There is no such other chart.")
    assert viewer.account is not None
    refuse_restricted(connection, other.id, viewer.account)
    return patient, other


def _numbered(connection: sa.Connection, typed: str) -> Person | None:
    if not (typed.isascii() and typed.isdigit() and len(typed) < 10):
        return None
    return person_of_record(connection, int(typed))


def _refuse_while_adjusted(desk: Desk, *charts: Person) -> None:
    """A session writes what it did into the chart that it began in, and its page stands there.

    Asked last, when both charts are held: a session that begins now is kept in neither before this transaction ends.
    """
    for one in charts:
        if desk.running(one.id) is not None:
            raise JoinRefusedError(
                f"An adjustment session of record {one.record_number} is ready or runs. End it first."
            )
