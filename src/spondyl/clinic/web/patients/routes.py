"""Find a patient, add one, change what is known, see the overview."""

from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import date
from typing import Annotated, Any

import sqlalchemy as sa
from fastapi import APIRouter, Depends, Form, Query, Request
from starlette.responses import Response

from spondyl.clinic.care.intake_record import age_is_known
from spondyl.clinic.chart.audit import record
from spondyl.clinic.chart.known_person import perhaps_known
from spondyl.clinic.chart.people import (
    LANGUAGES,
    SEXES,
    Person,
    PersonDetails,
    PersonInvalidError,
    add_person,
    change_person,
    find_people,
    fold,
    people_of,
    person,
    person_to_change,
)
from spondyl.clinic.chart.same_person import kept_charts
from spondyl.clinic.chart.search_words import FEWEST_PHONE_DIGITS, sought
from spondyl.clinic.chart.telephone import FEWEST_DIGITS, is_telephone
from spondyl.clinic.chart.transaction import reading, writing
from spondyl.clinic.messages.address import is_address
from spondyl.clinic.web.clinic_words import clinic_today
from spondyl.clinic.web.feature import View
from spondyl.clinic.web.page import erased_page, features_of, page, patient_page, see_other
from spondyl.clinic.web.patients.merge import clash_words, merged, shown_of, shown_text
from spondyl.clinic.web.rights import AnyStaff, StaffOnly
from spondyl.clinic.web.services import Clinic

router = APIRouter(prefix="/patients", include_in_schema=False)
_MOST_FOUND = 50
_TYPED = ("given_name", "family_name", "birth_date", "phone", "email")
_EMPTY = dict.fromkeys(_TYPED, "") | {"sex": "unknown", "language": "en"}
_ANY_STEP = "open the step of the visit that comes now; the tabs stand in the order of a visit."
_CHOICES = {"sexes": SEXES, "languages": LANGUAGES}


class PersonForm:
    """The fields of the form about a person, as sent."""

    def __init__(
        self,
        given_name: Annotated[str, Form(max_length=200)] = "",
        family_name: Annotated[str, Form(max_length=200)] = "",
        birth_date: Annotated[str, Form(max_length=40)] = "",
        sex: Annotated[str, Form(max_length=16)] = "unknown",
        phone: Annotated[str, Form(max_length=200)] = "",
        email: Annotated[str, Form(max_length=200)] = "",
        language: Annotated[str, Form(max_length=8)] = "en",
    ) -> None:
        self.sent = {
            "given_name": given_name.strip(),
            "family_name": family_name.strip(),
            "birth_date": birth_date,
        }
        self.sent |= {"sex": sex, "phone": phone.strip(), "email": email.strip(), "language": language}

    def details(self, *, today: date) -> PersonDetails:
        """The checked details; raises ``PersonInvalidError``."""
        if self.sent["email"] and not is_address(self.sent["email"]):
            raise PersonInvalidError(
                f"No letter can reach the e-mail address {self.sent['email']!r}: write one address without accents, "
                "such as ana@example.org, or leave it empty."
            )
        if self.sent["phone"] and not is_telephone(self.sent["phone"]):
            raise PersonInvalidError(
                f"The telephone {self.sent['phone']!r} is no number to dial: write {FEWEST_DIGITS} digits or more, "
                "such as 714-555-0101, +1 714 555 0101 or 714-555-0101 ext. 12, or leave it empty."
            )
        return PersonDetails(**(self.sent | {"birth_date": _birth_date(self.sent["birth_date"], today)}))  # pyright: ignore[reportArgumentType]


Sent = Annotated[PersonForm, Depends(PersonForm)]


@router.get("", dependencies=[StaffOnly])
def patients(
    request: Request,
    services: Clinic,
    q: str = "",
    after: Annotated[int, Query(ge=0, le=10_000_000)] = 0,
) -> Response:
    """The patients whom what was typed fits, a part at a time: those after the first ``after``."""
    with reading(services.engine) as connection:
        found = find_people(connection, q[:100], limit=_MOST_FOUND + 1, after=after)
        closed = kept_charts(connection, [one.id for one in found])
        kept = people_of(connection, closed.values())
    shown = {
        "found": found[:_MOST_FOUND],
        "joined_to": {one: kept[name].record_number for one, name in closed.items()},
        "q": q,
        "after": after,
        "most": _MOST_FOUND,
        "is_cut": len(found) > _MOST_FOUND,
        "nobody": _nobody_words(q[:100]),
    }
    return page(request, "patients/list.html", shown)


def _nobody_words(q: str) -> str:
    """Where what was typed was looked for in vain, and what to try."""
    asked = sought(fold(q))
    if asked.record_number is not None and not asked.digits:
        return (
            f"No patient has the record number {asked.record_number}. A telephone number is found by "
            f"{FEWEST_PHONE_DIGITS} of its digits or more."
        )
    return (
        f"“{q}” is in no name, record number, telephone number or e-mail address. Try fewer letters; accents do not "
        "matter. Write a date of birth as 1980-12-31 or 31 December 1980."
    )


@router.get("/new", dependencies=[StaffOnly])
def new_patient(request: Request) -> Response:
    """An empty form."""
    return _form(request, {**_EMPTY}, problem=None, patient=None)


@router.post("/new")
def add_patient(
    request: Request,
    services: Clinic,
    viewer: AnyStaff,
    form: Sent,
    others: Annotated[str, Form(max_length=4000)] = "",
) -> Response:
    """Add a patient, or show the form again with what is wrong, or with who may be this patient already.

    ``others`` are the record numbers of those whom somebody has looked at and found to be other people.
    """
    try:
        details = form.details(today=clinic_today(services))
    except PersonInvalidError as error:
        return _form(request, form.sent, problem=str(error), patient=None)
    with writing(services.engine) as connection:
        known = perhaps_known(connection, details)
        if not {str(one.record_number) for one in known} <= set(others.split()):
            return _form(request, form.sent, problem=None, patient=None, known=known)
        added = add_person(connection, details, actor=viewer.actor)
    return see_other(request, f"/patients/{added.id}", notice=f"{added.full_name} is in the chart.")


@router.get("/{patient_id}")
def overview(request: Request, services: Clinic, viewer: AnyStaff, patient_id: str) -> Response:
    """A patient's overview: a panel of each feature. Opening it is in the audit log."""
    with writing(services.engine) as connection:
        patient = person(connection, patient_id)
        record(connection, actor=viewer.actor, action="open chart", subject=patient.subject)
    with reading(services.engine) as connection:
        view = View(connection=connection, services=services, viewer=viewer, desk=request.app.state.desk)
        made = [feature.patient(view, patient) for feature in features_of(request) if feature.patient]
    panels = [panel for panel in made if panel]
    steps = [panel.next_step for panel in panels if panel.next_step]
    context = {"panels": panels, "next_step": steps[0] if steps else _ANY_STEP}
    return patient_page(request, "patients/overview.html", patient, context)


@router.get("/{patient_id}/details")
def details_page(request: Request, services: Clinic, viewer: AnyStaff, patient_id: str) -> Response:
    """The form with what is known. Opening it is in the audit log."""
    with writing(services.engine) as connection:
        patient = person(connection, patient_id)
        record(connection, actor=viewer.actor, action="open details", subject=patient.subject)
    return _form(request, _as_sent(patient), problem=None, patient=patient)


@router.post("/{patient_id}/details")
def change_patient(
    request: Request,
    services: Clinic,
    viewer: AnyStaff,
    patient_id: str,
    form: Sent,
    shown: Annotated[str, Form(max_length=2000)] = "",
) -> Response:
    """Save what was changed, or show the form again with what is wrong."""
    today = clinic_today(services)
    # Looked at and written in one turn: of two who save within a moment, the second sees what the first wrote.
    with writing(services.engine) as connection:
        patient = person_to_change(connection, patient_id)
        form.sent, problem = _changed(connection, patient, form, shown, today=today, actor=viewer.actor)
    if problem:
        return _form(request, form.sent, problem=problem, patient=patient)
    return see_other(request, f"/patients/{patient_id}", notice="The details are saved.")


def _changed(
    connection: sa.Connection, patient: Person, form: PersonForm, shown: str, *, today: date, actor: str
) -> tuple[dict[str, str], str | None]:
    """Save the form; the fields for showing it again, and what is wrong: then nothing is saved."""
    present = _as_sent(patient)
    form.sent, clashes = merged(form.sent, shown_of(shown) or present, present)
    if clashes:
        return form.sent, clash_words(clashes, present)
    try:
        details = form.details(today=today)
    except PersonInvalidError as error:
        return form.sent, str(error)
    kept = replace(details, synthetic=patient.details.synthetic)
    change_person(connection, patient.id, kept, actor=actor)
    age_is_known(connection, patient.id, actor=actor)
    return form.sent, None


def _form(
    request: Request,
    sent: dict[str, Any],
    *,
    problem: str | None,
    patient: Person | None,
    known: Sequence[Person] = (),
) -> Response:
    if patient and patient.erased_at is not None:
        return erased_page(request, patient)
    shown = {"sent": sent, "problem": problem, "patient": patient, "known": known, **_CHOICES}
    shown["shown"] = shown_text(_as_sent(patient)) if patient else ""
    return page(request, "patients/details.html", shown, status=422 if problem or known else 200)


def _as_sent(patient: Person) -> dict[str, str]:
    known = asdict(patient.details)
    return {name: str(known[name] or "") for name in _EMPTY}


def _birth_date(text: str, today: date) -> date | None:
    if not text:
        return None
    try:
        born = date.fromisoformat(text)
    except ValueError:
        raise PersonInvalidError(f"The date of birth {text!r} is no date; write it as 1980-12-31.") from None
    if born > today:
        raise PersonInvalidError(f"The date of birth {born} lies in the future; check the year.")
    return born
