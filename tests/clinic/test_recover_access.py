"""Claim: who holds the key file lets an administrator in again, once and within the hour, and the log says so."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from audit_rows import entries
from clinic_apps import ADDRESS, Browser
from spondyl.clinic.chart.accounts import Account, add_account, change_account
from spondyl.clinic.chart.passkeys import add_passkey, passkeys_of
from spondyl.clinic.chart.roles import Role
from spondyl.clinic.chart.transaction import reading, writing
from spondyl.clinic.cli.app import app
from spondyl.clinic.clinic_home import home_at
from spondyl.clinic.serve import ServeOptions, build_services
from spondyl.clinic.web import create_app
from spondyl.clinic.web.services import Services

PASSWORD, NEW = "four unrelated words here", "four other words instead"


@pytest.fixture
def clinic(tmp_path: Path) -> Iterator[Services]:
    services = build_services(home_at(tmp_path), ServeOptions())
    yield services
    services.engine.dispose()


def added(clinic: Services, name: str, role: Role = Role.ADMINISTRATOR) -> Account:
    with writing(clinic.engine) as connection:
        return add_account(
            connection,
            sign_in_name=name,
            full_name=f"Dr {name}",
            role=role,
            password=PASSWORD,
            actor="test",
        )


def recover(clinic: Services, *words: str, code: int = 0) -> str:
    """What the command prints, and its address apart."""
    ran = CliRunner().invoke(app, ["recover-access", *words, "--data", str(clinic.data_dir)])
    assert ran.exit_code == code, ran.output
    return ran.stdout.strip() if code == 0 else ran.output


def browser(clinic: Services) -> Browser:
    return Browser(create_app(clinic), base_url=ADDRESS, follow_redirects=False)


def test_the_only_administrator_sets_a_new_password_once(clinic: Services) -> None:
    mara = added(clinic, "mara")
    with writing(clinic.engine) as connection:
        key = {"credential_id": "k", "public_key": "a5", "sign_count": 0, "label": "Lost phone"}
        add_passkey(connection, owner=mara, **key)  # type: ignore[arg-type]
    link = recover(clinic)
    assert link.startswith("http://localhost:8080/recover/")
    path, person = link.removeprefix("http://localhost:8080"), browser(clinic)
    shown = person.get(path).text
    assert "Dr mara" in shown and "Lost phone" in shown
    assert person.submit(path, password="short").status_code == 422
    answer = person.submit(path, password=NEW, without_passkeys="true")
    assert answer.headers["location"] == "/today" and person.get("/today").status_code == 200
    again = browser(clinic)
    assert again.get(path).status_code == 410 and again.submit(path, password=PASSWORD).status_code == 410
    assert again.submit("/sign-in", name="mara", password=NEW).status_code == 303
    with reading(clinic.engine) as connection:
        assert passkeys_of(connection, mara.id) == []
        done = [(one.actor, one.action) for one in entries(connection)]
    assert ("command line", "make recovery link") in done and ("recovery link", "set password") in done


def test_the_link_is_good_for_an_hour(clinic: Services) -> None:
    added(clinic, "mara")
    path = recover(clinic, "--address", "https://clinic.example/").removeprefix("https://clinic.example")
    later = replace(clinic, clock=lambda: clinic.clock() + timedelta(minutes=61))
    assert browser(later).get(path).status_code == 410
    assert browser(clinic).get(path[:-2]).status_code == 410
    shown = browser(later).get(path).text
    assert "recover-access" in shown and "start the server again" not in shown, (
        "that is said of the set-up link"
    )


def test_it_is_for_administrators_whose_access_stands(clinic: Services) -> None:
    assert "no administrator yet" in recover(clinic, code=2)
    mara, ben = added(clinic, "mara"), added(clinic, "ben")
    added(clinic, "desk", Role.FRONT_DESK)
    assert "mara (Dr mara)" in recover(clinic, code=2) and "desk" not in recover(clinic, "desk", code=2)
    path = recover(clinic, "MARA").removeprefix("http://localhost:8080")
    with writing(clinic.engine) as connection:
        change_account(connection, mara.id, role=Role.ADMINISTRATOR, active=False, actor="ben")
    assert browser(clinic).get(path).status_code == 410
    assert "ben" in recover(clinic, "mara", code=2) and ben.active


def test_without_the_key_file_there_is_no_link(clinic: Services) -> None:
    added(clinic, "mara")
    (clinic.data_dir / "clinic.key").rename(clinic.data_dir / "elsewhere")
    assert "key" in recover(clinic, code=6)
