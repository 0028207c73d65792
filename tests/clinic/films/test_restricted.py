"""Claim: a film in a restricted chart is closed by every address that names it, also where the patient is not named."""

import re
from collections.abc import Callable

import pytest

from clinic_apps import Browser
from spondyl.clinic.chart.accounts import Account
from spondyl.clinic.chart.films import Film
from spondyl.clinic.chart.guard import restrict
from spondyl.clinic.chart.roles import Role
from spondyl.clinic.chart.transaction import writing
from spondyl.clinic.web.services import Services


@pytest.mark.parametrize("address", ["/films/{}", "/api/v1/films/{}/state", "/api/v1/films/{}/pixels"])
def test_a_film_of_a_restricted_chart_is_closed(
    address: str,
    browser: Callable[[Role], Browser],
    measured: Callable[..., Film],
    services: Services,
    staff: dict[Role, Account],
) -> None:
    film = measured("phantom_0003_ap")
    client = browser(Role.CLINICIAN)
    assert client.get(address.format(film.id)).status_code in (200, 303)
    assert film.person_id
    with writing(services.engine) as connection:
        others = [staff[Role.ADMINISTRATOR].id]
        restrict(connection, film.person_id, account_ids=others, actor="administrator")
    assert client.get(address.format(film.id)).status_code == 403


@pytest.mark.parametrize("role", [Role.FRONT_DESK, Role.ADMINISTRATOR])
def test_the_list_leads_nobody_to_a_film_that_is_not_open_to_them(
    role: Role, browser: Callable[[Role], Browser], measured: Callable[..., Film]
) -> None:
    film = measured("phantom_0003_ap")
    page = f"/patients/{film.person_id}/films"
    client = browser(role)
    shown = client.get(page).text
    led_to = {link for link in re.findall(r'href="(/films/[^"]*)"', shown) if film.id in link}
    assert led_to == {f"/films/{film.id}/patient"} and "a clinician opens the film" in shown
    assert "Measured, not accepted yet" in shown
    assert client.get(*led_to).status_code == 200
    assert f'href="/films/{film.id}"' in browser(Role.CLINICIAN).get(page).text
