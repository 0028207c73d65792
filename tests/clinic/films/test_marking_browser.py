"""Claims, in a real browser: a film without landmarks is marked by hand, by mouse, finger or keys alone; what is
measured then is the phantom's own truth; a reload, an undo and a refusal lose no point; impossible ones stay here."""

import json
import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

from audit_rows import entries
from clinic_apps import Browser as Client
from clinic_films import read_once
from live_clinic import COLOUR_RULES, served, signed_in, violations
from spondyl.anatomy import ImageSide, View
from spondyl.clinic.chart.accounts import Account
from spondyl.clinic.chart.films import (
    Film,
    FilmSource,
    FilmState,
    claim_film,
    read_again,
    save_outcome,
    show_progress,
)
from spondyl.clinic.chart.films import film as film_in_chart
from spondyl.clinic.chart.people import Person
from spondyl.clinic.chart.roles import Role
from spondyl.clinic.chart.sessions import open_session
from spondyl.clinic.chart.tables import sessions
from spondyl.clinic.chart.transaction import reading, writing
from spondyl.clinic.films.desk import Signer, sent_as_kept
from spondyl.clinic.films.facts import facts_json
from spondyl.clinic.films.find import refusal_json
from spondyl.clinic.films.service import FilmService
from spondyl.clinic.films.take_in import Origin, take_in
from spondyl.clinic.web.cookies import session_cookie
from spondyl.clinic.web.films.service import make_film_service
from spondyl.clinic.web.services import Services
from spondyl.radiograph import FilmRefused, Radiograph
from spondyl.radiograph.abstain import check_view

TOLERANCE_DEG = 1.0
LUMBAR = ("L1", "L2", "L3", "L4", "L5", "S1")
Point = tuple[float, float]


@pytest.fixture
def lateral(services: Services, films: FilmService, phantoms: Path, patient: Person) -> Film:
    """A lateral film that was decoded and refused for want of landmarks."""
    path = phantoms / "phantom_0003_lateral.dcm"
    picture = read_once(path)
    with pytest.raises(FilmRefused) as refused:
        check_view(picture.view)
    return refused_film(services, films, path, picture, refusal_json(refused.value), patient)


def refused_film(
    services: Services,
    films: FilmService,
    path: Path,
    picture: Radiograph,
    refusal: dict[str, Any],
    patient: Person,
) -> Film:
    """A film in the chart as the background job leaves one that it refuses."""
    origin = Origin(source=FilmSource.UPLOAD, name=path.name, actor="test", person_id=patient.id)
    film = take_in(services.engine, films.store, path.read_bytes(), origin)
    with writing(services.engine) as connection:
        claim_film(connection)
        return save_outcome(
            connection, film, facts=facts_json(picture), original=None, summary=None, refusal=refusal
        )


@pytest.fixture
def films(services: Services) -> Iterator[FilmService]:
    """The films of the chart; tests let the background job work themselves."""
    service = make_film_service(services)
    yield service
    service.stop()


@pytest.fixture
def marks(phantoms: Path) -> dict[str, Any]:
    """The exact corners of the film."""
    return json.loads((phantoms / "phantom_0003_lateral.landmarks.json").read_text())


@pytest.fixture
def truth(phantoms: Path) -> dict[str, float]:
    """The exact angles of the spine that was drawn."""
    return json.loads((phantoms / "phantom_0003_lateral.truth.json").read_text())["angles_deg"]


@pytest.fixture
def desktop(browser_program: Browser, services: Services, staff: dict[Role, Account]) -> Iterator[Page]:
    """A clinician's desktop."""
    with served(services) as address:
        page = signed_in(browser_program, address, services, staff[Role.CLINICIAN], width=1440, touch=True)
        yield page
        page.context.close()


@pytest.fixture
def page(desktop: Page, lateral: Film) -> Page:
    """The marking page of the film."""
    open_marking(desktop, lateral)
    return desktop


def open_marking(page: Page, film: Film) -> None:
    page.goto(f"/films/{film.id}/mark")
    page.wait_for_selector("[data-ready]")


def part(page: Page, name: str):
    return page.locator(f'[data-part="{name}"]')


def place_of(page: Page, at: Point) -> Point:
    """Where a film point lies on the screen while the whole film is shown."""
    box = part(page, "pane").bounding_box()
    told = json.loads(page.locator("[data-film-marking]").get_attribute("data-told") or "")
    assert box
    zoom = min(box["width"] / told["columns"], box["height"] / told["rows"])
    left = box["x"] + (box["width"] - told["columns"] * zoom) / 2
    top = box["y"] + (box["height"] - told["rows"] * zoom) / 2
    return left + (at[0] + 0.5) * zoom, top + (at[1] + 0.5) * zoom


def click(page: Page, at: Point) -> None:
    page.mouse.click(*place_of(page, at))


def corners_of(marks: dict[str, Any], level: str) -> list[Point]:
    found = next(one for one in marks["landmarks"] if one["level"] == level)
    return [(at[0], at[1]) for at in found["corners_px"] if at is not None]


def click_level(page: Page, marks: dict[str, Any], level: str) -> None:
    for at in corners_of(marks, level):
        click(page, at)


def kept(page: Page) -> dict[str, Any]:
    """What this tab keeps of the film."""
    text = page.evaluate("Object.entries(sessionStorage).find(([key]) => key.includes(':marks:'))?.[1]")
    return json.loads(text)["marks"] if text else {}


def value(page: Page, label: str) -> float:
    text = page.locator("tr", has_text=label).first.locator("td").first.inner_text()
    return float(text.replace("−", "-").split("°")[0])


def the_list_says_what_comes_next_once_the_film_is_read(
    page: Page, films: FilmService, patient: Person
) -> None:
    page.goto(f"/patients/{patient.id}/films")
    said = page.locator("[data-list-next]")
    expect(said).to_have_text("Next: wait a moment; this page shows by itself when the film is read.")
    assert films.worker.work_once()
    expect(said).to_have_text("Next: do what the refused film says, or add another film.")


def test_a_film_marked_by_clicks_is_measured_within_a_degree_of_the_truth(
    desktop: Page,
    services: Services,
    films: FilmService,
    phantoms: Path,
    patient: Person,
    marks: dict[str, Any],
    truth: dict[str, float],
) -> None:
    """From a list that shows a film nobody has read yet to its values."""
    page = desktop
    content = (phantoms / "phantom_0003_lateral.dcm").read_bytes()
    origin = Origin(source=FilmSource.UPLOAD, name="film.dcm", actor="test", person_id=patient.id)
    lateral = take_in(services.engine, films.store, content, origin)
    the_list_says_what_comes_next_once_the_film_is_read(page, films, patient)
    open_marking(page, lateral)
    hosts: set[str] = set()
    page.on("request", lambda one: hosts.add(one.url.split("/")[2]))
    expect(part(page, "prompt")).to_have_text("L1, upper left corner (front)")
    for level in LUMBAR:
        click_level(page, marks, level)
    expect(part(page, "prompt")).to_have_text("Femoral head 1, its centre")
    for head in marks["femoral_heads_px"]:
        (x, y), radius = head["centre_px"], head["radius_px"]
        click(page, (x, y))
        click(page, (x + radius, y))
    expect(part(page, "prompt")).to_contain_text("then press Measure")
    expect(part(page, "count")).to_have_text("26 of 26 points")
    with page.expect_response("**/landmarks") as sent:
        page.get_by_role("button", name="Measure").click()
    assert sent.value.status == 202
    assert films.worker.work_once()
    page.wait_for_url(f"**/films/{lateral.id}")
    page.wait_for_selector("[data-film-viewer][data-ready]")
    assert abs(value(page, "Lumbar lordosis") - truth["lumbar_lordosis_l1_s1"]) < TOLERANCE_DEG
    assert abs(value(page, "Pelvic incidence") - truth["pelvic_incidence"]) < TOLERANCE_DEG
    assert kept(page) == {}
    assert len(hosts) == 1
    assert violations(page) == []
    page.get_by_role("link", name="Mark more by hand").click()
    expect(part(page, "count")).to_have_text("26 of 26 points")
    part(page, "first").select_option("T12")
    expect(part(page, "prompt")).to_have_text("T12, upper left corner (front)")
    page.wait_for_selector("[data-ready]")
    click_level(page, marks, "T12")
    page.get_by_role("button", name="Measure").click()
    wait_until_sent(services, lateral)
    assert films.worker.work_once()
    page.wait_for_selector("[data-film-viewer][data-ready]")
    expect(page.locator(".film-name", has_text="T12")).to_be_visible()
    assert abs(value(page, "Lumbar lordosis") - truth["lumbar_lordosis_l1_s1"]) < TOLERANCE_DEG


def wait_until_sent(services: Services, film: Film) -> None:
    """Until the film waits for the background job."""
    for _ in range(600):
        with reading(services.engine) as connection:
            if film_in_chart(connection, film.id).state is FilmState.WAITING:
                return
        threading.Event().wait(0.05)
    raise AssertionError("The points were not sent.")


def undo_reload_drag_and_placing_anew(page: Page, marks: dict[str, Any]) -> None:
    first, second, third, _ = corners_of(marks, "L1")
    for at in (first, second, third):
        click(page, at)
    page.keyboard.press("Backspace")
    expect(part(page, "prompt")).to_have_text("L1, lower left corner (front)")
    page.keyboard.press("Control+z")
    expect(part(page, "count")).to_have_text("1 of 26 points")
    page.locator('button[data-act="redo"]').click()
    expect(part(page, "count")).to_have_text("2 of 26 points")
    page.reload()
    page.wait_for_selector("[data-ready]")
    expect(part(page, "count")).to_have_text("2 of 26 points")
    assert np.allclose(kept(page)["marks"]["L1"][:2], [first, second], atol=0.75)
    expect(page.locator(".film-name", has_text="L1")).to_be_visible()
    x, y = place_of(page, second)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 20, y - 6)
    page.mouse.move(x + 30, y - 9)
    page.mouse.up()
    dragged = kept(page)["marks"]["L1"][1]
    assert dragged[0] > second[0] + 20
    assert dragged[1] < second[1] - 5
    expect(part(page, "count")).to_have_text("2 of 26 points")
    page.keyboard.press("2")
    expect(part(page, "prompt")).to_have_text("L1, upper right corner (back): place it anew")
    click(page, second)
    expect(part(page, "prompt")).to_have_text("L1, lower left corner (front)")
    assert np.allclose(kept(page)["marks"]["L1"][1], second, atol=0.75)
    page.get_by_role("button", name="Start over…").click()
    page.get_by_role("button", name="Keep them").click()
    expect(part(page, "count")).to_have_text("2 of 26 points")
    page.get_by_role("button", name="Start over…").click()
    page.get_by_role("dialog").get_by_role("button", name="Start over").click()
    expect(part(page, "count")).to_have_text("0 of 26 points")
    page.keyboard.press("u")
    expect(part(page, "count")).to_have_text("2 of 26 points")


def sign_in_as(page: Page, services: Services, account: Account) -> None:
    """Another session in this very tab, as after the sign-in page."""
    with writing(services.engine) as connection:
        token = open_session(connection, account.id)
    name = session_cookie(services.settings)
    page.context.add_cookies([{"name": name, "value": token, "url": page.url}])


def marks_outlive_a_session_that_ran_out_but_not_a_sign_out_or_another_person(
    page: Page, services: Services, staff: dict[Role, Account], lateral: Film, marks: dict[str, Any]
) -> None:
    marking = f"/films/{lateral.id}/mark"
    click(page, corners_of(marks, "L1")[0])
    expect(part(page, "count")).to_have_text("1 of 26 points")
    with writing(services.engine) as connection:
        connection.execute(sessions.delete())
    page.reload()
    expect(page.get_by_role("button", name="Sign in", exact=True)).to_be_visible()
    sign_in_as(page, services, staff[Role.CLINICIAN])
    page.goto(marking)
    expect(part(page, "count")).to_have_text("1 of 26 points")
    page.goto(f"/patients/{lateral.person_id}/exam")  # whose unsent notes lie beside the marks
    page.goto("/today")
    assert kept(page)
    sign_in_as(page, services, staff[Role.FRONT_DESK])
    page.reload()
    assert kept(page) == {}
    sign_in_as(page, services, staff[Role.CLINICIAN])
    page.goto(marking)
    page.wait_for_selector("[data-ready]")
    expect(part(page, "count")).to_have_text("0 of 26 points")
    click(page, corners_of(marks, "L1")[0])
    expect(part(page, "count")).to_have_text("1 of 26 points")
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("button", name="Sign in", exact=True)).to_be_visible()
    assert kept(page) == {}


def a_level_is_marked_by_keys_alone(page: Page, marks: dict[str, Any]) -> None:
    told = json.loads(page.locator("[data-film-marking]").get_attribute("data-told") or "")
    x, y = (told["columns"] - 1) / 2, (told["rows"] - 1) / 2
    part(page, "pane").focus()
    page.keyboard.press("PageDown")
    expect(part(page, "prompt")).to_have_text("L2, upper left corner (front)")
    page.keyboard.press("z")  # a close-up: the film moves under the cross when it nears the edge
    wanted = corners_of(marks, "L2")
    for to_x, to_y in wanted:
        x += steps(page, to_x - x, "ArrowLeft", "ArrowRight")
        y += steps(page, to_y - y, "ArrowUp", "ArrowDown")
        page.keyboard.press("Enter")
    assert np.allclose(kept(page)["marks"]["L2"], wanted, atol=0.75)
    expect(part(page, "prompt")).to_have_text("L3, upper left corner (front)")
    page.keyboard.press("s")
    expect(part(page, "prompt")).to_have_text("L4, upper left corner (front)")
    expect(part(page, "count")).to_have_text("4 of 22 points")
    page.keyboard.press("?")
    expect(page.get_by_text("skip this level, or take it back")).to_be_visible()


def steps(page: Page, way: float, back: str, forth: str) -> int:
    """Move the cross by whole pixels, with as few keys as it takes; returns by how much."""
    left = round(way)
    for modifier, size in (("Shift+", 40), ("", 4), ("Alt+", 1)):
        for _ in range(abs(left) // size):
            page.keyboard.press(modifier + (forth if way > 0 else back))
        left = abs(left) % size * (1 if left > 0 else -1)
    return round(way)


def a_tap_marks_and_two_fingers_only_zoom(page: Page, marks: dict[str, Any]) -> None:
    session = page.context.new_cdp_session(page)

    def touch(kind: str, *points: Point) -> None:
        places = [{"x": x, "y": y, "id": n} for n, (x, y) in enumerate(points)]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": places})

    x, y = place_of(page, corners_of(marks, "L1")[0])
    touch("touchStart", (x, y))
    touch("touchEnd")
    expect(part(page, "count")).to_have_text("1 of 26 points")
    zoom = part(page, "zoom").inner_text()
    touch("touchStart", (x - 100, y), (x - 40, y))
    touch("touchMove", (x - 160, y), (x + 40, y))
    touch("touchEnd")
    expect(part(page, "zoom")).not_to_have_text(zoom)
    expect(part(page, "count")).to_have_text("1 of 26 points")


def a_refusal_and_a_lost_network_are_told_in_place_and_lose_nothing(page: Page, films: FilmService) -> None:
    """Corners beside the picture: the server's own rule refuses them, and they are still there afterwards."""
    for at in ((-150, 300), (-120, 300), (-150, 330), (-120, 330)):
        click(page, at)
    page.route("**/landmarks", lambda route: route.abort())
    page.get_by_role("button", name="Measure").click()
    expect(page.get_by_role("dialog")).to_contain_text("22 points are not marked")
    page.get_by_role("button", name="Measure all the same").click()
    expect(part(page, "refused")).to_contain_text("does not answer. Your points are kept")
    page.unroute("**/landmarks")
    page.get_by_role("button", name="Measure").click()
    with page.expect_response("**/landmarks"):
        page.get_by_role("button", name="Measure all the same").click()
    assert films.worker.work_once()
    expect(part(page, "refused")).to_contain_text("far outside its")
    expect(part(page, "count")).to_have_text("4 of 26 points")
    page.reload()
    expect(part(page, "count")).to_have_text("4 of 26 points")


def corners_that_cannot_be_are_not_sent(page: Page, marks: dict[str, Any]) -> None:
    sent: list[str] = []
    page.on("request", lambda one: sent.append(one.url) if one.method == "POST" else None)
    first, second, third, fourth = corners_of(marks, "L1")
    for at in (first, second, fourth, third):
        click(page, at)
    expect(part(page, "doubts")).to_contain_text("L1: the corners go round")
    page.get_by_role("button", name="Measure").click()
    expect(page.get_by_role("dialog")).to_contain_text("These corners cannot be right")
    expect(page.get_by_role("button", name="Measure all the same")).to_be_hidden()
    page.keyboard.press("Escape")
    assert sent == []


DOUBTS = """async ([file, levels]) => {
  const { doubtsOf } = await import('/static/films/mark_doubts.js');
  const marks = Object.fromEntries(file.landmarks.map((one) => [one.level, one.corners_px]));
  const first = file.landmarks[0].level;
  const last = file.landmarks[file.landmarks.length - 1].level;
  const doubts = doubtsOf({ first, last, hasHeads: false, marks, skipped: [] }, levels);
  return doubts.map((one) => [one.name, one.isWrong]); }"""


def true_corners_look_right_and_wrong_ones_do_not(page: Page, phantoms: Path) -> None:
    levels = json.loads(page.locator("[data-film-marking]").get_attribute("data-told") or "")["levels"]
    for path in sorted(phantoms.glob("*.landmarks.json")):
        file = json.loads(path.read_text())
        assert page.evaluate(DOUBTS, [file, levels]) == [], path.name
        whole = {one["level"]: one for one in file["landmarks"]}
        l3, l4 = whole["L3"]["corners_px"], whole["L4"]["corners_px"]
        whole["L3"]["corners_px"] = [l3[2], l3[3], l3[0], l3[1]]
        assert ["L3", True] in page.evaluate(DOUBTS, [file, levels]), "upper and lower exchanged"
        whole["L3"]["corners_px"], whole["L4"]["corners_px"] = l4, l3
        assert ["L4", False] in page.evaluate(DOUBTS, [file, levels]), "levels exchanged"
        whole["L3"]["corners_px"], whole["L4"]["corners_px"] = l3, whole["L5"]["corners_px"]
        del file["landmarks"][file["landmarks"].index(whole["L5"])]
        assert page.evaluate(DOUBTS, [file, levels]) == [["L4", False]], "a vertebra left out"


def what_the_header_does_not_say_is_asked(
    page: Page, services: Services, films: FilmService, phantoms: Path, patient: Person
) -> None:
    path = phantoms / "phantom_0004_ap.dcm"
    silent = replace(read_once(path), view=View.UNKNOWN, image_left=ImageSide.UNKNOWN)
    words = {"code": "low_confidence", "what": "Unsure.", "why": "Many corners.", "do": "Mark them."}
    film = refused_film(services, films, path, silent, words, patient)
    open_marking(page, film)
    expect(part(page, "prompt")).to_have_text("T1, upper left corner")
    expect(part(page, "count")).to_have_text("0 of 68 points")
    points = json.loads(path.with_suffix(".landmarks.json").read_text())
    page.get_by_role("button", name="Skip T5").click()
    expect(part(page, "prompt")).to_have_text("T1, upper left corner")
    click_level(page, points, "T1")
    for n in range(3):
        page.get_by_role("button", name=f"Skip T{n + 2}").click()
    expect(part(page, "prompt")).to_have_text("T6, upper left corner")
    page.get_by_role("button", name="Undo skip T5").click()
    expect(part(page, "prompt")).to_have_text("T5, upper left corner")
    expect(page.get_by_role("button", name="Measure")).to_be_disabled()
    expect(part(page, "send-note")).to_contain_text("choose what lies on the left")
    part(page, "side-choice").select_option("patient_left")
    expect(part(page, "prompt")).to_have_text("T5, upper left corner (patient's left)")
    expect(page.get_by_role("button", name="Measure")).to_be_enabled()
    part(page, "view").select_option("LATERAL")
    expect(part(page, "prompt")).to_have_text("L1, upper left corner")
    assert part(page, "side-choice").input_value() == ""
    page.keyboard.press("Tab")
    part(page, "pane").focus()
    page.keyboard.press("u")
    expect(part(page, "prompt")).to_have_text("T5, upper left corner (patient's left)")


LOUPE = """async ([x, y]) => {
  await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)));
  const grey = (canvas, atX, atY) => {
    const scale = canvas.width / canvas.clientWidth;
    return canvas.getContext('2d').getImageData(Math.round(atX * scale), Math.round(atY * scale), 1, 1).data[0];
  };
  const box = document.querySelector('[data-part=pane]').getBoundingClientRect();
  const loupe = document.querySelector('[data-part=loupe] canvas');
  const film = document.querySelector('[data-part=pane] > canvas');
  return [grey(film, x - box.left, y - box.top), grey(loupe, loupe.clientWidth / 2, loupe.clientHeight / 2)]; }"""


def the_loupe_shows_what_lies_under_the_pointer(page: Page, marks: dict[str, Any]) -> None:
    greys = []
    for level in LUMBAR:
        for at in corners_of(marks, level):
            x, y = place_of(page, (at[0] + 7, at[1] + 4))
            page.mouse.move(x, y)
            greys.append(page.evaluate(LOUPE, [x, y]))
    expect(part(page, "loupe")).to_be_visible()
    assert len({film for film, _ in greys}) > 10
    assert np.corrcoef(np.array(greys, dtype=float).T)[0, 1] > 0.95
    part(page, "pane").focus()
    page.keyboard.press("l")
    page.mouse.move(x + 30, y)
    expect(part(page, "loupe")).to_be_hidden()
    page.keyboard.press("l")
    page.mouse.move(x, y)
    expect(part(page, "loupe")).to_be_visible()
    page.mouse.wheel(0, -1200)
    expect(part(page, "loupe")).to_be_hidden()


def axe_finds_nothing_and_nothing_scrolls_sideways(page: Page, marks: dict[str, Any]) -> None:
    assert in_both_colours(page) == []
    click_level(page, marks, "L1")
    click(page, corners_of(marks, "L2")[3])
    click(page, corners_of(marks, "L2")[2])
    click(page, corners_of(marks, "L2")[0])
    click(page, corners_of(marks, "L2")[1])
    page.get_by_role("button", name="Skip L3").click()
    expect(part(page, "doubts").locator("li")).to_have_count(1)
    assert in_both_colours(page) == []
    page.get_by_role("button", name="Measure").click()
    assert in_both_colours(page) == []
    page.keyboard.press("Escape")
    for width in (1024, 820, 390):
        page.set_viewport_size({"width": width, "height": 768})
        over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert over <= 0, width


def in_both_colours(page: Page) -> list[str]:
    """What axe finds in light and in dark."""
    page.mouse.move(1, 1)  # a button under the pointer changes its colours by and by
    page.emulate_media(color_scheme="light")
    found = violations(page)
    page.emulate_media(color_scheme="dark")
    return found + violations(page, rules=COLOUR_RULES)


def start_over(page: Page) -> None:
    """Every point gone, the whole film in sight."""
    page.get_by_role("button", name="Start over…").click()
    page.get_by_role("dialog").get_by_role("button", name="Start over").click()
    expect(part(page, "count")).to_have_text("0 of 26 points")
    part(page, "pane").focus()
    page.keyboard.press("0")


def test_points_are_placed_by_mouse_finger_and_keys(
    page: Page, marks: dict[str, Any], phantoms: Path
) -> None:
    """What is placed stays in this tab: nothing is sent."""
    true_corners_look_right_and_wrong_ones_do_not(page, phantoms)
    a_level_is_marked_by_keys_alone(page, marks)
    page.keyboard.press("Escape")
    start_over(page)
    a_tap_marks_and_two_fingers_only_zoom(page, marks)
    start_over(page)
    undo_reload_drag_and_placing_anew(page, marks)
    start_over(page)
    the_loupe_shows_what_lies_under_the_pointer(page, marks)
    page.keyboard.press("0")
    corners_that_cannot_be_are_not_sent(page, marks)
    start_over(page)
    axe_finds_nothing_and_nothing_scrolls_sideways(page, marks)


def test_no_point_is_lost_and_none_goes_to_another_person(
    page: Page,
    services: Services,
    staff: dict[Role, Account],
    films: FilmService,
    lateral: Film,
    marks: dict[str, Any],
    phantoms: Path,
    patient: Person,
) -> None:
    marks_outlive_a_session_that_ran_out_but_not_a_sign_out_or_another_person(
        page, services, staff, lateral, marks
    )
    sign_in_as(page, services, staff[Role.CLINICIAN])
    open_marking(page, lateral)
    a_refusal_and_a_lost_network_are_told_in_place_and_lose_nothing(page, films)
    what_the_header_does_not_say_is_asked(page, services, films, phantoms, patient)


def test_who_is_offered_it_and_what_a_bad_file_answers(
    browser: Callable[[Role], Client], lateral: Film, services: Services
) -> None:
    front_desk, clinician = browser(Role.FRONT_DESK), browser(Role.CLINICIAN)
    address = f"/patients/{lateral.person_id}/films"
    assert f"/films/{lateral.id}/mark" in clinician.get(address).text
    assert f"/films/{lateral.id}/mark" not in front_desk.get(address).text
    assert front_desk.get(f"/films/{lateral.id}/mark").status_code == 403
    with reading(services.engine) as connection:
        before = len(entries(connection, action="open film"))
    assert clinician.get(f"/films/{lateral.id}/mark").status_code == 200
    with reading(services.engine) as connection:
        assert len(entries(connection, action="open film")) == before + 1
    answer = clinician.post(
        f"/films/{lateral.id}/landmarks",
        headers={"X-CSRF": clinician.csrf(), "Accept": "application/json"},
        files={"landmarks": ("p.json", b'{"view": "LATERAL", "landmarks": [{"level": "Q9"}]}')},
    )
    assert answer.status_code == 422
    assert "no vertebra named 'Q9'" in answer.json()["error"]


def test_landmarks_of_the_detector_stay_for_whoever_did_not_see_them(
    browser: Callable[[Role], Client], measured: Callable[..., Film], marks: dict[str, Any]
) -> None:
    film = measured("phantom_0003_lateral")
    client = browser(Role.CLINICIAN)
    assert "spondyl-landmarks" not in client.get(f"/films/{film.id}/mark").text
    for version in ({}, {"after_version": film.draft_version + 1}):
        assert given(client, film, marks, **version).status_code == 409
    assert client.get(f"/api/v1/films/{film.id}/progress").json()["state"] == "measured"


def test_points_given_by_a_person_are_replaced_only_by_one_who_saw_them(
    browser: Callable[[Role], Client],
    services: Services,
    films: FilmService,
    lateral: Film,
    marks: dict[str, Any],
) -> None:
    client = browser(Role.CLINICIAN)
    assert given(client, lateral, marks).status_code == 202
    assert films.worker.work_once()
    with reading(services.engine) as connection:
        film = film_in_chart(connection, lateral.id)
    page = client.get(f"/films/{film.id}/mark")
    assert (page.status_code, "spondyl-landmarks" in page.text) == (200, True)
    assert given(client, film, marks).status_code == 409
    assert given(client, film, marks, after_version=film.draft_version - 1).status_code == 409
    assert given(client, film, marks, after_version=10**30).status_code == 422
    desk = films.desk.accept(
        film.id, sent_as_kept(films.desk.open(film.id)), Signer(actor="test", name="Test")
    )
    assert given(client, film, marks, after_version=desk.film.draft_version).status_code == 409
    assert client.get(f"/films/{film.id}/mark").status_code == 303


def test_of_two_who_mark_at_once_the_second_overwrites_nothing(
    browser: Callable[[Role], Client], films: FilmService, lateral: Film, marks: dict[str, Any]
) -> None:
    """The first one's points are not measured yet when the second one's come."""
    client, seen = browser(Role.CLINICIAN), lateral.draft_version
    assert given(client, lateral, marks, after_version=seen).status_code == 202
    fewer = marks | {"landmarks": marks["landmarks"][1:]}
    answer = given(client, lateral, fewer, after_version=seen)
    assert (answer.status_code, "a moment ago" in answer.json()["error"]) == (409, True)
    assert films.worker.work_once()
    assert len(films.desk.open(lateral.id).reading.points.levels) == len(marks["landmarks"])


def test_a_landmark_file_from_the_list_overwrites_nothing_newer(
    browser: Callable[[Role], Client], films: FilmService, lateral: Film, marks: dict[str, Any]
) -> None:
    """The list's form says which version it shows: points that came since then stay, be they measured yet or not."""
    client = browser(Role.CLINICIAN)
    shown = client.get(f"/patients/{lateral.person_id}/films").text
    form = shown.partition(f'action="/films/{lateral.id}/landmarks"')[2].partition("</form>")[0]
    seen = re.search(r'name="after_version" value="(\d+)"', form)
    assert seen is not None
    assert given(client, lateral, marks, after_version=lateral.draft_version).status_code == 202
    fewer = marks | {"landmarks": marks["landmarks"][1:]}
    for version in ({"after_version": int(seen[1])}, {}):
        assert given(client, lateral, fewer, **version).status_code == 409
    assert films.worker.work_once()
    assert len(films.desk.open(lateral.id).reading.points.levels) == len(marks["landmarks"])


def test_landmarks_that_come_while_a_film_is_read_are_measured_afterwards(
    services: Services, films: FilmService, phantoms: Path, patient: Person, marks: dict[str, Any]
) -> None:
    """What the background job found without them is neither kept nor taken for a person's."""
    path = phantoms / "phantom_0003_lateral.dcm"
    words = {"code": "lateral_needs_landmarks", "what": "Lateral.", "why": "No detector.", "do": "Mark."}
    origin = Origin(source=FilmSource.UPLOAD, name=path.name, actor="test", person_id=patient.id)
    film = take_in(services.engine, films.store, path.read_bytes(), origin)
    with writing(services.engine) as connection:
        claimed = claim_film(connection)
        assert claimed is not None
        read_again(connection, film.id, landmarks=marks, actor="test")
        show_progress(connection, claimed, facts=facts_json(read_once(path)))
        after = save_outcome(connection, claimed, facts=None, original=None, summary=None, refusal=words)
    assert (after.state, after.refusal) == (FilmState.WAITING, None)
    assert films.worker.work_once()
    assert films.desk.open(film.id).reading.points.view is View.LATERAL


def test_pedicles_that_a_file_gave_are_not_lost_by_marking_again(
    browser: Callable[[Role], Client], services: Services, films: FilmService, phantoms: Path, patient: Person
) -> None:
    path = phantoms / "phantom_0003_ap.dcm"
    words = {"code": "low_confidence", "what": "Unsure.", "why": "Many corners.", "do": "Mark them."}
    film = refused_film(services, films, path, read_once(path), words, patient)
    client = browser(Role.CLINICIAN)
    file = json.loads(path.with_suffix(".landmarks.json").read_text())
    assert any("pedicles_px" in one for one in file["landmarks"])
    assert given(client, film, file).status_code == 202
    assert films.worker.work_once()
    assert client.get(f"/films/{film.id}/mark").status_code == 303
    assert "Mark more by hand" not in client.get(f"/patients/{patient.id}/films").text


def given(client: Client, film: Film, marks: dict[str, Any], **fields: int):
    """Give a landmark file as the marking page does."""
    return client.post(
        f"/films/{film.id}/landmarks",
        headers={"X-CSRF": client.csrf(), "Accept": "application/json"},
        data=fields,
        files={"landmarks": ("p.json", json.dumps(marks).encode())},
    )
