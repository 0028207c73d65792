"""Claims: the check of the whole audit log goes on beside the requests, and the page says what it found, as of when; a
look for a patient says when more fit than it looks at."""

import re
from collections.abc import Callable
from datetime import timedelta
from threading import Event
from typing import Any

import pytest
import sqlalchemy as sa

from clinic_apps import Browser
from clinic_charts import Clock
from spondyl.clinic.chart.anchor import write_checkpoint
from spondyl.clinic.chart.audit import Verdict, record, verify
from spondyl.clinic.chart.keys import anchor_signer
from spondyl.clinic.chart.people import PersonDetails, add_person
from spondyl.clinic.chart.roles import Role
from spondyl.clinic.chart.tables import audit
from spondyl.clinic.chart.transaction import reading, writing
from spondyl.clinic.clinic_home import home_at
from spondyl.clinic.verify_audit import AuditState
from spondyl.clinic.web.admin.audit_check import AuditCheck
from spondyl.clinic.web.services import Services

Open = Callable[[Role], Browser]
PATIENCE_S = 60.0


def more(services: Services) -> None:
    """A row and a checkpoint, as a running clinic writes them."""
    path = home_at(services.data_dir).anchor_file(services.settings)
    with writing(services.engine) as connection:
        record(connection, actor="dr", action="save", subject="person 1")
    with reading(services.engine) as connection:
        write_checkpoint(connection, path, signer=anchor_signer(services.secret))


def checked(admin: Browser) -> str:
    """The page once the check that it asks for has ended."""
    assert admin.submit("/admin/audit/check").status_code == 303
    assert admin.app.state.audit_check.wait(PATIENCE_S)
    return admin.get("/admin/audit").text


def test_the_page_says_what_the_check_found(browser: Open, services: Services) -> None:
    admin = browser(Role.ADMINISTRATOR)
    more(services)
    whole = checked(admin)
    assert "The log is whole" in whole and "as it was at 2 March 2026" in whole
    assert "Checked this log" in whole and "The log is being checked" not in whole
    with writing(services.engine) as connection:
        connection.exec_driver_sql("DROP TRIGGER audit_no_update")
        connection.execute(audit.update().where(audit.c.action == "save").values(actor="someone"))
    assert "The log was changed" in checked(admin)


def test_after_a_restart_the_last_check_is_told_with_its_time_and_not_as_a_fresh_one(
    browser: Open, services: Services, clock: Clock
) -> None:
    admin = browser(Role.ADMINISTRATOR)
    more(services)
    assert "The last check" not in checked(admin)
    clock.advance(timedelta(minutes=5))
    admin.app.state.audit_check = AuditCheck()
    again = admin.get("/admin/audit").text
    assert "The log is whole" not in again
    assert re.search(
        r"The last check, of 2 March 2026[^<]*:</strong> It found no problem among \d+ rows?\.", again
    )
    with writing(services.engine) as connection:
        connection.exec_driver_sql("DROP TRIGGER audit_no_update")
        connection.execute(audit.update().where(audit.c.action == "save").values(actor="someone"))
    checked(admin)
    admin.app.state.audit_check = AuditCheck()
    again = admin.get("/admin/audit").text
    assert 'class="notice stop"' in again and "check again to see which" in again
    with writing(services.engine) as connection:
        better = sa.func.replace(audit.c.detail, '"problems":1', '"problems":0')
        connection.execute(audit.update().where(audit.c.action == "check audit").values(detail=better))
    again = admin.get("/admin/audit").text
    assert (
        "The row that tells what the last check found was changed" in again
        and "found no problem" not in again
    )


def test_a_long_check_holds_up_no_request_and_nothing_written_meanwhile_is_a_problem(
    browser: Open, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    admin, may_end = browser(Role.ADMINISTRATOR), Event()
    walks = list[int]()

    def slowly(connection: sa.Connection, **given: Any) -> Verdict:
        walks.append(1)
        found = verify(connection, **given)
        assert may_end.wait(PATIENCE_S)
        return found

    more(services)
    monkeypatch.setattr("spondyl.clinic.verify_audit.verify", slowly)
    monkeypatch.setattr("spondyl.clinic.web.admin.audit_log.A_SHORT_LOG_S", 0.0)
    for _ in range(2):  # whoever asks twice waits for one check
        assert admin.submit("/admin/audit/check").status_code == 303
    assert "The log is being checked" in admin.get("/admin/audit").text
    more(services)
    may_end.set()
    assert admin.app.state.audit_check.wait(PATIENCE_S) and walks == [1]
    assert "The log is whole" in admin.get("/admin/audit").text


def test_a_check_that_begins_as_another_ends_is_waited_for(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    may_end, walks = Event(), list[int]()

    def slowly(*_: object, **__: object) -> AuditState:
        walks.append(1)
        assert len(walks) == 1 or may_end.wait(PATIENCE_S)
        return AuditState(rows=0, checkpoints=0, problems=())

    class Asked(AuditCheck):
        """Somebody asks again in the very moment in which a check has ended."""

        def __setattr__(self, name: str, value: object) -> None:
            super().__setattr__(name, value)
            if name == "running" and value is None and len(walks) == 1:
                self.begin(services, actor="test")

    monkeypatch.setattr("spondyl.clinic.web.admin.audit_check.check_log", slowly)
    checks = Asked()
    checks.begin(services, actor="test")
    assert not checks.wait(0.5)
    may_end.set()
    assert checks.wait(PATIENCE_S) and checks.running is None and len(walks) == 2


def test_a_check_that_comes_to_nothing_says_why(browser: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> Verdict:
        raise OSError("the disk is gone")

    monkeypatch.setattr("spondyl.clinic.verify_audit.verify", broken)
    page = checked(browser(Role.ADMINISTRATOR))
    assert "was broken off: the disk is gone" in page and "The log is whole" not in page


def test_a_look_for_a_name_that_many_bear_says_so(browser: Open, services: Services) -> None:
    admin, many = (
        browser(Role.ADMINISTRATOR),
        "More than 20 patients fit; add a name, or give the record number.",
    )
    with writing(services.engine) as connection:
        for given in range(20):
            add_person(connection, PersonDetails(given_name=f"A{given}", family_name="Ruiz"), actor="test")
    assert many not in admin.get("/admin/audit?patient=ruiz").text
    with writing(services.engine) as connection:
        add_person(connection, PersonDetails(given_name="Zoe", family_name="Ruiz"), actor="test")
    assert many in admin.get("/admin/audit?patient=ruiz").text
    assert many not in admin.get("/admin/audit?patient=zoe+ruiz").text
