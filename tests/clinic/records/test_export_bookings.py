"""Claims: an export holds courses, waitlist and letters of whom it is about, the clinic's also its accounts without
secrets and its whole log; what it lists as its files is what it holds."""

import json
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from clinic_bookings import Bookings, waiting
from clinic_charts import SECRET
from practices import MONDAY
from spondyl.booking import CourseRefused, CourseRule, Phase, Wish
from spondyl.clinic.chart.accounts import add_account
from spondyl.clinic.chart.courses import book_course, propose
from spondyl.clinic.chart.guard import restrict
from spondyl.clinic.chart.roles import Role
from spondyl.clinic.chart.tables import accounts, audit
from spondyl.clinic.chart.transaction import reading, writing
from spondyl.clinic.chart.waitlist import join_waitlist
from spondyl.clinic.films.store import FilmStore
from spondyl.clinic.records import clinic_parts
from spondyl.clinic.records.export_run import begin_export

PASSWORD = "four unrelated words here"


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def told_of(bookings: Bookings) -> None:
    """A course of three visits for the first patient, a wait for the second, whose chart opens for one account."""
    first, second, _ = bookings.people
    wish = Wish(visit_type="follow", office="yl", person=first)
    rule = CourseRule(
        wish=wish, phases=(Phase(visits=3, every_days=2, at_least_days=1, at_most_days=4),), first_day=MONDAY
    )
    with writing(bookings.engine) as connection:
        slots = propose(connection, rule)
        assert not isinstance(slots, CourseRefused)
        book_course(connection, rule, slots, person=first, actor="desk")
        join_waitlist(connection, waiting(bookings, 1), actor="desk")
        made = add_account(
            connection,
            sign_in_name="mara",
            full_name="Mara",
            role=Role.CLINICIAN,
            password=PASSWORD,
            actor="test",
        )
        restrict(connection, second, account_ids=[made.id], actor="test")


@pytest.fixture
def store(tmp_path: Path) -> FilmStore:
    return FilmStore(folder=tmp_path / "films", key=SECRET)


def test_a_patients_export_holds_the_courses_waits_and_letters_and_nobody_elses(
    bookings: Bookings, store: FilmStore, tmp_path: Path
) -> None:
    told_of(bookings)
    held: list[dict[str, Any]] = []
    for number in range(3):
        out = tmp_path / f"out{number}"
        begin_export(
            bookings.engine, store, data_dir=tmp_path, actor="test", person_id=bookings.people[number]
        ).write(out)
        held.append(json.loads((out / "bookings.json").read_text()))
    (course,) = held[0]["courses"]
    assert [visit["number"] for visit in course["visits"]] == [1, 2, 3]
    assert course["rule"]["phases"][0]["visits"] == 3
    assert [letter["kind"] for letter in held[0]["letters"]] == ["course"]
    assert [wait["visit_type"] for wait in held[1]["waitlist"]] == ["follow"]
    assert (held[0]["waitlist"], held[1]["courses"]) == ([], [])
    assert held[2] == {"courses": [], "waitlist": [], "letters": []}


def test_the_clinics_export_holds_what_a_clinic_needs_to_move_on_and_no_secret(
    bookings: Bookings, store: FilmStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clinic_parts, "AUDIT_BATCH", 2)
    told_of(bookings)
    out = tmp_path / "out"
    export = begin_export(bookings.engine, store, data_dir=tmp_path, actor="test")
    with reading(bookings.engine) as connection:
        log = connection.execute(sa.select(audit.c.lane, audit.c.sequence, audit.c.seal)).all()
        hashed = connection.execute(sa.select(accounts.c.password_hash)).scalar_one()
    export.write(out)
    held = {one["record_number"]: one for one in lines(out / "bookings.ndjson")}
    assert (list(held), len(held[1001]["courses"]), len(held[1002]["waitlist"])) == ([1001, 1002], 1, 1)
    (account,) = lines(out / "accounts.ndjson")
    assert (account["sign_in_name"], account["has_password"], account["passkeys"]) == ("mara", True, 0)
    assert lines(out / "restrictions.ndjson")[0]["record_number"] == 1002
    assert lines(out / "practice.ndjson")[0]["practice"]["offices"]
    exported = [(row["lane"], row["sequence"], row["seal"]) for row in lines(out / "audit.ndjson")]
    assert sorted(exported) == sorted(tuple(row) for row in log)
    everything = b"".join(path.read_bytes() for path in out.rglob("*") if path.is_file())
    assert hashed.encode() not in everything and b"argon2" not in everything


@pytest.mark.parametrize("of", ["clinic", "patient"])
def test_the_listing_names_every_file_of_the_export_and_what_is_not_in_it(
    bookings: Bookings, store: FilmStore, tmp_path: Path, of: str
) -> None:
    told_of(bookings)
    person_id = bookings.people[0] if of == "patient" else None
    begin_export(bookings.engine, store, data_dir=tmp_path, actor="test", person_id=person_id).write(
        tmp_path / "out"
    )
    listing = (tmp_path / "out" / "README.txt").read_text()
    for path in (tmp_path / "out").iterdir():
        assert path.suffix == ".parquet" or path.name == "README.txt" or path.name in listing
    assert "Not in it: " in listing and "moved on a film" in listing.split("Not in it: ")[1]
