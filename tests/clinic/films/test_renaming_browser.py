"""Claims, in a real browser: all level names move by one with one press, by mouse or key; lines, values and warnings
follow; undo takes it back; what is accepted and signed bears the names. A film that the detector read is marked anew by
hand, and the detector's points can be gone back to until somebody accepts."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

from audit_rows import entries
from clinic_apps import Browser as Client
from live_clinic import COLOUR_RULES, served, signed_in, undo, violations
from spondyl.anatomy.landmark_text import landmarks_to_json
from spondyl.clinic.chart.accounts import Account
from spondyl.clinic.chart.films import Film
from spondyl.clinic.chart.roles import Role
from spondyl.clinic.chart.transaction import reading
from spondyl.clinic.films.desk import Signer, desk_of, sent_as_kept
from spondyl.clinic.films.reading import points_from_json
from spondyl.clinic.films.service import FilmService
from spondyl.clinic.web.services import Services

AP = ["T1", "T2", "T3", "T4", "T5", "T6", "T7", "T8", "T9", "T10", "T11", "T12", "L1", "L2", "L3", "L4", "L5"]
AP_FEET = [*AP[1:], "S1"]
AP_HEAD = ["C7", *AP[:-1]]
DOUBT = "All level names may be one off"


@pytest.fixture
def film(doubted_film: Film) -> Film:
    return doubted_film


@pytest.fixture
def viewer(
    browser_program: Browser, services: Services, staff: dict[Role, Account], film: Film
) -> Iterator[Page]:
    with served(services) as address:
        page = signed_in(browser_program, address, services, staff[Role.CLINICIAN], width=1440)
        page.goto(f"/films/{film.id}")
        page.wait_for_selector("[data-ready]")
        yield page
        page.context.close()


def part(page: Page, name: str):
    return page.locator(f'[data-part="{name}"]')


def names(page: Page) -> list[str]:
    """The names on the film, without the word "unsure"."""
    texts = page.locator("[data-part=pane] .film-name").all_text_contents()
    return [text.split()[0] for text in texts]


def curve(page: Page) -> list[str]:
    """The name and the value of the largest curve as it is written on the film: T5–T11, 38.1°."""
    return (page.locator(".film-value").first.text_content() or "").split()[1:]


def along(text: str, by: int) -> str:
    order = ["C7", *AP, "S1"]
    return "–".join(order[order.index(name) + by] for name in text.split("–"))


def wait_for_curve(page: Page, text: str) -> None:
    expect(page.locator(".film-value").first).to_contain_text(f"Cobb {text} ")


def one_press_names_all_levels_one_towards_the_feet_and_everything_follows(viewer: Page) -> None:
    before, angle = curve(viewer)
    assert names(viewer) == AP
    expect(part(viewer, "alerts")).to_contain_text(DOUBT)
    viewer.get_by_role("button", name="L4 is L5").click()
    expect(part(viewer, "renamed")).to_have_text(
        "Renamed: T1 to L5 is now T2 to S1. S1 keeps its upper endplate only."
    )
    wait_for_curve(viewer, along(before, 1))
    assert curve(viewer)[1] == angle
    assert names(viewer) == AP_FEET
    expect(part(viewer, "alerts")).not_to_contain_text(DOUBT)
    expect(part(viewer, "alerts")).to_contain_text(
        "T5"
    )  # its place is as unsure as before, under its new name
    expect(part(viewer, "reading")).to_contain_text("(L4 is L5)")
    viewer.locator('button[data-act="undo"]').click()
    wait_for_curve(viewer, before)
    assert names(viewer) == AP
    expect(part(viewer, "renamed")).to_have_text("Renamed: T2 to S1 is now T1 to L5.")
    expect(part(viewer, "alerts")).to_contain_text(DOUBT)
    viewer.locator('button[data-act="redo"]').click()
    wait_for_curve(viewer, along(before, 1))


def a_reload_keeps_the_names_and_naming_back_brings_every_corner_back(viewer: Page) -> None:
    corners = viewer.locator("[data-part=pane] .film-outline").last
    whole = corners.get_attribute("points") or ""
    viewer.get_by_role("button", name="L4 is L5").click()
    expect(part(viewer, "status")).to_contain_text("Draft saved")
    viewer.reload()
    viewer.wait_for_selector("[data-ready]")
    assert names(viewer) == AP_FEET
    assert len((corners.get_attribute("points") or "").split()) == 2
    viewer.get_by_role("button", name="L4 is L3").click()
    assert names(viewer) == AP
    expect(corners).to_have_attribute("points", whole)


def by_keys_alone_on_the_buttons_and_on_the_film(viewer: Page) -> None:
    before, _ = curve(viewer)
    viewer.get_by_role("button", name="L4 is L3").focus()
    viewer.keyboard.press("Enter")
    wait_for_curve(viewer, along(before, -1))
    assert names(viewer) == AP_HEAD
    part(viewer, "pane").focus()
    viewer.keyboard.press(">")
    wait_for_curve(viewer, before)
    viewer.keyboard.press(">")
    wait_for_curve(viewer, along(before, 1))
    viewer.keyboard.press("<")
    viewer.keyboard.press("u")
    wait_for_curve(viewer, along(before, 1))
    viewer.keyboard.press("a")
    expect(part(viewer, "status")).to_have_text("Accepted.")
    expect(part(viewer, "anew")).to_be_hidden()


def a_corner_dragged_after_renaming_belongs_to_its_new_name_and_back(
    viewer: Page, services: Services, film: Film
) -> None:
    viewer.get_by_role("button", name="L4 is L5").click()
    expect(part(viewer, "status")).to_contain_text("Draft saved")  # or it would come over the next message
    part(viewer, "pane").focus()
    viewer.keyboard.press("PageDown")
    expect(part(viewer, "status")).to_contain_text("T2 top left")
    viewer.keyboard.press("Shift+ArrowUp")
    expect(part(viewer, "reading")).to_contain_text("T2 corrected by hand")
    viewer.get_by_role("button", name="L4 is L3").click()
    expect(part(viewer, "reading")).to_have_text(
        "Landmarks found by the detector; T1 corrected by hand. Draft: nobody has accepted this yet."
    )
    with reading(services.engine) as connection:
        kept = desk_of(connection, film.id).reading
    moved_px = kept.points.corners_px - kept.original.corners_px
    assert moved_px[0, 0].tolist() == [0.0, -10.0]
    assert not moved_px[1:].any()


def what_is_accepted_and_signed_bears_the_names(
    viewer: Page, services: Services, film: Film, renamed: str
) -> None:
    wait_for_curve(viewer, renamed)
    viewer.get_by_role("button", name="Accept landmarks").click()
    viewer.get_by_role("button", name="Sign as").click()
    viewer.get_by_role("link", name="Report (page)").click()
    expect(viewer.get_by_text(renamed).first).to_be_visible()
    assert DOUBT not in viewer.content()
    with reading(services.engine) as connection:
        assert [level.value for level in desk_of(connection, film.id).reading.points.levels] == AP_FEET
        assert len(entries(connection, action="rename levels")) == 1


def test_who_counted_says_that_the_names_are_right_and_the_warning_goes(
    viewer: Page, services: Services
) -> None:
    """By the button, undone, by the key again; then it is signed, and the report says who and when."""
    before, angle = curve(viewer)
    expect(part(viewer, "alerts")).to_contain_text(DOUBT)
    button = viewer.get_by_role("button", name="The names are right as they are")
    button.click()
    expect(part(viewer, "alerts")).not_to_contain_text(DOUBT)
    expect(part(viewer, "alerts")).to_contain_text("T4")  # its place is as unsure as before
    expect(part(viewer, "renamed")).to_contain_text("The names are confirmed.")
    expect(part(viewer, "reading")).to_contain_text("level names counted and confirmed by")
    expect(button).to_be_disabled()
    assert names(viewer) == AP
    viewer.locator('button[data-act="undo"]').click()
    expect(part(viewer, "alerts")).to_contain_text(DOUBT)
    expect(part(viewer, "reading")).not_to_contain_text("confirmed by")
    expect(button).to_be_enabled()
    part(viewer, "pane").focus()
    viewer.keyboard.press("c")
    expect(part(viewer, "status")).to_contain_text("Draft saved")
    viewer.reload()
    viewer.wait_for_selector("[data-ready]")
    expect(part(viewer, "renamed")).to_contain_text("The names are confirmed.")
    assert curve(viewer) == [before, angle]
    assert violations(viewer) == []
    viewer.get_by_role("button", name="Accept landmarks").click()
    viewer.get_by_role("button", name="Sign as").click()
    viewer.get_by_role("link", name="Report (page)").click()
    expect(viewer.get_by_text("Level names counted and confirmed by").first).to_be_visible()
    assert DOUBT not in viewer.content()
    with reading(services.engine) as connection:
        assert len(entries(connection, action="confirm level names")) == 2
        assert len(entries(connection, action="take back confirmation of level names")) == 1


def a_renaming_takes_the_confirmation_back_and_can_be_confirmed_itself(viewer: Page) -> None:
    button = viewer.get_by_role("button", name="The names are right as they are")
    button.click()
    expect(part(viewer, "reading")).to_contain_text("confirmed by")
    viewer.get_by_role("button", name="L4 is L5").click()
    expect(part(viewer, "reading")).to_contain_text("(L4 is L5)")
    expect(part(viewer, "reading")).not_to_contain_text("confirmed by")
    button.click()
    expect(part(viewer, "reading")).to_contain_text("(L4 is L5); level names counted and confirmed by")
    assert names(viewer) == AP_FEET


def a_film_of_the_detector_is_marked_anew_and_both_readings_stay(
    viewer: Page, services: Services, film: Film
) -> None:
    """L1 is marked by four clicks; then the detector's points are gone back to, and the person's again."""
    viewer.get_by_role("button", name="L4 is L5").click()
    expect(part(viewer, "reading")).to_contain_text("(L4 is L5)")
    viewer.get_by_role("link", name="Mark anew by hand").click()
    viewer.wait_for_selector("[data-film-marking][data-ready]")
    expect(viewer.get_by_text("What the detector found is kept")).to_be_visible()
    expect(part(viewer, "count")).to_contain_text("0 of")
    for name in ("first", "last"):
        part(viewer, name).select_option("L1")
    box = part(viewer, "pane").bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    for dx, dy in ((-20, -12), (20, -12), (-20, 12), (20, 12)):
        viewer.mouse.click(x + dx, y + dy)
    viewer.get_by_role("button", name="Measure").click()
    viewer.wait_for_selector("[data-film-viewer][data-ready]")
    assert names(viewer) == ["L1"]
    expect(part(viewer, "reading")).to_contain_text("marked by hand")
    viewer.get_by_role("button", name="Go back to the detector's points").click()
    expect(part(viewer, "reading")).to_contain_text("found by the detector; levels renamed by hand")
    viewer.wait_for_selector("[data-film-viewer][data-ready]")
    assert names(viewer) == AP_FEET
    viewer.get_by_role("button", name="Go back to the points marked by hand").click()
    expect(part(viewer, "reading")).to_contain_text("marked by hand")
    with reading(services.engine) as connection:
        for action, count in (("mark film anew", 2), ("go back to detector's landmarks", 1)):
            assert len(entries(connection, action=action)) == count, action
        kept = desk_of(connection, film.id).reading
    assert kept.set_aside is not None
    assert kept.set_aside.original.levels == points_from_json(film.original or {}).levels


def axe_finds_nothing(page: Page) -> None:
    expect(part(page, "status")).to_contain_text("Draft saved")
    page.mouse.move(1, 1)
    assert violations(page) == []


def test_names_move_by_one_and_back_by_mouse_and_keys(viewer: Page, services: Services, film: Film) -> None:
    before, _ = curve(viewer)
    one_press_names_all_levels_one_towards_the_feet_and_everything_follows(viewer)
    axe_finds_nothing(viewer)
    viewer.emulate_media(color_scheme="dark")
    assert violations(viewer, rules=COLOUR_RULES) == []
    undo(viewer)
    a_reload_keeps_the_names_and_naming_back_brings_every_corner_back(viewer)
    a_corner_dragged_after_renaming_belongs_to_its_new_name_and_back(viewer, services, film)
    undo(viewer, times=3)
    a_film_of_the_detector_is_marked_anew_and_both_readings_stay(viewer, services, film)
    viewer.get_by_role("button", name="Go back to the detector's points").click()
    expect(part(viewer, "reading")).to_contain_text("found by the detector; levels renamed by hand")
    viewer.wait_for_selector("[data-film-viewer][data-ready]")
    viewer.get_by_role("button", name="L4 is L3").click()
    wait_for_curve(viewer, before)
    by_keys_alone_on_the_buttons_and_on_the_film(viewer)


def test_confirmed_names_are_renamed_accepted_and_signed(
    viewer: Page, services: Services, film: Film
) -> None:
    before, _ = curve(viewer)
    a_renaming_takes_the_confirmation_back_and_can_be_confirmed_itself(viewer)
    undo(viewer)
    expect(part(viewer, "reading")).not_to_contain_text("confirmed by")
    what_is_accepted_and_signed_bears_the_names(viewer, services, film, along(before, 1))


def test_who_may_mark_over_the_detector_and_until_when(
    browser: Callable[[Role], Client], film: Film, films: FilmService
) -> None:
    """Claim: only a clinician who saw the version, only until acceptance, only points of this film; else all stays."""
    points = points_from_json(film.original or {})
    marks = landmarks_to_json(replace(points, corner_sd_px=np.full((17, 4), np.nan)))
    clinician, front_desk = browser(Role.CLINICIAN), browser(Role.FRONT_DESK)

    def give(client: Client, body: object = marks, **fields: int) -> int:
        return client.post(
            f"/films/{film.id}/landmarks",
            headers={"X-CSRF": client.csrf(), "Accept": "application/json"},
            data=fields,
            files={"landmarks": ("p.json", json.dumps(body).encode())},
        ).status_code

    assert give(clinician) == 409
    assert give(clinician, after_version=7) == 409
    assert give(front_desk, after_version=0) == 403
    assert give(clinician, {**marks, "view": "LATERAL"}, after_version=0) == 422
    assert films.desk.open(film.id).reading.is_detected
    assert films.desk.open(film.id).reading.set_aside is None
    assert give(clinician, after_version=0) == 202
    desk = films.desk.open(film.id)
    assert not desk.reading.is_detected
    assert clinician.get(f"/api/v1/films/{film.id}/progress").json()["state"] == "measured"
    desk = films.desk.accept(film.id, sent_as_kept(desk), Signer(actor="test", name="Test"))
    assert give(clinician, after_version=desk.film.draft_version) == 409
    back = clinician.post(
        f"/api/v1/films/{film.id}/exchange",
        json={"version": desk.film.draft_version},
        headers={"X-CSRF": clinician.csrf()},
    )
    assert back.status_code == 409
    assert clinician.get(f"/films/{film.id}/mark").status_code == 303
