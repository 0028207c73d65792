"""How a plan stands: signed, agreed to, judged, and what to do next, said alike on its own page and on the overview."""

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from spondyl.clinic.care.consent_record import Consent, consent_to
from spondyl.clinic.care.plan_record import StoredPlan, judged, why_not_now
from spondyl.clinic.care.visit_note import StoredNote
from spondyl.treatment.plan import PlanJudged


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanStanding:
    """``why_not``: what keeps it from being signed or agreed to now."""

    stored: StoredPlan
    judged: PlanJudged
    consent: Consent | None
    why_not: str | None

    @property
    def next_step(self) -> str:
        """What to do now."""
        if self.why_not:
            done = "agreed to" if self.stored.is_signed else "signed"
            return f"clear up what is named here; then the plan can be {done}."
        if not self.stored.is_signed:
            return "sign the plan, then ask for consent."
        if self.consent is None:
            return "read the consent with the patient."
        return self.judged.next_step


def standing_of(
    connection: sa.Connection,
    person_id: str,
    stored: StoredPlan,
    notes: tuple[StoredNote, ...] | None = None,
    *,
    as_of: date,
) -> PlanStanding:
    """How a plan stands on a day; ``notes``: those of the patient, where they are read already."""
    consent = consent_to(connection, person_id, stored)
    return PlanStanding(
        stored=stored,
        judged=judged(connection, person_id, stored.plan, as_of=as_of),
        consent=consent,
        why_not=None if consent else why_not_now(connection, person_id, stored, notes),
    )
