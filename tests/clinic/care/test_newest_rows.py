"""Claim: one query finds, for every patient, the newest version of the document begun last; on both databases."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from clinic_charts import Clock
from spondyl.clinic.care.newest_rows import newest_due, rows_at, rows_since, unsigned_rows
from spondyl.clinic.chart.documents import latest, save, sign
from spondyl.clinic.chart.migrations import upgrade
from spondyl.clinic.chart.people import PersonDetails, add_person
from spondyl.clinic.chart.transaction import reading, writing


def test_it_says_the_same_as_asking_patient_by_patient(engine: sa.Engine, clock: Clock) -> None:
    people = []
    for name in ("Ana", "Bo", "Cy"):
        with writing(engine) as connection:
            details = PersonDetails(given_name=name, family_name="Demo", synthetic=True)
            people.append(add_person(connection, details, actor="test"))
    ids: dict[str, str] = {}
    for number, (who, again) in enumerate(((0, False), (1, False), (0, True), (0, False), (1, True))):
        clock.advance(timedelta(days=1))
        with writing(engine) as connection:
            person_id = people[who].id
            known = ids.get(person_id) if again else None
            body = {"n": number, "due_on": f"2026-04-0{number + 1}"}
            made = save(connection, kind="plan", person_id=person_id, body=body, actor="t", document_id=known)
            save(connection, kind="exam", person_id=person_id, body={"n": -1}, actor="t")
            ids.setdefault(person_id, made.document_id)
    with reading(engine) as connection:
        rows = {
            row.person_id: row
            for row in newest_due(connection, kind="plan", first=date(2026, 4, 1), last=date(2026, 4, 5))
        }
        assert set(rows) == {people[0].id, people[1].id}
        for person_id, row in rows.items():
            alone = latest(connection, kind="plan", person_id=person_id)
            assert alone is not None
            assert row.due_on.isoformat() == alone.body["due_on"]
            (read,) = rows_at(connection, [row]).values()
            assert (read.document_id, read.version, read.body) == (
                alone.document_id,
                alone.version,
                alone.body,
            )
        due = newest_due(connection, kind="plan", first=date(2026, 4, 5), last=date(2026, 4, 5))
        assert [row.person_id for row in due] == [people[1].id]
        assert newest_due(connection, kind="plan", first=date(2026, 4, 1), last=date(2026, 4, 3)) == ()
        recent = rows_since(connection, kind="plan", since=clock() - timedelta(hours=25))
        assert [(row.person_id, row.version) for row in recent] == [(people[0].id, 1), (people[1].id, 2)]


def test_the_plans_of_an_earlier_version_are_found_by_their_day_and_stay_as_they_were(
    engine: sa.Engine,
) -> None:
    with writing(engine) as connection:
        details = PersonDetails(given_name="Ana", family_name="Demo", synthetic=True)
        ana = add_person(connection, details, actor="test")
        body = {"plan": {"review_on": "2026-04-02"}, "shown": []}
        kept = save(connection, kind="plan", person_id=ana.id, body=body, actor="t")
        connection.execute(sa.text("DROP INDEX ix_documents_due"))
        connection.execute(sa.text("ALTER TABLE documents DROP COLUMN due_on"))
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '0013_born_alike'"))
    upgrade(engine)
    with reading(engine) as connection:
        (due,) = newest_due(connection, kind="plan", first=date(2026, 4, 1), last=date(2026, 4, 3))
        assert (due.document_id, due.due_on) == (kept.document_id, date(2026, 4, 2))
        assert latest(connection, kind="plan", person_id=ana.id) == kept
    with pytest.raises(DBAPIError, match="append-only"), writing(engine) as connection:
        connection.execute(sa.text("UPDATE documents SET made_by = 'somebody'"))


def test_what_nobody_signed_is_found_in_its_newest_version(engine: sa.Engine, clock: Clock) -> None:
    with writing(engine) as connection:
        details = PersonDetails(given_name="Ana", family_name="Demo", synthetic=True)
        ana = add_person(connection, details, actor="test")
        signed, corrected, draft = (
            save(connection, kind="exam", person_id=ana.id, body={"n": number}, actor="t")
            for number in range(3)
        )
        save(connection, kind="plan", person_id=ana.id, body={"n": 3}, actor="t")
        for one in (signed, corrected):
            sign(connection, document_id=one.document_id, version=1, actor="t", digest=one.digest)
    clock.advance(timedelta(days=1))
    with writing(engine) as connection:
        save(
            connection,
            kind="exam",
            person_id=ana.id,
            body={"n": 4},
            actor="other",
            document_id=corrected.document_id,
        )
    with reading(engine) as connection:
        rows = unsigned_rows(connection, kind="exam")
        assert [(row.document_id, row.version, row.made_by) for row in rows] == [
            (corrected.document_id, 2, "other"),
            (draft.document_id, 1, "t"),
        ]
        assert unsigned_rows(connection, kind="exam", person_id=ana.id) == rows
        assert unsigned_rows(connection, kind="exam", person_id="nobody") == ()
