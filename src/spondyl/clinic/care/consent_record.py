"""Consents in the chart: the page to the letter, who agreed, before whom; and its withdrawal."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from spondyl.clinic.care.leaflet import Leaflet, leaflet_from_json, leaflet_to_json
from spondyl.clinic.care.plan_record import StoredPlan, charts_with_plans, why_not_now
from spondyl.clinic.chart.documents import Document, load, newest_of_each, save, sign
from spondyl.clinic.chart.same_person import joined_since

KIND = "consent"
AGREED = 1
"""The version in which the patient agreed; a later one takes it back."""


class ConsentRefused(ValueError):  # noqa: N818 (a refusal is an answer, not a fault)
    """A consent that cannot be kept; the message says why and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """A patient agreed to one version of a plan; ``withdrawn_at`` is set once it was taken back."""

    document_id: str
    version: int
    plan_id: str
    plan_version: int
    leaflet: Leaflet
    agreed_by: str
    before: str
    at: datetime
    withdrawn_at: datetime | None

    def covers(self, plan: StoredPlan) -> bool:
        """Whether it holds for this very version of the plan."""
        return self.withdrawn_at is None and (self.plan_id, self.plan_version) == (
            plan.document_id,
            plan.version,
        )


def keep_consent(
    connection: sa.Connection,
    person_id: str,
    plan: StoredPlan,
    leaflet: Leaflet,
    *,
    agreed_by: str,
    actor: str,
) -> Consent:
    """Keep the page that was shown, signed for the patient.

    Raises ConsentRefused before the plan is signed, and while what is known now speaks against an option of it.
    """
    if not plan.is_signed:
        raise ConsentRefused("The plan is not signed yet. Sign it first: a consent is to a plan that stands.")
    if problem := why_not_now(connection, person_id, plan):
        raise ConsentRefused(problem)
    if len(agreed_by.strip()) < 3:
        raise ConsentRefused("The name of the person who agrees is missing. Write it as on the printed page.")
    body = {
        "plan": plan.document_id,
        "plan_version": plan.version,
        "leaflet": leaflet_to_json(leaflet),
        "agreed_by": agreed_by.strip(),
        "withdrawn": False,
    }
    document = save(connection, kind=KIND, person_id=person_id, body=body, actor=actor)
    sign(
        connection,
        document_id=document.document_id,
        version=document.version,
        actor=actor,
        digest=document.digest,
        meaning=f"{agreed_by.strip()} agreed in my presence",
    )
    return _consent(document, document)


def withdraw(connection: sa.Connection, person_id: str, consent: Consent, *, actor: str) -> Consent:
    """Take a consent back: a new version of its document; the agreement stays in the history."""
    found = [one for one in _documents(connection, person_id) if one.document_id == consent.document_id]
    if not found:
        raise ConsentRefused("This consent is not one of this patient. Open it from the patient's page.")
    body = {**found[0].body, "withdrawn": True}
    document = save(
        connection,
        kind=KIND,
        person_id=person_id,
        body=body,
        actor=actor,
        document_id=consent.document_id,
        after_version=consent.version,
    )
    return _with_agreement(connection, document)


def consents_of(connection: sa.Connection, person_id: str) -> tuple[Consent, ...]:
    """Every consent of a patient, the last one first."""
    return tuple(_with_agreement(connection, one) for one in _documents(connection, person_id))


def consent_to(connection: sa.Connection, person_id: str, plan: StoredPlan) -> Consent | None:
    """The consent that covers this very version of a plan; None where there is none.

    Where two charts that both hold a plan were joined after it, it covers nothing: whoever agreed, and the clinician
    before whom, had only one of the plans before them, and in the other chart consent may be taken back, or the plan
    be at its end.
    """
    given = next((one for one in consents_of(connection, person_id) if one.covers(plan)), None)
    if given is None or not joined_since(connection, person_id, given.at):
        return given
    return None if charts_with_plans(connection, person_id) > 1 else given


def _documents(connection: sa.Connection, person_id: str) -> list[Document]:
    return newest_of_each(connection, kind=KIND, person_id=person_id)


def _with_agreement(connection: sa.Connection, document: Document) -> Consent:
    is_it = document.version == AGREED
    return _consent(document, document if is_it else load(connection, document.document_id, version=AGREED))


def _consent(document: Document, agreed: Document) -> Consent:
    """From the newest version, and the first, which says when and before whom the patient agreed."""
    body = document.body
    return Consent(
        document_id=document.document_id,
        version=document.version,
        plan_id=body["plan"],
        plan_version=body["plan_version"],
        leaflet=leaflet_from_json(body["leaflet"]),
        agreed_by=body["agreed_by"],
        before=agreed.made_by,
        at=agreed.made_at,
        withdrawn_at=document.made_at if body["withdrawn"] else None,
    )
