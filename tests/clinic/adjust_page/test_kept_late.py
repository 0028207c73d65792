"""Claims: an end that the chart does not take is said on the page with the way to keep it, also by a server that was
begun anew, which keeps it from the record; a check of a record that was cut off by the server's end is begun again by
whoever looks, and one that cannot be made says why; a report says whose it is and who did it, and none is made of
another file than was kept; no chart is erased while its session is not over."""

import hashlib
import re
import sqlite3
import time
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader
from sqlalchemy.exc import OperationalError

from adjust_course import consented, filled
from audit_rows import entries
from clinic_apps import ADDRESS, Browser
from live_sessions import events
from spondyl.clinic.adjust.session_process import SessionProcess
from spondyl.clinic.care.adjustment_record import StoredAdjustment, adjustment_at
from spondyl.clinic.chart.accounts import Account
from spondyl.clinic.chart.people import Person
from spondyl.clinic.chart.roles import Role
from spondyl.clinic.chart.sessions import open_session
from spondyl.clinic.chart.transaction import reading, writing
from spondyl.clinic.web import create_app
from spondyl.clinic.web.adjust import keeping
from spondyl.clinic.web.cookies import session_cookie
from spondyl.clinic.web.services import Services

Open = Callable[[Role], Browser]
PATIENCE_S = 60.0
"""Of these tests: the machine may be busy."""
WAITS = "adjust/ended.js"


@pytest.fixture
def ready(services: Services, patient: Person) -> Person:
    return consented(services, patient)


def until(true: Callable[[], Any], what: str) -> None:
    end_s = time.monotonic() + PATIENCE_S
    while not true():
        assert time.monotonic() < end_s, f"It never came: {what}"
        time.sleep(0.05)


def stopped_session(clinician: Browser, patient: Person) -> tuple[str, SessionProcess]:
    """One that was stopped before its page came, as short as there is; its feed is over."""
    where = clinician.submit(f"/patients/{patient.id}/adjust", **filled()).headers["location"]
    live: SessionProcess = clinician.app.state.desk.of_run(where.rpartition("/")[2])
    live.press_stop("the test")
    until(lambda: live.feed.is_over, "the end of the session")
    return where, live


def full(*_: object, **__: object) -> None:
    raise OperationalError("INSERT", {}, sqlite3.OperationalError("database or disk is full"))


def stored_at(services: Services, where: str) -> StoredAdjustment:
    _, _, person, _, run = where.split("/")
    with reading(services.engine) as connection:
        return adjustment_at(connection, person, run)


def restarted(services: Services, account: Account) -> Browser:
    """A browser on a server that was begun anew with the same chart."""
    client = Browser(create_app(services), base_url=ADDRESS, follow_redirects=False)
    with writing(services.engine) as connection:
        token = open_session(connection, account.id)
    client.cookies.set(session_cookie(services.settings), token)
    return client


def cut_off(services: Services, clinician: Browser, patient: Person) -> str:
    """A session whose server ended before the check of its record was kept."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(keeping, "keep_check", lambda *_, **__: None)
        where, _ = stopped_session(clinician, patient)
    stored = stored_at(services, where)
    assert stored.outcome is not None and stored.check is None
    return where


def test_a_check_that_was_cut_off_is_begun_again_by_whoever_looks(
    services: Services, staff: dict[Role, Account], browser: Open, ready: Person
) -> None:
    where = cut_off(services, browser(Role.CLINICIAN), ready)
    client = restarted(services, staff[Role.CLINICIAN])
    assert "being checked" in (page := client.get(where).text) and WAITS in page
    until(lambda: client.get(f"{where}/state").json()["over"], "the end of the check")
    page = client.get(where).text
    assert re.search(r"<dt>Replay</dt><dd>.*?>identical<", page, re.DOTALL) and WAITS not in page
    check = stored_at(services, where).check
    assert check is not None and check["verdict"] == "identical"


def test_a_check_that_cannot_be_made_says_why_and_is_made_when_asked_again(
    services: Services, staff: dict[Role, Account], browser: Open, ready: Person
) -> None:
    where = cut_off(services, browser(Role.CLINICIAN), ready)
    path = stored_at(services, where).path(services.data_dir)
    away = path.rename(path.with_suffix(".away"))
    client = restarted(services, staff[Role.CLINICIAN])
    client.get(where)
    until(lambda: client.get(f"{where}/state").json()["over"], "the end of the check")
    page = client.get(where).text
    assert "The check was cut off" in page and "No such file" in page and WAITS not in page
    assert f'action="{where}/check"' in page
    Path(away).rename(path)
    assert client.submit(f"{where}/check").headers["location"] == where
    until(lambda: client.get(f"{where}/state").json()["over"], "the end of the check")
    assert (stored_at(services, where).check or {})["verdict"] == "identical"


def test_an_end_that_is_not_kept_is_said_with_what_to_do_and_kept_when_there_is_room(
    services: Services, browser: Open, ready: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    clinician = browser(Role.CLINICIAN)
    with monkeypatch.context() as patch:
        patch.setattr(keeping, "keep_finished", full)
        where, live = stopped_session(clinician, ready)
        kinds = [one["kind"] for one in events(live.feed)]
        assert "unkept" in kinds and "end" not in kinds, "what is not kept is not told as the end"
        stream = clinician.get(f"{where}/stream")
        assert stream.content == live.feed.after(0)[2]
        assert stream.headers["X-Accel-Buffering"] == "no", "nginx held the first frames back for 8 s"
        page = clinician.get(where).text
        assert "Ended, not kept" in page and "database or disk is full" in page and "INSERT" not in page
        assert f'action="{where}/keep"' in page and WAITS not in page and "being ended" not in page
        assert clinician.get(f"{where}/state").json()["over"] is True
        again = clinician.submit(f"{where}/keep")
        assert again.status_code == 303
        assert "It still cannot be kept: database or disk is full" in clinician.get(where).text
    clinician.submit(f"{where}/keep")
    outcome = stored_at(services, where).outcome
    assert outcome is not None and outcome["stopped_because"] == "stop_pressed"
    page = clinician.get(where).text
    assert "Ended, stopped" in page and "being checked" in page
    until(lambda: clinician.get(f"{where}/state").json()["over"], "the check of the record")
    assert (stored_at(services, where).check or {})["verdict"] == "identical"
    # Once kept, it is not kept twice.
    version = stored_at(services, where).version
    clinician.submit(f"{where}/keep")
    assert stored_at(services, where).version == version


def unkept_over_a_restart(
    services: Services, staff: dict[Role, Account], clinician: Browser, patient: Person
) -> tuple[str, Browser]:
    """A session whose end the chart did not take before the server was begun anew."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(keeping, "keep_finished", full)
        where, _ = stopped_session(clinician, patient)
    assert stored_at(services, where).outcome is None
    return where, restarted(services, staff[Role.CLINICIAN])


def test_an_end_that_is_not_kept_is_still_said_and_kept_from_the_record_after_a_restart(
    services: Services, staff: dict[Role, Account], browser: Open, ready: Person
) -> None:
    where, client = unkept_over_a_restart(services, staff, browser(Role.CLINICIAN), ready)
    page = client.get(where).text
    assert "Ended, not kept" in page and f'action="{where}/keep"' in page and "has no end" not in page
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(keeping, "keep_finished", full)
        client.submit(f"{where}/keep")
        assert "It still cannot be kept: database or disk is full" in client.get(where).text
    client.submit(f"{where}/keep")
    stored = stored_at(services, where)
    assert stored.outcome is not None and stored.outcome["stopped_because"] == "stop_pressed"
    digest = hashlib.sha256(stored.path(services.data_dir).read_bytes()).hexdigest()
    assert stored.outcome["record_sha256"] == digest
    assert "not known any more" in stored.stopped_by
    with reading(services.engine) as connection:
        (row,) = entries(connection, action="end adjustment")
    assert row.actor == staff[Role.CLINICIAN].sign_in_name
    client.submit(f"{where}/keep")
    assert "being checked" in client.get(where).text
    until(lambda: client.get(f"{where}/state").json()["over"], "the check of the record")
    assert (stored_at(services, where).check or {})["verdict"] == "identical"
    with reading(services.engine) as connection:
        assert len(entries(connection, action="end adjustment")) == 1, "kept once"


def test_no_end_is_kept_from_a_record_that_has_none_or_is_another_session_s(
    services: Services, staff: dict[Role, Account], browser: Open, ready: Person
) -> None:
    clinician = browser(Role.CLINICIAN)
    other, _ = stopped_session(clinician, ready)
    where, client = unkept_over_a_restart(services, staff, clinician, ready)
    path = stored_at(services, where).path(services.data_dir)
    theirs = stored_at(services, other).path(services.data_dir).read_bytes()
    for content in (path.read_bytes()[:-2048], theirs):
        path.write_bytes(content)
        page = client.get(where).text
        assert "No end is kept" in page and f'action="{where}/keep"' not in page
        assert client.submit(f"{where}/keep").status_code == 409
        assert stored_at(services, where).outcome is None


def said_whose_it_is(report: bytes, patient: Person) -> None:
    """On every page of the report, however it is printed."""
    pages = [one.extract_text() for one in PdfReader(BytesIO(report)).pages]
    assert all(f"Record {patient.record_number}, {patient.full_name}." in one for one in pages)
    assert f"{patient.full_name}, birth date not known, record {patient.record_number}" in pages[0]
    assert "Test Clinician" in pages[0]


def test_no_report_is_made_of_a_record_that_is_not_the_one_that_was_checked(
    services: Services, browser: Open, ready: Person
) -> None:
    clinician = browser(Role.CLINICIAN)
    where, _ = stopped_session(clinician, ready)
    other, _ = stopped_session(clinician, ready)
    until(lambda: stored_at(services, where).check, "the check of the record")
    path = stored_at(services, where).path(services.data_dir)
    whole = path.read_bytes()
    report = clinician.get(f"{where}/report")
    assert report.headers["content-type"] == "application/pdf"
    said_whose_it_is(report.content, ready)
    named = re.search(r'filename="([^"]+)"', report.headers["content-disposition"])
    assert named and re.fullmatch(
        rf"adjustment-{ready.record_number}-\d{{4}}(-\d\d){{2}}-\d{{4}}\.pdf", named[1]
    )
    theirs = stored_at(services, other).path(services.data_dir).read_bytes()
    for content, why in (
        (theirs, "changed or exchanged"),
        (whole[:-1024], "changed or exchanged"),
        (whole[:900] + b"?" + whole[901:], "cannot be read"),
        (b"", "cannot be read"),
    ):
        path.write_bytes(content)
        answer = clinician.get(f"{where}/report")
        assert answer.status_code == 409 and why in answer.text
        assert clinician.get(where).status_code == 200


def test_a_chart_is_not_erased_before_the_session_that_was_made_ready_has_ended(
    services: Services, browser: Open, ready: Person
) -> None:
    clinician = browser(Role.CLINICIAN)
    where = clinician.submit(f"/patients/{ready.id}/adjust", **filled()).headers["location"]
    sent = {"record_number": str(ready.record_number), "ground": "order"}
    administrator = browser(Role.ADMINISTRATOR)
    answer = administrator.submit(f"/admin/retention/{ready.id}", **sent)
    assert answer.status_code == 422 and "is ready or runs. End it first." in answer.text
    live: SessionProcess = clinician.app.state.desk.of_run(where.rpartition("/")[2])
    live.press_stop("the test")
    until(lambda: live.feed.is_over, "the end of the session")
    path = stored_at(services, where).path(services.data_dir)
    assert path.exists()
    assert administrator.submit(f"/admin/retention/{ready.id}", **sent).status_code == 303
    assert not path.exists()
