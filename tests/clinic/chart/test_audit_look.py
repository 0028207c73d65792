"""Claims: the log is read in pages, none lost and none twice; a page of a long log walks an index and has a bound."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from spondyl.clinic.chart import audit_look
from spondyl.clinic.chart.audit import AuditEntry
from spondyl.clinic.chart.audit_look import UNDONE, Asked, known_actions, look, place_of
from spondyl.clinic.chart.tables import audit
from spondyl.clinic.chart.transaction import reading, writing

BEGIN = datetime(2026, 3, 2, 9, tzinfo=UTC)
ROWS = 700


@pytest.fixture
def log(engine: sa.Engine) -> sa.Engine:
    """Seven rows a second in three lanes; every hundredth is an erasure, by admin."""
    rows = [
        {
            "lane": 20 + number % 3,
            "sequence": number // 3 + 1,
            "at": (BEGIN + timedelta(seconds=number // 7)).isoformat(),
            "actor": "admin" if number % 100 == 0 else "desk",
            "action": "erase person" if number % 100 == 0 else ("book visit", "undo: moved")[number % 2],
            "subject": f"person p{number % 10}",
            "detail": f'{{"number": {number}}}',
            "seal": "0" * 64,
        }
        for number in range(ROWS)
    ]
    with writing(engine) as connection:
        connection.execute(audit.insert(), rows)
    return engine


def walked(engine: sa.Engine, asked: Asked, limit: int) -> tuple[list[AuditEntry], int]:
    """Every row of every page, and how many pages that took."""
    found: list[AuditEntry] = []
    before, pages = None, 0
    with reading(engine) as connection:
        while True:
            page = look(connection, asked, before=before, limit=limit)
            found.extend(page.entries)
            pages += 1
            if page.older is None:
                return found, pages
            before = place_of(page.older.text)
            assert before == page.older


def numbers(found: list[AuditEntry]) -> list[int]:
    return [one.detail["number"] for one in found]


@pytest.mark.parametrize("limit", [1, 10, 99, ROWS, ROWS + 1])
def test_pages_hold_every_row_once_and_the_newest_first(log: sa.Engine, limit: int) -> None:
    found, pages = walked(log, Asked(), limit)
    assert sorted(numbers(found)) == list(range(ROWS))
    assert [one.at for one in found] == sorted((one.at for one in found), reverse=True)
    assert pages == -(-ROWS // limit)


@pytest.mark.parametrize(("most", "patience_s"), [(50, 0), (50, 60), (20_000, 60)])
def test_each_search_finds_all_and_only_what_fits_however_short_a_look_is(
    log: sa.Engine, monkeypatch: pytest.MonkeyPatch, most: int, patience_s: float
) -> None:
    monkeypatch.setattr(audit_look, "LOOKED_AT", most)
    monkeypatch.setattr(audit_look, "PATIENCE_S", patience_s)
    monkeypatch.setattr(audit_look, "FEW", 100)
    hundreds = list(range(ROWS - 100, -1, -100))
    for asked, wanted in (
        (Asked(actors=["admin"]), hundreds),
        (Asked(actions=["erase person"]), hundreds),
        (Asked(actions=[UNDONE]), [one for one in range(ROWS) if one % 2]),
        (Asked(actions=["book visit"], actors=["desk"]), [one for one in range(0, ROWS, 2) if one % 100]),
        (Asked(subjects=["person p3", "person p4"]), [one for one in range(ROWS) if one % 10 in (3, 4)]),
        (Asked(first=BEGIN + timedelta(seconds=10), end=BEGIN + timedelta(seconds=12)), list(range(70, 84))),
        (Asked(actors=["nobody"]), []),
    ):
        found, _ = walked(log, asked, 20)
        assert sorted(numbers(found)) == sorted(wanted), asked


@pytest.mark.parametrize("actor", ["admin", "nobody"])
def test_one_page_looks_through_a_long_log_for_a_rare_person(
    log: sa.Engine, monkeypatch: pytest.MonkeyPatch, actor: str
) -> None:
    monkeypatch.setattr(audit_look, "LOOKED_AT", 50)
    monkeypatch.setattr(audit_look, "PATIENCE_S", 60)
    found, pages = walked(log, Asked(actors=[actor]), 20)
    assert (len(found), pages) == ({"admin": 7, "nobody": 0}[actor], 1)


def test_a_look_that_ended_early_says_how_far_it_went(
    log: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit_look, "LOOKED_AT", 70)
    monkeypatch.setattr(audit_look, "PATIENCE_S", 0)
    with reading(log) as connection:
        page = look(connection, Asked(actors=["nobody"]))
    assert page.entries == () and page.older is not None
    assert page.looked_to == BEGIN + timedelta(seconds=ROWS // 7 - 10)


def test_the_actions_are_found_by_steps_and_all_undone_changes_count_as_one(log: sa.Engine) -> None:
    with reading(log) as connection:
        assert known_actions(connection) == ("book visit", "erase person", UNDONE)


def test_a_page_walks_the_index_of_time_and_sorts_no_more_than_one_moment(embedded_engine: sa.Engine) -> None:
    place = place_of("2026-03-02T09:00:00+00:00|5|20")
    statements: list[str] = []
    with reading(embedded_engine) as connection:
        sa.event.listen(connection, "before_cursor_execute", lambda *given: statements.append(given[2]))
        look(connection, Asked())
        look(connection, Asked(), before=place)
        look(connection, Asked(actors=["desk"]))
        look(connection, Asked(actors=["desk"], actions=[UNDONE]))
        for text in tuple(statements):
            values = (5,) * text.count("?")
            plan = " ".join(
                str(row) for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", values)
            )
            assert "ix_audit_at" in plan and ("LAST 2 TERMS" in plan or "COVERING" in plan), plan


@pytest.mark.parametrize("text", ["", "x", "2026|1", "2026|x|0", "2026|1|-1", f"2026|{10**30}|0"])
def test_what_is_no_place_is_none(text: str) -> None:
    assert place_of(text) is None
