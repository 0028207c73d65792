"""Claims: the STOP on another page stops by its own secret, before database and sign-in, however old the page is;
without that secret nobody else's site stops anything. Whoever else looks at a session that runs is told so and may stop
it, the front desk too."""

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
from spondyl.clinic.chart.guard import restrict
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


def stop_on(page: str) -> str:
    """The address of the STOP on a page."""
    found = re.search(r'action="([^"]*/stop[^"]*)" data-at-once', page)
    assert found, "no STOP"
    return html.unescape(found[1])


@contextmanager
def running(clinician: Browser, patient: Person) -> Iterator[tuple[SessionProcess, str]]:
    """A session that waits for its page, and the address of the STOP on the set-up page in another tab."""
    where = clinician.submit(f"/patients/{patient.id}/adjust", **filled()).headers["location"]
    desk: Desk = clinician.app.state.desk
    live = desk.of_run(where.rpartition("/")[2])
    assert live is not None
    try:
        yield live, stop_on(clinician.get(f"/patients/{patient.id}/adjust").text)
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


def test_who_stopped_a_session_is_not_told_that_it_had_ended_already(
    browser: Open, ready: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk, clinician = browser(Role.FRONT_DESK), browser(Role.CLINICIAN)
    with running(clinician, ready) as (live, _):
        stop = stop_on(desk.get("/today").text)

        def late(*asked: object) -> object:
            assert live.has_ended.wait(30)
            return reading(*asked)  # type: ignore[arg-type]

        monkeypatch.setattr("spondyl.clinic.web.viewer.reading", late)
        desk.post(stop)
    assert "The session is stopped. Nothing begins again" in desk.get("/today").text


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


def test_a_session_that_runs_is_shown_so_to_a_colleague_who_may_stop_it(browser: Open, ready: Person) -> None:
    clinician = browser(Role.CLINICIAN)
    with running(clinician, ready) as (live, _):
        where = f"/patients/{ready.id}/adjust"
        run = re.findall(rf'href="{where}/([^"]+)"', clinician.get(where).text)[0]
        assert "data-live" in clinician.get(f"{where}/{run}").text, "the page of the session"
        live.beat()
        listed = clinician.get(where).text
        assert "<td>runs on another page</td>" in listed and "no end is kept" not in listed
        page = clinician.get(f"{where}/{run}").text
        assert "this session runs on another page" in page and "adjust/ended.js" in page
        assert "Stopped:" not in page and "is being ended" not in page
        assert not live.stop.is_set()
        assert clinician.post(stop_on(page)).status_code == 303
        assert live.stop.by == "Test Clinician, from another page"
        page = clinician.get(f"{where}/{run}").text
        assert "runs on another page" not in page and "Test Clinician, from another page" in page


@pytest.mark.parametrize("place", ["/today", "/patients/{id}"])
def test_the_front_desk_finds_a_stop_where_it_looks_and_is_told_what_became_of_it(
    browser: Open, ready: Person, place: str
) -> None:
    desk, clinician = browser(Role.FRONT_DESK), browser(Role.CLINICIAN)
    assert "STOP" not in desk.get(place.format(id=ready.id)).text
    with running(clinician, ready) as (live, _):
        page = desk.get(place.format(id=ready.id)).text
        assert (
            f"A session of {ready.full_name}, record {ready.record_number}, is ready or runs"
            in html.unescape(page)
        )
        answer = desk.post(stop_on(page))
        assert live.stop.by.endswith(", from another page") and "Clinician" not in live.stop.by
        assert answer.headers["location"] == "/today"
        assert "The session is stopped. Nothing begins again" in desk.get("/today").text


def test_a_session_of_a_chart_that_is_shut_is_not_told_on_the_day_s_page(
    services: Services, staff: dict[Role, Account], browser: Open, ready: Person
) -> None:
    with writing(services.engine) as connection:
        restrict(connection, ready.id, account_ids=[staff[Role.CLINICIAN].id], actor="test")
    with running(browser(Role.CLINICIAN), ready):
        told = f"A session of {ready.full_name}"
        assert told in html.unescape(browser(Role.CLINICIAN).get("/today").text)
        assert told not in html.unescape(browser(Role.FRONT_DESK).get("/today").text)
