"""Claims: where neither a picture nor its landmarks say which side is which, a clinician says it in the viewer; sided
statements follow as if the film had said it (the untouched film is the reference), reports tell whose word it is, no
point moves, and it can be taken back. What is known already, or cannot be, is refused and changes nothing."""

import json
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from playwright.sync_api import Browser, expect

from audit_rows import entries
from clinic.films.test_reading_flow import Page
from clinic_apps import Browser as Client
from live_clinic import served, signed_in
from named_films import AP, chain
from spondyl.anatomy import ImageSide
from spondyl.clinic.chart.accounts import Account
from spondyl.clinic.chart.films import Film, save_outcome
from spondyl.clinic.chart.roles import Role
from spondyl.clinic.chart.transaction import reading, writing
from spondyl.clinic.films.reading import (
    Reading,
    points_from_json,
    points_json,
    reading_from_json,
    reading_json,
    says_alike,
)
from spondyl.clinic.films.service import FilmService
from spondyl.clinic.films.stated_side import BY_HAND
from spondyl.clinic.web.services import Services

UNKNOWN = "Which side of the picture is the patient's left is unknown"


Sideless = Callable[[Film], Film]


@pytest.fixture
def sideless(services: Services) -> Sideless:
    """The film as a picture file would tell of it: nothing says what lies on its left edge."""

    def made(film: Film) -> Film:
        assert film.facts is not None and film.original is not None
        points = replace(points_from_json(film.original), image_left=ImageSide.UNKNOWN)
        with writing(services.engine) as connection:
            return save_outcome(
                connection,
                film,
                facts=film.facts | {"image_left": "UNKNOWN"},
                original=points_json(points),
                summary=film.summary,
                refusal=None,
            )

    return made


def say(page: Page, left: str, status: int = 200) -> str:
    """Say what lies on the left as the viewer does, and look at the film again; what the server answered."""
    answer = page.send("side", {"version": page.state["reading"]["version"], "left": left})
    assert answer.status_code == status, answer.text
    page.state = page.client.get(f"/api/v1/films/{page.film.id}/state").json()
    return answer.text


def is_unknown(page: Page) -> bool:
    return any(UNKNOWN in line for line in page.state["assessment"]["red_lines"])


@pytest.mark.parametrize("stem", ["phantom_0003_ap", "phantom_0003_lateral"])
def test_what_a_person_says_holds_as_if_the_film_said_it(
    browser: Callable[[Role], Client], measured: Callable[..., Film], sideless: Sideless, stem: str
) -> None:
    client, film = browser(Role.CLINICIAN), measured(stem)
    by_film = Page(client, film).state
    page = Page(client, sideless(film))
    assert page.state["assessment"]["rows"] != by_film["assessment"]["rows"]
    assert is_unknown(page) == stem.endswith("_ap") and page.state["film"]["side"] == "Side unknown"
    say(page, points_from_json(film.original or {}).image_left.value)
    assert page.state["assessment"] == by_film["assessment"]
    assert page.state["film"]["side"] == by_film["film"]["side"]
    assert page.state["points"] == by_film["points"]
    say(page, "unknown")
    assert page.state["film"]["side"] == "Side unknown"


def test_reports_say_whose_word_it_is_and_a_later_word_is_signed_anew(
    browser: Callable[[Role], Client],
    films: FilmService,
    services: Services,
    measured: Callable[..., Film],
    sideless: Sideless,
) -> None:
    page = Page(browser(Role.CLINICIAN), sideless(measured("phantom_0003_ap")))

    def signed() -> dict[str, bytes]:
        version = page.state["reading"]["version"]
        assert page.send("accept", page.points() | {"version": version}).status_code == 200
        assert page.send("sign", {"version": page.state["reading"]["version"]}).status_code == 200
        return {
            name: page.client.get(f"/films/{page.film.id}/report/{name}").content for name in ("json", "html")
        }

    assert UNKNOWN.encode() in signed()["html"].replace(b"&#39;", b"'")
    say(page, "patient_left")
    assert page.state["reading"]["status"] == "draft"
    assert "left edge of the picture by hand: the patient's left" in page.state["reading"]["text"]
    say(page, "unknown")
    assert page.state["reading"]["status"] == "signed", "again as it was signed: no draft is left"
    say(page, "patient_left")
    files = signed()
    assert json.loads(files["json"])["image_left"] == "patient_left"
    assert UNKNOWN.encode() not in files["html"].replace(b"&#39;", b"'")
    assert BY_HAND.encode() in files["html"].replace(b"&#39;", b"'")
    assert films.desk.open(page.film.id).reading.stated_left is ImageSide.PATIENT_LEFT
    with reading(services.engine) as connection:
        told = [one.detail["left"] for one in entries(connection) if one.action == "state picture's side"]
    assert told == ["patient_left", "patient_left"]


def test_a_side_that_is_known_or_cannot_be_is_refused(
    browser: Callable[[Role], Client], measured: Callable[..., Film], sideless: Sideless
) -> None:
    client = browser(Role.CLINICIAN)
    known = Page(client, measured("phantom_0004_ap"))
    assert "it is known already" in say(known, "patient_left", 422)
    page = Page(client, sideless(measured("phantom_0003_ap")))
    assert "anterior cannot lie on the left edge" in say(page, "anterior", 422)
    say(page, "sideways", 422)
    say(page, "patient_right")
    page.state["reading"]["version"] -= 1
    say(page, "patient_left", 409)
    assert page.state["film"]["side"] == "Patient's right"


def test_no_point_moves_and_the_word_is_kept_apart_from_the_original() -> None:
    original = chain(AP)
    before = Reading(original=original, placed=original, is_detected=True)
    after = replace(before, stated_left=ImageSide.PATIENT_LEFT)
    assert np.array_equal(after.points.corners_px, original.corners_px)
    assert (after.points.image_left, after.placed.image_left) == (ImageSide.PATIENT_LEFT, ImageSide.UNKNOWN)
    assert not after.is_corrected, "the detector's calibrated intervals still hold"
    assert not says_alike(before, after)
    again = reading_from_json(json.loads(json.dumps(reading_json(after))))
    assert says_alike(after, again) and again.points.image_left is ImageSide.PATIENT_LEFT
    assert replace(again, stated_left=None).points.image_left is ImageSide.UNKNOWN


def test_in_the_viewer_it_is_the_left_as_the_picture_is_shown(
    browser_program: Browser,
    services: Services,
    staff: dict[Role, Account],
    measured: Callable[..., Film],
    sideless: Sideless,
    films: FilmService,
) -> None:
    film = sideless(measured("phantom_0003_ap"))
    with served(services) as address:
        page = signed_in(browser_program, address, services, staff[Role.CLINICIAN], width=1440)
        page.goto(f"/films/{film.id}")
        page.wait_for_selector("[data-ready]")
        side = page.locator('[data-part="side"]')

        def press(words: str) -> None:
            with page.expect_navigation():
                page.get_by_role("button", name=words).click()
            page.wait_for_selector("[data-ready]")

        expect(side).to_have_text("Side unknown")
        press("The patient's left")
        expect(side).to_have_text("Patient's left")
        page.get_by_role("button", name="Flip").click()
        press("The patient's left")
        expect(side).to_have_text("Patient's right")
        press("Not known")
        expect(side).to_have_text("Side unknown")
        page.context.close()
    assert films.desk.open(film.id).reading.stated_left is None
