"""Claims: the menu says where one is: on every page of a patient it is Patients, whatever the page's address."""

import re
from collections.abc import Callable

import pytest

from clinic_apps import Browser
from spondyl.clinic.chart.films import Film
from spondyl.clinic.chart.people import Person
from spondyl.clinic.chart.roles import Role

Measured = Callable[..., Film]


def marked(page: str) -> list[str]:
    """Where the menu, and then the patient's tabs, say that one is."""
    return re.findall(r'<a href="([^"]*)" aria-current="page"', page)


def test_marking_a_patients_film_is_a_page_of_the_patient(
    browser: Callable[[Role], Browser], doubted_film: Film, patient: Person
) -> None:
    page = browser(Role.CLINICIAN).get(f"/films/{doubted_film.id}/mark")
    assert page.status_code == 200
    assert marked(page.text) == ["/patients", f"/patients/{patient.id}/films"]


def test_marking_a_film_of_nobody_is_a_page_of_the_films(
    browser: Callable[[Role], Browser], measured: Measured
) -> None:
    film = measured("phantom_0003_ap", person_id=None)
    assert marked(browser(Role.CLINICIAN).get(f"/films/{film.id}/mark").text) == ["/films"]


@pytest.mark.parametrize("address", ["/patients/{0}/plan", "/patients/{0}/details", "/restrict/{0}"])
def test_other_pages_of_a_patient(browser: Callable[[Role], Browser], patient: Person, address: str) -> None:
    page = browser(Role.CLINICIAN).get(address.format(patient.id))
    assert page.status_code == 200 and marked(page.text)[0] == "/patients"
