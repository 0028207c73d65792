"""Claims: whoever books, moves, cancels, waits or answers while the database twice ends the work for a deadlock notices
nothing; where it never comes through, the page says that nothing was saved."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from psycopg.errors import DeadlockDetected

from clinic_apps import Browser
from practices import two_offices
from public_pages import offered
from spondyl.clinic.care.intake_record import begin
from spondyl.clinic.chart import audit
from spondyl.clinic.chart.people import Person
from spondyl.clinic.chart.practice import save_practice
from spondyl.clinic.chart.roles import Role
from spondyl.clinic.chart.transaction import reading, writing
from spondyl.clinic.chart.waitlist import waiting_entries
from spondyl.clinic.web.intake.form_link import intake_link
from spondyl.clinic.web.services import Services

Open = Callable[[Role], Browser]
NAME = {"given": "Rosa", "family": "Test-Vega", "contact": "rosa@example.org"}
JOIN = {"visit": "follow", "until": "2026-03-20", "offices": ["yl"]}


@dataclass
class Database:
    """Reports a deadlock at so many of the next audit rows: every change writes one."""

    deadlocks: int = 0


@pytest.fixture
def database(monkeypatch: pytest.MonkeyPatch, services: Services) -> Database:
    with writing(services.engine) as connection:
        save_practice(connection, two_offices(), actor="test")
    made, seal = Database(), audit._seal

    def sealed(*row: Any) -> str:
        made.deadlocks -= 1
        if made.deadlocks >= 0:
            raise DeadlockDetected("deadlock detected")
        return seal(*row)

    monkeypatch.setattr(audit, "_seal", sealed)
    return made


def sent(client: Browser, database: Database, address: str, *, deadlocks: int = 2, **fields: Any) -> Any:
    csrf, client._transport.raise_server_exceptions = client.csrf(), False  # type: ignore[attr-defined]
    database.deadlocks = deadlocks
    answer = client.post(address, data={"csrf": csrf, **fields})
    assert database.deadlocks < 0 or answer.status_code != 303, "the change wrote no audit row"
    database.deadlocks = 0
    return answer


def went_on(client: Browser, database: Database, address: str, **fields: Any) -> str:
    """The page that comes next."""
    answer = sent(client, database, address, **fields)
    assert answer.status_code == 303, f"{address}: {answer.status_code}"
    return answer.headers["location"].split("?")[0]


def test_a_patient_keeps_books_moves_waits_and_cancels(browser: Open, database: Database) -> None:
    visitor = browser(Role.NOBODY)
    first = went_on(visitor, database, "/book/hold", **offered(visitor.get("/book").text))
    went_on(visitor, database, f"{first}/release")
    kept = went_on(visitor, database, "/book/hold", **offered(visitor.get("/book").text))
    visit = went_on(visitor, database, f"{kept}/confirm", **NAME)
    page = visitor.get(f"{visit}/move?day=2026-03-03").text
    moved = went_on(visitor, database, f"{visit}/move", **offered(page))
    went_on(visitor, database, f"{moved}/wait")
    went_on(visitor, database, f"{moved}/cancel")


def test_a_patient_answers_and_chooses_the_language(
    browser: Open, database: Database, services: Services, patient: Person
) -> None:
    with writing(services.engine) as connection:
        link = intake_link(services, begin(connection, patient.id, actor="test"))
    phone = browser(Role.NOBODY)
    went_on(phone, database, f"{link}/language", language="es")
    went_on(phone, database, link, complaint="Duele")


def test_the_desk_puts_a_patient_on_the_waitlist(
    browser: Open, database: Database, services: Services, patient: Person
) -> None:
    desk, address = browser(Role.FRONT_DESK), f"/patients/{patient.id}/visits/wait"
    refused = sent(desk, database, address, deadlocks=99, **JOIN)
    assert refused.status_code == 409 and "nothing was saved. Send it once more" in refused.text
    went_on(desk, database, address, **JOIN)
    with reading(services.engine) as connection:
        assert [one.person for one in waiting_entries(connection)] == [patient.id]


def test_what_is_not_tried_again_by_itself_says_that_nothing_was_saved(
    browser: Open, database: Database, patient: Person
) -> None:
    """Most pages of the staff write one row and its audit row; whoever sent the form sends it once more."""
    clinician = browser(Role.CLINICIAN)
    answer = sent(clinician, database, f"/patients/{patient.id}/intake/begin", deadlocks=1)
    assert answer.status_code == 409 and "nothing was saved" in answer.text
