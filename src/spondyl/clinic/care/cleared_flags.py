"""Which items of an intake a clinician has looked at and let pass."""

import sqlalchemy as sa

from spondyl.assessment.intake import Intake
from spondyl.clinic.chart.documents import newest_of_each

KIND = "flag review"


def cleared_in(
    connection: sa.Connection, intake: Intake, *, document_id: str, person_id: str
) -> frozenset[str]:
    """Items let pass: in this form, or in an earlier one when this form does not ask them again.

    An answer that came after the review is not covered by it: every review names the form, and a form that asks
    again begins without answers.
    """
    asked = {item.key for group in intake.groups for item in group.items}
    cleared: set[str] = set()
    for review in newest_of_each(connection, kind=KIND, person_id=person_id):
        items = set(review.body["cleared"])
        cleared |= items if review.body["intake"] == document_id else items - asked
    return frozenset(cleared)
