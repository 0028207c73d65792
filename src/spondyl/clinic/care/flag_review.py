"""A clinician has looked at flags of an intake: which of them may pass, why, and who says so."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from spondyl.assessment.intake import ITEM_BEHIND, ITEMS
from spondyl.clinic.care.cleared_flags import KIND
from spondyl.clinic.care.intake_record import StoredIntake, every, mark_again
from spondyl.clinic.chart.documents import Document, newest_of_each, save
from spondyl.clinic.chart.engine import now_of
from spondyl.clinic.chart.same_person import joined_since, kept_chart

SHORTEST_REASON = 8


class ReviewRefused(ValueError):  # noqa: N818 (a refusal is an answer, not a fault)
    """A review that says too little; the message says what is missing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FlagReview:
    """One look. ``cleared`` are items of the intake; an empty one says that everything stays blocked.

    ``intake_id`` is the form that was newest then. What is cleared is so in every form that there was: the page
    shows the flags of all.
    """

    intake_id: str
    cleared: frozenset[str]
    reason: str
    by: str
    at: datetime


def add_review(
    connection: sa.Connection,
    stored: StoredIntake,
    *,
    cleared: frozenset[str],
    reason: str,
    actor: str,
    seen_at: datetime | None = None,
) -> FlagReview:
    """Keep a review of what stands in every form of the patient, ``stored`` being the newest.

    ``seen_at`` is when the clinician's page was made: what the patient said since then was not looked at.
    Raises ReviewRefused without a reason, for an item that carries no flag, or when a chart was joined since then: its
    flags did not stand on the page.
    """
    if len(reason.strip()) < SHORTEST_REASON:
        raise ReviewRefused("Write what you asked or examined and what you found; a word is not enough.")
    unknown = sorted(cleared - set(ITEM_BEHIND.values()))
    if unknown:
        raise ReviewRefused(f"{unknown[0]!r} is no question of safety. Load the page again.")
    if seen_at and joined_since(connection, stored.person_id, seen_at):
        raise ReviewRefused(
            "Another chart of this patient was joined to this one after you opened the page. Load it again: it shows "
            "the flags of both."
        )
    forms = every(connection, stored.person_id)
    body = {
        "intake": stored.document_id,
        "forms": [form.document_id for form in forms],
        "cleared": sorted(cleared),
        "reason": reason.strip(),
        "seen_at": min(seen_at or now_of(connection), now_of(connection)).isoformat(),
    }
    open_chart = kept_chart(connection, stored.person_id)  # the newest form may stand in a closed one
    review = _review(save(connection, kind=KIND, person_id=open_chart, body=body, actor=actor))
    for form in forms:
        mark_again(connection, form, actor=actor)
    return review


def reviews_of(connection: sa.Connection, person_id: str) -> tuple[FlagReview, ...]:
    """Every review of a patient, the last one first."""
    return tuple(_review(one) for one in newest_of_each(connection, kind=KIND, person_id=person_id))


def item_text(key: str) -> str:
    """The question of an item, in English."""
    return ITEMS[key].text.en


def _review(document: Document) -> FlagReview:
    return FlagReview(
        intake_id=document.body["intake"],
        cleared=frozenset(document.body["cleared"]),
        reason=document.body["reason"],
        by=document.made_by,
        at=document.made_at,
    )
