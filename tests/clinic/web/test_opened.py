"""Claim: whatever shows something of a patient's chart leaves a row of who opened it in the audit log."""

from collections.abc import Callable

import pytest

from audit_rows import entries
from clinic_apps import Browser
from practices import two_offices
from spondyl.clinic.chart.films import Film
from spondyl.clinic.chart.people import Person
from spondyl.clinic.chart.practice import save_practice
from spondyl.clinic.chart.roles import Role
from spondyl.clinic.chart.transaction import reading, writing
from spondyl.clinic.web.app import FEATURES
from spondyl.clinic.web.services import Services

WITHIN = ("/patients/{patient_id}/films/list", "/restrict/{patient_id}")
"""A part that an open page asks for again and again, and a page that shows the name alone."""
PAGES = [
    path
    for feature in FEATURES
    for router in feature.routers
    for route in router.routes
    if "GET" in getattr(route, "methods", ())
    and (path := getattr(route, "path", "")).count("{") == 1
    and "{patient_id}" in path
    and path not in WITHIN
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
