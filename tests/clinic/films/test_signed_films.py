"""Claims: only a signed reading reaches the plan, with what to check first, how sure and how common; nothing there
says "cause"."""

from collections.abc import Callable

from clinic_apps import Browser
from spondyl.clinic.care.signed_films import signed_films
from spondyl.clinic.chart.films import Film
from spondyl.clinic.chart.people import Person
from spondyl.clinic.chart.roles import Role
from spondyl.clinic.chart.transaction import reading
from spondyl.clinic.web.services import Services


def test_a_finding_reaches_the_plan_once_it_is_signed(
    browser: Callable[[Role], Browser], measured: Callable[..., Film], services: Services, patient: Person
) -> None:
    client, film = browser(Role.CLINICIAN), measured("phantom_0003_ap")
    headers = {"X-CSRF": client.csrf()}
    api = f"/api/v1/films/{film.id}"
    points = client.get(f"{api}/state").json()["points"]
    sent = {
        "corners_px": {one["level"]: one["corners_px"] for one in points["vertebrae"]},
        "heads_px": [head["centre_px"] for head in points["heads"]],
        "version": 0,
    }
    accepted = client.post(f"{api}/accept", json=sent, headers=headers).json()
    with reading(services.engine) as connection:
        assert signed_films(connection, patient.id) == ()
    assert "No film has been read and signed" in client.get(f"/patients/{patient.id}/plan").text
    client.post(f"{api}/sign", json={"version": accepted["reading"]["version"]}, headers=headers)
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
