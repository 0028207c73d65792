"""Claims: a fault shows a page without code; health tells when the database is old; metrics name nobody."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from clinic_apps import ADDRESS, Browser
from clinic_charts import SECRET
from spondyl.clinic.chart.accounts import add_account
from spondyl.clinic.chart.engine import embedded_url, open_engine
from spondyl.clinic.chart.people import Person
from spondyl.clinic.chart.roles import Role
from spondyl.clinic.chart.sessions import open_session
from spondyl.clinic.chart.tables import sign_in_attempts
from spondyl.clinic.chart.transaction import reading, writing
from spondyl.clinic.web import create_app
from spondyl.clinic.web.cookies import session_cookie
from spondyl.clinic.web.services import Services

Open = Callable[[Role], Browser]


def test_a_fault_says_what_to_do_and_keeps_the_headers(
    browser: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = browser(Role.FRONT_DESK)
    monkeypatch.setattr("spondyl.clinic.web.patients.routes.find_people", None)
    desk._transport.raise_server_exceptions = False
    shown = desk.get("/patients")
    assert shown.status_code == 500
    assert "Something went wrong in Spondyl" in shown.text
    assert "NoneType" not in shown.text
    assert "default-src 'self'" in shown.headers["content-security-policy"]


def test_health_is_503_for_a_database_without_its_tables(services: Services, tmp_path: Path) -> None:
    bare = open_engine(embedded_url(tmp_path / "bare.db"), key=SECRET)
    client = Browser(create_app(replace(services, engine=bare)), base_url=ADDRESS)
    answer = client.get("/health")
    assert answer.status_code == 503
    assert "migrate" in answer.json()["status"]
    bare.dispose()


def test_health_and_metrics_answer_and_name_nobody(browser: Open, patient: Person) -> None:
    watcher = browser(Role.NOBODY)
    assert watcher.get("/health").json() == {"status": "ok"}
    browser(Role.CLINICIAN).get(f"/patients/{patient.id}")
    metrics = watcher.get("/metrics").text
    assert 'spondyl_requests{status="200"}' in metrics
    assert "spondyl_audit_rows" in metrics and "spondyl_disk_free_megabytes" in metrics
    assert patient.id not in metrics
    assert patient.details.family_name not in metrics


def test_health_and_metrics_tell_that_films_are_not_received(browser: Open) -> None:
    @dataclass
    class Receiver:
        is_up: bool

    watcher = browser(Role.NOBODY)
    watcher.app.state.films.receiver = Receiver(is_up=True)
    assert watcher.get("/health").json() == {"status": "ok"}
    watcher.app.state.films.receiver = Receiver(is_up=False)
    told = watcher.get("/health")
    assert (told.status_code, told.json()["films"][:12]) == (200, "not received")
    assert "spondyl_film_receiver_up 0" in watcher.get("/metrics").text


@pytest.mark.parametrize("database", ["embedded", "postgres"])
def test_a_character_that_no_text_has_is_refused_in_words(
    request: pytest.FixtureRequest, services: Services, database: str
) -> None:
    engine = request.getfixturevalue(f"{database}_engine")
    client = Browser(create_app(replace(services, engine=engine)), base_url=ADDRESS, follow_redirects=False)
    answer = client.submit("/sign-in", name="ma\0ra", password="a guess")
    # SQLite would keep it, and PostgreSQL not take it in a restore.
    assert answer.status_code == 422 and "a character that no text has" in answer.text
    with reading(engine) as connection:
        assert connection.execute(sa.select(sign_in_attempts)).all() == []
    with writing(engine) as connection:
        account = add_account(
            connection, sign_in_name="desk", full_name="Desk", role=Role.FRONT_DESK, password=None, actor="t"
        )
        token = open_session(connection, account.id)
    client.cookies.set(session_cookie(services.settings), token)
    sent = {"given_name": "An\0a", "family_name": "Ruiz", "sex": "female"}
    refused = client.submit("/patients/new", **sent)
    assert refused.status_code == 422 and "a character that no text has" in refused.text
