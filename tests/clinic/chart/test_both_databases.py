"""Claims: the same code works on the encrypted file and on PostgreSQL; the chain sees what it must."""

from dataclasses import replace
from datetime import timedelta
from threading import Event, Thread

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from audit_rows import entries
from clinic_charts import Clock
from spondyl.clinic.chart import documents
from spondyl.clinic.chart.audit import verify
from spondyl.clinic.chart.people import (
    PersonDetails,
    add_person,
    change_person,
    find_people,
    person_to_change,
)
from spondyl.clinic.chart.tables import metadata, people
from spondyl.clinic.chart.transaction import reading, writing

ANA = PersonDetails(given_name="Ána", family_name="Ruiz")


def test_the_migrations_make_exactly_the_tables(engine: sa.Engine) -> None:
    with reading(engine) as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_a_person_is_found_without_accents_and_is_in_the_log(engine: sa.Engine) -> None:
    with writing(engine) as connection:
        ana = add_person(connection, ANA, actor="desk")
    with reading(engine) as connection:
        assert find_people(connection, "ruiz ana") == [ana]
        assert find_people(connection, str(ana.record_number)) == [ana]
        assert [(one.actor, one.subject) for one in entries(connection)] == [("desk", ana.subject)]
        assert verify(connection).sound


def test_the_words_of_a_database_error_name_no_patient(engine: sa.Engine) -> None:
    """They go into the server's log, which no chart's rights guard."""
    with writing(engine) as connection:
        add_person(connection, ANA, actor="desk")
        row = dict(connection.execute(sa.select(people)).mappings().one())
    with pytest.raises(sa.exc.IntegrityError) as refused, writing(engine) as connection:
        connection.execute(people.insert().values(row))
    assert "UNIQUE" in str(refused.value).upper() and "Ruiz" not in str(refused.value)


def test_what_was_saved_under_a_clock_that_was_ahead_is_not_the_newest_for_ever(
    engine: sa.Engine, clock: Clock
) -> None:
    with writing(engine) as connection:
        ana = add_person(connection, ANA, actor="desk")
    for number, step in enumerate((timedelta(days=30), timedelta(days=-30), timedelta(minutes=1))):
        clock.advance(step)
        with writing(engine) as connection:
            saved = documents.save(connection, kind="plan", person_id=ana.id, body={"n": number}, actor="dr")
            assert documents.latest(connection, kind="plan", person_id=ana.id) == saved
    with reading(engine) as connection:
        assert clock() in {one.at for one in entries(connection)}
        assert [
            one.body["n"] for one in documents.newest_of_each(connection, kind="plan", person_id=ana.id)
        ] == [
            2,
            1,
            0,
        ]


def test_what_fails_half_way_leaves_nothing(engine: sa.Engine) -> None:
    with pytest.raises(RuntimeError), writing(engine) as connection:
        add_person(connection, ANA, actor="desk")
        raise RuntimeError
    with reading(engine) as connection:
        assert find_people(connection) == []
        assert verify(connection).rows == 0


def test_documents_keep_every_version_and_refuse_a_lost_update(engine: sa.Engine) -> None:
    with writing(engine) as connection:
        person_id = add_person(connection, ANA, actor="desk").id
        first = documents.save(connection, kind="exam", person_id=person_id, body={"a": 1}, actor="dr")
        second = documents.save(
            connection,
            kind="exam",
            person_id=person_id,
            body={"a": 2},
            actor="dr",
            document_id=first.document_id,
            after_version=1,
        )
        signed = documents.sign(
            connection, document_id=second.document_id, version=2, actor="dr", digest=second.digest
        )
    assert signed.signed
    with (
        pytest.raises(documents.DocumentChangedError, match="Version 2 was saved"),
        writing(engine) as connection,
    ):
        documents.save(
            connection,
            kind="exam",
            person_id=person_id,
            body={},
            actor="dr",
            document_id=first.document_id,
            after_version=1,
        )
    with reading(engine) as connection:
        assert [one.body for one in documents.history(connection, first.document_id)] == [{"a": 1}, {"a": 2}]
        assert documents.latest(connection, kind="exam", person_id=person_id) == signed


def test_who_changes_a_person_waits_for_whoever_began_before_and_sees_what_was_written(
    engine: sa.Engine,
) -> None:
    with writing(engine) as connection:
        ana = add_person(connection, ANA, actor="desk")
    seen: list[str] = []
    has_begun = Event()

    def second() -> None:
        has_begun.set()
        with writing(engine) as connection:
            seen.append(person_to_change(connection, ana.id).details.phone)

    with writing(engine) as connection:
        person_to_change(connection, ana.id)
        other = Thread(target=second)
        other.start()
        assert has_begun.wait(10.0)
        other.join(0.3)
        assert seen == [], "it waits"
        change_person(connection, ana.id, replace(ANA, phone="+1 714 555 0122"), actor="desk")
    other.join(30.0)
    assert seen == ["+1 714 555 0122"]
