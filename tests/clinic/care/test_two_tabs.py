"""Claim: a form that is open in two tabs loses no answer of either, on both databases."""

from concurrent.futures import ThreadPoolExecutor

import sqlalchemy as sa

from spondyl.assessment.intake import ITEMS, ItemKind, answered
from spondyl.clinic.care.intake_record import begin, keep, newest, opened_to_change
from spondyl.clinic.chart.documents import history
from spondyl.clinic.chart.people import PersonDetails, add_person
from spondyl.clinic.chart.transaction import reading, writing

KEYS = [item.key for item in ITEMS.values() if item.kind is ItemKind.YES_NO][:16]


def test_two_tabs_lose_no_answer(engine: sa.Engine) -> None:
    with writing(engine) as connection:
        details = PersonDetails(given_name="Ana", family_name="Demo", synthetic=True)
        patient = add_person(connection, details, actor="test")
        document_id = begin(connection, patient.id, actor="test").document_id

    def answer(key: str) -> None:
        with writing(engine) as connection:
            stored = opened_to_change(connection, document_id)
            keep(connection, stored, answered(stored.intake, key, ("no",)), actor="test")

    with ThreadPoolExecutor(max_workers=4) as tabs:
        list(tabs.map(answer, KEYS))
    with reading(engine) as connection:
        stored = newest(connection, patient.id)
        versions = [one.version for one in history(connection, document_id)]
    assert stored is not None and set(stored.intake.answers) == set(KEYS)
    assert versions == list(range(1, len(KEYS) + 2))
