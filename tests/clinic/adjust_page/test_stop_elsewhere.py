"""Claims: the STOP on another page stops by its own secret, before database and sign-in, however old the page is;
without that secret nobody else's site stops anything."""

import html
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from adjust_course import consented, filled
from audit_rows import entries
from clinic_apps import Browser
from spondyl.clinic.adjust.desk import Desk
from spondyl.clinic.adjust.session_process import SessionProcess
from spondyl.clinic.chart.accounts import Account
from spondyl.clinic.chart.people import Person, PersonDetails, add_person
from spondyl.clinic.chart.roles import Role
from spondyl.clinic.chart.sessions import close_session, open_session
from spondyl.clinic.chart.transaction import reading, writing
from spondyl.clinic.web.cookies import session_cookie
from spondyl.clinic.web.services import Services

Open = Callable[[Role], Browser]


@pytest.fixture
def ready(services: Services, patient: Person) -> Person:
    return consented(services, patient)


@contextmanager
def running(clinician: Browser, patient: Person) -> Iterator[tuple[SessionProcess, str]]:
    """A session that waits for its page, and the address of the STOP on the set-up page in another tab."""
    where = clinician.submit(f"/patients/{patient.id}/adjust", **filled()).headers["location"]
    desk: Desk = clinician.app.state.desk
    live = desk.of_run(where.rpartition("/")[2])
    assert live is not None
    found = re.search(
        r'action="([^"]*/stop[^"]*)" data-at-once', clinician.get(f"/patients/{patient.id}/adjust").text
    )
    assert found
    try:
        yield live, html.unescape(found[1])
    finally:
        live.press_stop("the test")


def sign_in_again(client: Browser, services: Services, staff: dict[Role, Account]) -> None:
    """In another tab: the browser's session is another one from now on."""
    name = session_cookie(services.settings)
    with writing(services.engine) as connection:
        close_session(connection, client.cookies[name])
        token = open_session(connection, staff[Role.CLINICIAN].id)
    client.cookies.set(name, token)


def test_the_stop_of_a_page_from_before_signing_in_again_stops(
    services: Services, staff: dict[Role, Account], browser: Open, ready: Person
) -> None:
    clinician = browser(Role.CLINICIAN)
    with running(clinician, ready) as (live, stop):
        old = clinician.csrf()
        sign_in_again(clinician, services, staff)
        # The token of that page is no good for anything else any more.
        assert clinician.post("/sign-out", data={"csrf": old}).status_code == 403
        answer = clinician.post(stop, data={"csrf": old})
        assert live.stop.by == "Test Clinician, from another page"
    assert answer.status_code == 303 and answer.headers["location"].startswith(
        f"/patients/{ready.id}/adjust/"
    )
    with reading(services.engine) as connection:
        (entry,) = entries(connection, action="stop adjustment")
    assert entry.actor == "clinician"


def test_the_stop_of_somebody_signed_out_meanwhile_stops_says_so_and_is_logged(
    services: Services, browser: Open, ready: Person
) -> None:
    clinician = browser(Role.CLINICIAN)
    with running(clinician, ready) as (live, stop):
        clinician.submit("/sign-out")
        answer = clinician.post(stop)
        assert live.stop.by == "Test Clinician, from another page"
    assert answer.status_code == 303 and answer.headers["location"].startswith("/sign-in?next=")
    assert "The session was stopped. Sign in to see what it did." in clinician.get("/sign-in").text
    with reading(services.engine) as connection:
        (entry,) = entries(connection, action="stop adjustment")
    assert entry.actor == "clinician" and entry.subject == ready.subject
    assert entry.detail["signed_out"] is True


@pytest.mark.parametrize("signed_in", [True, False])
def test_a_stop_by_another_patients_address_is_on_the_chart_of_whose_session_it_is(
    services: Services, browser: Open, ready: Person, signed_in: bool
) -> None:
    with writing(services.engine) as connection:
        other = add_person(connection, PersonDetails(given_name="Bea", family_name="Demo"), actor="test")
    clinician = browser(Role.CLINICIAN)
    with running(clinician, ready) as (live, stop):
        by_hand = stop.replace(ready.id, other.id)
        assert by_hand != stop
        if not signed_in:
            clinician.submit("/sign-out")
        answer = clinician.post(by_hand)
        assert live.stop.is_set()
    if signed_in:
        assert answer.headers["location"].startswith(f"/patients/{ready.id}/adjust/")
    with reading(services.engine) as connection:
        (entry,) = entries(connection, action="stop adjustment")
    assert entry.subject == ready.subject


def test_the_stop_asks_no_database(browser: Open, ready: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    clinician = browser(Role.CLINICIAN)
    with running(clinician, ready) as (live, stop):
        stopped: list[bool] = []

        def asked(*_: object) -> None:
            stopped.append(live.stop.is_set())
            raise AssertionError("the database is asked")

        monkeypatch.setattr("spondyl.clinic.web.viewer.reading", asked)
        with pytest.raises(AssertionError, match="the database is asked"):
            clinician.post(stop)
        assert stopped and all(stopped), "stopped before the first question to the database"


def test_a_limit_of_requests_holds_back_no_stop(browser: Open, ready: Person) -> None:
    clinician = browser(Role.CLINICIAN)
    with running(clinician, ready) as (live, stop):
        clinician.app.state.traffic.per_minute = 0
        assert clinician.get("/today").status_code == 429
        assert clinician.post(stop).status_code == 303
        assert live.stop.is_set()


def test_a_stop_without_the_secret_of_a_page_needs_the_same_site_or_a_token(
    browser: Open, ready: Person
) -> None:
    clinician = browser(Role.CLINICIAN)
    with running(clinician, ready) as (live, stop):
        bare = stop.partition("?")[0]
        forged = stop.replace("Test+Clinician", "Somebody+Else")
        assert forged != stop
        as_other = stop.replace("as=clinician", "as=admin")
        assert as_other != stop
        for address in (bare, forged, as_other, f"{bare}?by=Test+Clinician&key={live.token}"):
            assert clinician.post(address).status_code == 403, address
            assert clinician.post(address, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
        assert not live.stop.is_set()
        # A page of this very browser, whose form the browser itself says was sent from here.
        assert clinician.post(bare, headers={"Sec-Fetch-Site": "same-origin"}).status_code == 303
        assert live.stop.is_set()


def test_the_secret_of_a_stop_is_no_heartbeat(browser: Open, ready: Person) -> None:
    clinician = browser(Role.CLINICIAN)
    with running(clinician, ready) as (live, stop):
        assert live.token not in stop
        key = stop.partition("key=")[2]
        assert clinician.post(f"/adjust/lane/{key}/beat").status_code == 404
