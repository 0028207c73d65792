"""Claim: whatever shows something of a patient's chart leaves a row of who opened it in the audit log."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest

from audit_rows import entries
from clinic_apps import Browser
from clinic_charts import Clock
from practices import two_offices
from spondyl.clinic.chart.films import Film
from spondyl.clinic.chart.people import Person
from spondyl.clinic.chart.practice import save_practice
from spondyl.clinic.chart.roles import Role
from spondyl.clinic.chart.transaction import reading, writing
from spondyl.clinic.web.app import FEATURES
from spondyl.clinic.web.services import Services

NAME_ALONE = "/restrict/{patient_id}"
PAGES = [
    path
    for feature in FEATURES
    for router in feature.routers
    for route in router.routes
    if "GET" in getattr(route, "methods", ())
    and (path := getattr(route, "path", "")).count("{") == 1
    and "{patient_id}" in path
    and path != NAME_ALONE
]


def subjects_since(services: Services, before: int) -> list[str]:
    """To what the rows were written since."""
    with reading(services.engine) as connection:
        found = entries(connection)
    return [one.subject for one in found[: len(found) - before]]


@pytest.mark.parametrize("page", PAGES)
def test_opening_a_page_of_a_patient_is_in_the_log(
    page: str, browser: Callable[[Role], Browser], patient: Person, services: Services
) -> None:
    with writing(services.engine) as connection:
        save_practice(connection, two_offices(), actor="test")
        before = len(entries(connection))
    browser(Role.CLINICIAN).get(page.format(patient_id=patient.id))
    assert patient.subject in subjects_since(services, before)


def test_a_page_that_asks_for_its_list_again_and_again_leaves_one_row(
    browser: Callable[[Role], Browser], patient: Person, services: Services, clock: Clock
) -> None:
    """The row of its opening; who takes its address to another account, patient or day is in the log again."""
    dr, desk, page = browser(Role.CLINICIAN), browser(Role.FRONT_DESK), f"/patients/{patient.id}/films"

    def opened_by() -> list[str]:
        with reading(services.engine) as connection:
            return [one.actor for one in entries(connection, action="open films", subject=patient.subject)]

    address = re.findall(r'data-film-list="([^"]+)"', dr.get(page).text)[0]
    for _ in range(5):
        assert dr.get(address).status_code == 200
    assert opened_by() == ["clinician"]
    desk.get(address)
    dr.get(address.replace("opened=", "opened=x"))
    assert opened_by() == ["clinician", "front_desk", "clinician"]
    clock.advance(timedelta(hours=13))
    browser(Role.CLINICIAN).get(address)
    assert len(opened_by()) == 4


def test_a_list_with_a_refusal_is_in_the_log_too(
    browser: Callable[[Role], Browser], patient: Person, services: Services
) -> None:
    desk = browser(Role.FRONT_DESK)
    with reading(services.engine) as connection:
        before = len(entries(connection))
    sent = {"film": ("x.dcm", b"no film"), "landmarks": ("x.json", b"no landmarks")}
    refused = desk.post(f"/patients/{patient.id}/films", data={"csrf": desk.csrf()}, files=sent)
    assert refused.status_code == 422 and patient.subject in subjects_since(services, before)


@pytest.mark.parametrize("part", ["state", "pixels"])
def test_fetching_a_film_without_its_page_is_in_the_log(
    part: str,
    browser: Callable[[Role], Browser],
    measured: Callable[..., Film],
    services: Services,
) -> None:
    film = measured("phantom_0003_ap")
    with reading(services.engine) as connection:
        before = len(entries(connection))
    assert browser(Role.CLINICIAN).get(f"/api/v1/films/{film.id}/{part}").status_code == 200
    assert film.subject in subjects_since(services, before)
