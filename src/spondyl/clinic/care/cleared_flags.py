"""Which items of an intake a clinician has looked at and let pass."""

from collections.abc import Mapping
from datetime import datetime

import sqlalchemy as sa

from spondyl.assessment.intake import Intake
from spondyl.clinic.chart.documents import newest_of_each

KIND = "flag review"


def cleared_in(
    connection: sa.Connection,
    intake: Intake,
    *,
    document_id: str,
    person_id: str,
    said_at: Mapping[str, datetime],
) -> frozenset[str]:
    """Items let pass: in this form, or in an earlier one when this form does not ask them again.

    A review counts so in its own chart. In another chart of the same person it counts for the forms that it names: of
    those its clinician saw the flags.

    An answer that came after the review is not covered by it: every review names the forms that there were, a form
    that asks again begins without answers, and ``said_at`` says when an item of this form last became yes. What the
    patient said after the clinician opened the page is not covered either.
    """
    asked = {item.key for group in intake.groups for item in group.items}
    cleared: set[str] = set()
    for review in newest_of_each(connection, kind=KIND, person_id=person_id):
        looked_at = review.body.get("forms", [review.body["intake"]])
        seen_at = review.body.get("seen_at")
        until = datetime.fromisoformat(seen_at) if seen_at else review.made_at
        items = {key for key in review.body["cleared"] if key not in said_at or said_at[key] <= until}
        if document_id in looked_at:
            cleared |= items
        elif review.person_id == person_id:
            cleared |= items - asked
    return frozenset(cleared)
