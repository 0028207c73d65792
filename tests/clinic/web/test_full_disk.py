"""Claims: a full disk is named, saves nothing, and room is all it takes; little room is said before."""

import errno
import shutil
from collections.abc import Callable
from typing import Any, NamedTuple

import psycopg
import pytest
import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from clinic_apps import Browser
from public_pages import held_address, offered
from spondyl.clinic.chart.full_disk import is_full_disk
from spondyl.clinic.chart.practice import save_practice
from spondyl.clinic.chart.roles import Role
from spondyl.clinic.chart.tables import people
from spondyl.clinic.chart.transaction import reading, writing
from spondyl.clinic.sample_practice import sample_practice
from spondyl.clinic.web.services import Services

Open = Callable[[Role], Browser]
PATIENT = {"given_name": "Ana", "family_name": "Ruiz", "phone": "714 555 0100", "sex": "female"}
NAME = {"given": "Rosa", "family": "Test-Vega", "contact": "rosa@example.org"}


class Usage(NamedTuple):
    total: int
    used: int
    free: int


def records(count: int) -> str:
    """The record numbers of the first so many patients, all known to be other people."""
    return " ".join(str(1001 + number) for number in range(count))


def test_a_full_disk_is_named_nothing_is_saved_and_room_is_all_it_takes(
    browser: Open, services: Services
) -> None:
    desk, visitor, engine = browser(Role.FRONT_DESK), browser(Role.NOBODY), services.engine
    desk.csrf()
    desk._transport.raise_server_exceptions = False
    with writing(engine) as connection:
        save_practice(connection, sample_practice(), actor="test")
    kept = held_address(visitor, **offered(visitor.get("/book").text))
    with reading(engine) as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()

    def no_more(dbapi: Any, _: object) -> None:
        dbapi.execute(f"PRAGMA max_page_count = {pages}")

    sa.event.listen(engine, "connect", no_more)
    engine.dispose()
    saved = 0
    while (answer := desk.submit("/patients/new", **PATIENT, others=records(saved))).status_code == 303:
        saved += 1
    assert answer.status_code == 507
    assert "disk is full" in answer.text and "This was not saved" in answer.text
    assert "default-src 'self'" in answer.headers["content-security-policy"]
    assert desk.get("/today").status_code == 200
    sa.event.remove(engine, "connect", no_more)
    engine.dispose()
    with reading(engine) as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(people)).scalar_one() == saved
    assert visitor.submit(f"{kept}/confirm", **NAME).status_code == 303
    assert desk.submit("/patients/new", **PATIENT, others=records(saved)).status_code == 303


def test_a_patient_reads_in_their_language_that_it_was_not_saved(
    browser: Open, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor = browser(Role.NOBODY)
    visitor._transport.raise_server_exceptions = False
    with writing(services.engine) as connection:
        save_practice(connection, sample_practice(), actor="test")
    kept = held_address(visitor, **offered(visitor.get("/book").text))

    def no_room(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("spondyl.clinic.web.public.book.find_or_add", no_room)
    refused = visitor.submit(f"{kept}/confirm?lang=es", **NAME)
    assert refused.status_code == 507
    assert "no se ha guardado" in refused.text and "tel:" in refused.text


@pytest.mark.parametrize(
    ("error", "is_full"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), True),
        (OSError(errno.EDQUOT, "Disk quota exceeded"), True),
        (OperationalError("INSERT", {}, psycopg.errors.DiskFull("could not extend file")), True),
        (OperationalError("INSERT", {}, psycopg.errors.AdminShutdown("terminating connection")), False),
        (OSError(errno.EACCES, "Permission denied"), False),
    ],
)
def test_only_a_full_disk_is_one(error: Exception, is_full: bool) -> None:
    assert is_full_disk(error) is is_full


@pytest.mark.parametrize(("free_mb", "is_said"), [(199, True), (200, False)])
def test_little_room_is_said_on_the_days_page(
    browser: Open, monkeypatch: pytest.MonkeyPatch, free_mb: int, is_said: bool
) -> None:
    desk = browser(Role.FRONT_DESK)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(10**12, 0, free_mb * 1_000_000))
    assert ("199 MB are left" in desk.get("/today").text) is is_said
    assert f"spondyl_disk_free_megabytes {free_mb}" in desk.get("/metrics").text
