"""Claims: only a signed reading reaches the plan, with what to check first, how sure and how common; nothing there
says "cause"."""

from collections.abc import Callable

from clinic_apps import Browser
from spondyl.clinic.care.signed_films import signed_films
from spondyl.clinic.chart.films import Film, films_of
from spondyl.clinic.chart.joining import join_charts, separate_charts
from spondyl.clinic.chart.people import Person, add_person
from spondyl.clinic.chart.roles import Role
from spondyl.clinic.chart.transaction import reading, writing
from spondyl.clinic.web.services import Services


def accept(client: Browser, film: Film) -> int:
    """Say that the points are right as they are; the version to sign."""
    api = f"/api/v1/films/{film.id}"
    shown = client.get(f"{api}/state").json()
    sent = {
        "corners_px": {one["level"]: one["corners_px"] for one in shown["points"]["vertebrae"]},
        "heads_px": [head["centre_px"] for head in shown["points"]["heads"]],
        "version": shown["reading"]["version"],
    }
    answer = client.post(f"{api}/accept", json=sent, headers={"X-CSRF": client.csrf()})
    assert answer.status_code == 200, answer.text
    return answer.json()["reading"]["version"]


def sign(client: Browser, film: Film, version: int) -> None:
    address, headers = f"/api/v1/films/{film.id}/sign", {"X-CSRF": client.csrf()}
    answer = client.post(address, json={"version": version}, headers=headers)
    assert answer.status_code == 200, answer.text


def test_a_finding_reaches_the_plan_once_it_is_signed(
    browser: Callable[[Role], Browser], measured: Callable[..., Film], services: Services, patient: Person
) -> None:
    client, film = browser(Role.CLINICIAN), measured("phantom_0003_ap")
    version = accept(client, film)
    with reading(services.engine) as connection:
        assert signed_films(connection, patient.id) == ()
    assert "No film has been read and signed" in client.get(f"/patients/{patient.id}/plan").text
    sign(client, film, version)
    with reading(services.engine) as connection:
        found = signed_films(connection, patient.id)
    (film_read,) = found
    assert film_read.findings and film_read.red_lines
    page = client.get(f"/patients/{patient.id}/plan").text
    seen = page.split("Seen on films")[1].split("</section>")[0]
    for line in film_read.red_lines:
        assert line in seen.replace("&#39;", "'")
    for one in film_read.findings:
        assert one.prevalence in seen.replace("&#39;", "'") and one.cannot_tell
    assert "P(" in seen and "% sure" not in seen  # the sentence has the probability, which is never 100 %
    assert "cause" not in seen.lower()


def test_a_signed_film_of_a_closed_chart_is_read_with_the_kept_one_and_comes_back(
    browser: Callable[[Role], Browser], measured: Callable[..., Film], services: Services, patient: Person
) -> None:
    with writing(services.engine) as connection:
        other = add_person(connection, patient.details, actor="test")
    client = browser(Role.CLINICIAN)
    film, unread = (measured(stem, person_id=other.id) for stem in ("phantom_0003_ap", "phantom_0004_ap"))
    sign(client, film, accept(client, film))
    with writing(services.engine) as connection:
        join_charts(connection, kept=patient.id, closed=other.id, actor="test")
        assert len(signed_films(connection, patient.id)) == 1
    assert client.get(f"/patients/{patient.id}/films/{film.id}").status_code == 200
    led = client.get(f"/patients/{other.id}/films/{film.id}")
    assert led.headers["location"] == f"/patients/{patient.id}/films/{film.id}"
    accept(client, film)
    accept(client, unread)  # its reading is begun in the kept chart, and stays there with it
    with writing(services.engine) as connection:
        separate_charts(connection, other.id, actor="test")
        assert [one.id for one in films_of(connection, other.id)] == [film.id]
        assert [one.id for one in films_of(connection, patient.id)] == [unread.id]
        assert len(signed_films(connection, other.id)) == 1
        assert signed_films(connection, patient.id) == ()
