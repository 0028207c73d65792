"""Claims: names move, corners do not; what a level cannot hold is left out and comes back when the names move back; the
doubt about the name goes and the doubt about the place stays. Expected names and numbers are written out by hand."""

import json
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from audit_rows import entries
from clinic_apps import Browser
from named_films import AP, Film0003, chain
from spondyl.anatomy import Landmarks, Level
from spondyl.anatomy.landmark_text import LandmarkTextError
from spondyl.assessment.assess import names_right_p, unsure_levels
from spondyl.clinic.chart.films import Film
from spondyl.clinic.chart.roles import Role
from spondyl.clinic.chart.transaction import reading
from spondyl.clinic.films.desk import desk_of
from spondyl.clinic.films.reading import Reading, reading_from_json, reading_json
from spondyl.clinic.films.renamed import renamed, words_of
from spondyl.clinic.web.services import Services

AP_FEET = "T2 T3 T4 T5 T6 T7 T8 T9 T10 T11 T12 L1 L2 L3 L4 L5 S1"
AP_HEAD = "C7 T1 T2 T3 T4 T5 T6 T7 T8 T9 T10 T11 T12 L1 L2 L3 L4"
Measured = Callable[..., Film]
Open = Callable[[Role], Browser]


def names(landmarks: Landmarks) -> str:
    return " ".join(level.value for level in landmarks.levels)


@pytest.mark.parametrize(
    ("before", "by", "after"),
    [
        (AP, 1, AP_FEET),
        (AP, -1, AP_HEAD),
        ("L3 L4 L5 S1", 1, "L4 L5 S1"),
        ("L3 L4 L5 S1", -1, "L2 L3 L4 L5"),
        ("C2 C3 C4", -1, "C2 C3"),
        ("C7 T1 T12 L1", -1, "C6 C7 T11 T12"),
        ("T11 L1", 2, "L1 L3"),
        (AP, 0, AP),
    ],
)
def test_names_move_by_one(before: str, by: int, after: str) -> None:
    assert names(renamed(chain(before), by, named_right_p=0.6)) == after


def test_towards_the_feet_every_corner_stays_and_the_sacrum_keeps_its_upper_endplate() -> None:
    before = chain(AP)
    after = renamed(before, 1, named_right_p=0.6)
    assert np.array_equal(after.corners_px[:16], before.corners_px[:16])
    assert after.corners_px[16, :2].tolist() == [[10.0, 1600.0], [70.0, 1600.0]]
    assert np.isnan(after.corners_px[16, 2:]).all()
    assert np.array_equal(after.corner_sd_px[:16], before.corner_sd_px[:16])
    assert np.array_equal(after.corner_sd_px[16], [17.0, 17.0, np.nan, np.nan], equal_nan=True)
    assert "(L4 is L5)" in after.provenance.method
    assert after.provenance.method.endswith("before: detector")


def test_towards_the_head_all_seventeen_are_kept_whole() -> None:
    before = chain(AP)
    after = renamed(before, -1, named_right_p=0.6)
    assert np.array_equal(after.corners_px, before.corners_px)
    assert "(L4 is L3)" in after.provenance.method


def test_what_falls_off_is_left_out_with_its_own_corners() -> None:
    after = renamed(chain("C2 C3 C4"), -1, named_right_p=1.0)
    assert after.corners_px[:, 0, 1].tolist() == [100.0, 200.0]
    with pytest.raises(LandmarkTextError, match="no vertebra is left"):
        renamed(chain("C2"), -1, named_right_p=1.0)


def test_the_doubt_about_the_name_goes_and_that_about_the_place_stays() -> None:
    """Confidence 0.6, 0.6, 0.24, 0.6: the names are right with 0.6, so the places with 1, 1, 0.4 and 1."""
    before = replace(chain("L1 L2 L3 L4"), confidence=np.array([0.6, 0.6, 0.24, 0.6]))
    assert names_right_p(before) == 0.6
    after = renamed(before, 1, named_right_p=0.6)
    assert np.allclose(after.confidence, [1.0, 1.0, 0.4, 1.0])
    assert names_right_p(after) == 1.0
    assert unsure_levels(after) == (Level.L4,)


def test_a_renamed_reading_is_kept_whole_and_can_be_named_back() -> None:
    original = chain(AP)
    there = Reading(original=original, placed=original, is_detected=True, renamed_by=1)
    assert names(there.points) == AP_FEET
    assert there.is_corrected
    saved = json.loads(json.dumps(reading_json(there)))
    assert [one["level"] for one in saved["points"]["landmarks"]] == AP_FEET.split()
    back = replace(reading_from_json(saved), renamed_by=0)
    assert names(back.points) == AP
    assert np.array_equal(back.points.corners_px, original.corners_px)
    assert not back.is_corrected


def test_a_renaming_is_said_by_an_example() -> None:
    ap = [Level(name) for name in AP.split()]
    neck = [Level(name) for name in ("C2", "C3", "C5")]
    assert words_of(ap, 1) == "L4 is L5"
    assert words_of(ap, -1) == "L4 is L3"
    assert words_of(ap, 3) == "T6 is T9"
    assert words_of(neck, -1) == "C3 is C2"


@pytest.fixture
def film(measured: Measured) -> Film:
    return measured("phantom_0003_ap")


def moved_names(text: str, by: int) -> str:
    """``T5–T11`` with both names moved along the list written here."""
    order = f"C2 C3 C4 C5 C6 {AP_HEAD} L5 S1".split()
    return "–".join(order[order.index(name) + by] for name in text.split("–"))


def test_curves_keep_their_angle_and_take_the_new_names(browser: Open, film: Film) -> None:
    """Claim: the largest curve's angle is unchanged and both its end vertebrae bear the next name."""
    page = Film0003(browser(Role.CLINICIAN), film)
    line = page.state["assessment"]["drawn"][0]
    ends = line["short"].removeprefix("Cobb ")
    for by in (1, -1):
        now = page.send("measure", by=by)["drawn"][0]
        assert now["short"] == f"Cobb {moved_names(ends, by)}"
        assert now["value"] == pytest.approx(line["value"], abs=1e-9)
    assert page.client.get(f"{page.api}/state").json()["assessment"]["drawn"][0]["short"] == line["short"]


def test_draft_acceptance_reports_and_audit_carry_the_names(
    browser: Open, film: Film, services: Services
) -> None:
    page = Film0003(browser(Role.CLINICIAN), film)
    told = page.send("draft", by=1, method="PUT")["reading"]["text"]
    assert "levels renamed by hand (L4 is L5)" in told
    reloaded = page.client.get(f"{page.api}/state").json()["points"]
    assert reloaded["renamed_by"] == 1
    assert reloaded["vertebrae"][-1]["level"] == "S1"
    page.send("accept", by=1)
    before = {one["level"]: one["corners_px"] for one in page.state["points"]["vertebrae"]}
    state = page.sign()
    reports = {one["url"].rpartition("/")[2]: page.client.get(one["url"]).content for one in state["reports"]}
    saved = {one["level"]: one["corners_px"] for one in json.loads(reports["json"])["landmarks"]}
    assert list(saved) == f"C3 C4 C5 C6 {AP_HEAD} L5 S1".split()
    assert np.allclose(saved["L5"], before["L4"], atol=0.006)
    assert saved["S1"][2:] == [None, None]
    ends = moved_names(page.state["assessment"]["drawn"][0]["short"].removeprefix("Cobb "), 1)
    for name in ("html", "fhir"):
        assert ends.replace("–", "-") in reports[name].decode().replace("–", "-"), name
    with reading(services.engine) as connection:
        kept = entries(connection, action="rename levels")
        desk = desk_of(connection, film.id)
    assert [one.detail["names"] for one in kept] == ["L4 is L5"]
    assert desk.reading.points.levels[-1] is Level.S1
    assert desk.reading.original.levels[0] is Level.C2


def test_names_back_is_the_detectors_reading_again(browser: Open, film: Film, services: Services) -> None:
    page = Film0003(browser(Role.CLINICIAN), film)
    page.send("draft", by=1, method="PUT")
    page.send("draft", by=0, method="PUT")
    with reading(services.engine) as connection:
        desk = desk_of(connection, film.id)
        kept = entries(connection, action="rename levels")
    assert not desk.reading.is_corrected
    assert {one.detail["names"] for one in kept} == {"L4 is L5", "as they were read"}
    assert len(kept) == 2


@pytest.mark.parametrize("by", [24, -24, 23])
def test_a_move_that_leaves_nothing_is_refused(browser: Open, measured: Measured, by: int) -> None:
    page = Film0003(browser(Role.CLINICIAN), measured("phantom_0003_ap"))
    points = page.state["points"]
    body = {
        "corners_px": {one["level"]: one["corners_px"] for one in points["vertebrae"]},
        "heads_px": [head["centre_px"] for head in points["heads"]],
        "renamed_by": by,
    }
    headers = {"X-CSRF": page.client.csrf()}
    answer = page.client.post(f"{page.api}/measure", json=body, headers=headers)
    assert answer.status_code == (422 if abs(by) > 23 else 200), answer.text
