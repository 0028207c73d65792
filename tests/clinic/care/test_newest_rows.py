"""Claim: one query finds, for every patient, the newest version of the document begun last; on both databases."""

from datetime import timedelta

import sqlalchemy as sa

from clinic_charts import Clock
from spondyl.clinic.care.newest_rows import newest_saying, rows_at, rows_since, unsigned_rows
from spondyl.clinic.chart.documents import latest, save, sign
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
            body = {"plan": {"n": number, "review_on": f"2026-04-0{number + 1}"}}
            made = save(connection, kind="plan", person_id=person_id, body=body, actor="t", document_id=known)
            save(connection, kind="exam", person_id=person_id, body={"n": -1}, actor="t")
            ids.setdefault(person_id, made.document_id)
    with reading(engine) as connection:
        asked = {"kind": "plan", "field": ("plan", "review_on")}
        rows = {
            row.person_id: row
            for row in newest_saying(connection, **asked, first="2026-04-01", last="2026-04-05")
        }
        assert set(rows) == {people[0].id, people[1].id}
        for person_id, row in rows.items():
            alone = latest(connection, kind="plan", person_id=person_id)
            assert alone is not None
            assert row.said == alone.body["plan"]["review_on"]
            (read,) = rows_at(connection, [row]).values()
            assert (read.document_id, read.version, read.body) == (
                alone.document_id,
                alone.version,
                alone.body,
            )
        due = newest_saying(connection, **asked, first="2026-04-05", last="2026-04-05")
        assert [row.person_id for row in due] == [people[1].id]
        assert newest_saying(connection, **asked, first="2026-04-01", last="2026-04-03") == ()
        recent = rows_since(connection, kind="plan", since=clock() - timedelta(hours=25))
        assert [(row.person_id, row.version) for row in recent] == [(people[0].id, 1), (people[1].id, 2)]


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
