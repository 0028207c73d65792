"""Claims: a film is measured, corrected, accepted and signed through the pages' own requests; each step is in the audit
log and none is lost; what is signed is what was shown; a second person never overwrites the first in silence."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from audit_rows import entries
from clinic_apps import Browser
from spondyl.anatomy import Landmarks
from spondyl.anatomy.landmark_text import landmarks_from_json, landmarks_to_json
from spondyl.assessment.change import OTHER_SIDE, RULE, STANCE
from spondyl.clinic.chart.audit import verify
from spondyl.clinic.chart.documents import newest_of_each
from spondyl.clinic.chart.films import Film
from spondyl.clinic.chart.films import film as film_of
from spondyl.clinic.chart.people import Person
from spondyl.clinic.chart.roles import Role
from spondyl.clinic.chart.transaction import reading
from spondyl.clinic.films.corrected import corrected
from spondyl.clinic.films.desk import KIND
from spondyl.clinic.films.service import FilmService
from spondyl.clinic.web.services import Services
from spondyl.radiograph.read import read_film

Measured = Callable[..., Film]
Open = Callable[[Role], Browser]


class Page:
    """What the viewer's page does with one film."""

    def __init__(self, client: Browser, film: Film) -> None:
        self.client, self.film = client, film
        self.headers = {"X-CSRF": client.csrf()}
        self.state: dict[str, Any] = client.get(f"/api/v1/films/{film.id}/state").json()

    def points(self, **moved: tuple[float, float]) -> dict[str, Any]:
        """The points, some vertebrae moved by (x, y) pixels."""
        corners = {
            one["level"]: [list(c) if c else None for c in one["corners_px"]]
            for one in self.state["points"]["vertebrae"]
        }
        for level, (dx, dy) in moved.items():
            corners[level] = [
                [x + dx, y + dy] if n == 0 else [x, y] for n, (x, y) in enumerate(corners[level])
            ]
        heads = [head["centre_px"] for head in self.state["points"]["heads"]]
        return {"corners_px": corners, "heads_px": heads}

    def send(self, what: str, body: dict[str, Any], method: str = "POST") -> Any:
        answer = self.client.request(
            method, f"/api/v1/films/{self.film.id}/{what}", json=body, headers=self.headers
        )
        if answer.status_code == 200 and what in ("accept", "sign"):
            self.state = answer.json()
        return answer


@pytest.fixture
def page(browser: Open, measured: Measured) -> Page:
    return Page(browser(Role.CLINICIAN), measured("phantom_0003_ap"))


def value_of(assessed: dict[str, Any], kind: str) -> float:
    row = next(one for one in assessed["rows"] if one["kind"] == kind)
    return float(row["value"].replace("−", "-").split("°")[0])


def test_pixels_are_those_of_the_reader_as_little_endian_uint16(page: Page, films: FilmService) -> None:
    sent = page.client.get(f"/api/v1/films/{page.film.id}/pixels").content
    with films.store.opened(page.film.content_sha256) as path:
        expected = read_film(path).pixels
    assert np.array_equal(np.frombuffer(sent, "<u2").reshape(expected.shape), expected)


def test_a_moved_corner_changes_its_angle_and_nothing_is_kept(page: Page) -> None:
    before = value_of(page.state["assessment"], "t1_tilt")
    now = page.send("measure", {**page.points(T1=(0.0, -3.0)), "version": 0}).json()
    width = page.points()["corners_px"]["T1"][1][0] - page.points()["corners_px"]["T1"][0][0]
    assert abs(abs(value_of(now, "t1_tilt") - before) - np.degrees(np.arctan(3.0 / width))) < 0.3
    assert (
        value_of(page.client.get(f"/api/v1/films/{page.film.id}/state").json()["assessment"], "t1_tilt")
        == before
    )


def test_measuring_moved_points_reads_no_kept_points_again(
    page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ten times a second is measured while a corner is dragged. Other kept points are read, under the same film too."""
    first = page.send("measure", page.points(T8=(0, 5))).json()
    read: list[str] = []

    def counted(text: str, *, is_kept: bool = False) -> Landmarks:
        read.append(text)
        return landmarks_from_json(text, is_kept=is_kept)

    monkeypatch.setattr("spondyl.clinic.films.reading.landmarks_from_json", counted)
    again = page.send("measure", page.points(T8=(0, 5))).json()
    assert (again, read) == (first, [])
    moved = page.points(T8=(0, 5)) | {"version": page.state["reading"]["version"]}
    assert page.send("draft", moved, "PUT").status_code == 200
    page.state = page.client.get(f"/api/v1/films/{page.film.id}/state").json()
    assert len(read) >= 1
    t8 = next(one for one in page.state["points"]["vertebrae"] if one["level"] == "T8")
    assert t8["corners_px"] == moved["corners_px"]["T8"]


def test_points_kept_in_memory_cannot_be_changed(films: FilmService, page: Page) -> None:
    points = films.desk.open(page.film.id).reading.placed
    for array in (points.corners_px, points.confidence, points.femoral_heads_px):
        with pytest.raises(ValueError, match="read-only"):
            array[:1] = 0.0


def test_corrected_points_are_those_of_a_landmark_file_that_says_the_same(
    films: FilmService, page: Page
) -> None:
    """Reference: the moved points written as a landmark file and read again. Kept ones keep confidence and error."""
    desk = films.desk.open(page.film.id)
    base = replace(desk.reading.placed, corner_sd_px=np.full_like(desk.reading.placed.corner_sd_px, 1.5))
    sent = page.points(T8=(0, 5))
    corners = {level: [c and (c[0], c[1]) for c in points] for level, points in sent["corners_px"].items()}
    corners["L5"][3] = None
    heads = [(x + 2.0, y) for x, y in sent["heads_px"]]
    found = corrected(base, desk.facts, corners_px=corners, heads_px=heads)
    document: Any = landmarks_to_json(base)
    for entry in document["landmarks"]:
        if entry["level"] in ("T8", "L5"):
            entry |= {"corners_px": [c and list(c) for c in corners[entry["level"]]], "confidence": 1.0}
            del entry["corner_sd_px"]
    for entry, at in zip(document["femoral_heads_px"], heads, strict=True):
        entry["centre_px"] = list(at)
    wanted = landmarks_from_json(json.dumps(document))
    for name in ("corners_px", "confidence", "corner_sd_px", "femoral_heads_px", "pedicles_px"):
        np.testing.assert_array_equal(getattr(found, name), getattr(wanted, name))
    assert found.provenance.method.startswith("T8, L5, femoral heads moved by hand")


def test_corrected_then_accepted_then_signed_and_the_report_says_so(
    page: Page, services: Services, patient: Person
) -> None:
    moved = page.points(T5=(2.0, 1.0))
    kept = page.send("draft", {**moved, "version": 0}, "PUT").json()["reading"]
    assert (kept["status"], kept["version"]) == ("draft", 1)
    page.send("accept", {**moved, "version": 1})
    assert page.state["reading"]["status"] == "accepted"
    assert "T5 corrected by hand" in page.state["reading"]["text"]
    page.send("sign", {"version": page.state["reading"]["version"]})
    assert page.state["reading"]["status"] == "signed"
    reports = {one["url"].rpartition("/")[2]: page.client.get(one["url"]) for one in page.state["reports"]}
    assert set(reports) == {"html", "pdf", "json", "sr", "fhir"}
    assert all(one.status_code == 200 for one in reports.values())
    assert "open the film in its chart" in reports["html"].text
    assert "spondyl measure" not in reports["html"].text
    saved = json.loads(reports["json"].content)
    assert saved["provenance"]["confirmed_by"] == "Test Clinician"
    corners = next(one for one in saved["landmarks"] if one["level"] == "T5")["corners_px"]
    assert np.allclose(corners, moved["corners_px"]["T5"], atol=0.006)
    with reading(services.engine) as connection:
        actions = [one.action for one in reversed(entries(connection, actor="clinician"))]
        assert actions[0] == "fetch film"
        actions = [one for one in actions if one != "fetch film"]
        assert actions[:4] == ["correct landmarks", "save film reading", "sign film reading", "open report"]
        assert verify(connection).sound
        assert len(newest_of_each(connection, kind=KIND, person_id=patient.id)) == 1


def test_points_that_are_the_accepted_ones_again_leave_no_draft(page: Page, services: Services) -> None:
    """A nudge of a signed film, undone, left a draft for ever; its list and overview asked to sign it anew."""
    given = page.points(T5=(2.0, 1.0))
    page.send("accept", {**given, "version": 0})
    page.send("sign", {"version": page.state["reading"]["version"]})
    signed = page.state
    version = signed["reading"]["version"]
    nudged = page.send("draft", {**page.points(T6=(0.0, 3.0)), "version": version}, "PUT").json()["reading"]
    assert nudged["status"] == "draft"
    asked = page.client.get(f"/api/v1/films/{page.film.id}/state").json()
    assert asked["accepted"] == signed["points"] != asked["points"]
    back = page.send("draft", {**given, "version": nudged["version"]}, "PUT").json()["reading"]
    assert back["status"] == "signed" and back["text"] == signed["reading"]["text"]
    late = page.send("draft", {**given, "version": nudged["version"]}, "PUT")
    assert late.status_code == 409
    with reading(services.engine) as connection:
        assert entries(connection, actor="clinician")[0].action == "go back to accepted landmarks"
        assert film_of(connection, page.film.id).draft is None


def test_a_draft_on_an_old_version_is_refused_and_overwrites_nothing(page: Page) -> None:
    page.send("draft", {**page.points(T5=(2.0, 1.0)), "version": 0}, "PUT")
    late = page.send("draft", {**page.points(T6=(9.0, 9.0)), "version": 0}, "PUT")
    assert late.status_code == 409
    assert "nothing was overwritten" in late.text
    assert "T5 corrected" in page.client.get(f"/api/v1/films/{page.film.id}/state").json()["reading"]["text"]


def test_a_version_that_no_film_can_have_is_refused(page: Page) -> None:
    for version in (-1, 10**30):
        for what, method in (("draft", "PUT"), ("accept", "POST")):
            assert page.send(what, {**page.points(), "version": version}, method).status_code == 422
        for what in ("sign", "exchange"):
            assert page.send(what, {"version": version}).status_code == 422
    assert page.send("exchange", {"version": 0}).status_code == 422  # nothing was set aside


def test_only_accepted_points_can_be_signed(page: Page) -> None:
    assert page.send("sign", {"version": 0}).status_code == 409
    page.send("accept", {**page.points(), "version": 0})
    version = page.state["reading"]["version"]
    page.send("draft", {**page.points(T5=(2.0, 1.0)), "version": version}, "PUT")
    assert page.send("sign", {"version": version}).status_code == 409


@pytest.mark.parametrize(
    "corners",
    [[[1, 1], [2, 2]], [["a", 1]] * 4, [[1e9, 1]] * 4, [[True, 1]] * 4, "T5"],
    ids=["two", "text", "far", "bool", "word"],
)
def test_points_that_cannot_be_are_refused_by_name(page: Page, corners: Any) -> None:
    body = page.points()
    body["corners_px"]["T5"] = corners
    assert page.send("measure", {**body, "version": 0}).status_code == 422


def test_points_off_the_film_are_refused_with_what_to_do(page: Page) -> None:
    off = page.send("measure", {**page.points(T5=(5000.0, 0.0)), "version": 0})
    assert off.status_code == 422
    assert "a corner lies at" in off.text


def test_an_earlier_film_gives_each_row_its_change_and_the_smallest_that_can_be_told(
    page: Page, measured: Measured
) -> None:
    earlier = measured("phantom_0004_ap")
    rows = page.send("measure", {**page.points(), "version": 0, "earlier": earlier.id}).json()["rows"]
    major = next(row for row in rows if row["kind"] == "cobb_major")
    assert major["before"].endswith("°")
    assert "smallest detectable" in major["change"]
    notes = [note for row in rows for note in row.get("notes", ())]
    assert OTHER_SIDE in major["notes"], (major, notes)
    assert any(note.startswith("Different vertebrae: ") for note in notes)
    assert not {STANCE, RULE} & set(notes), "said once, or by the probability"


def test_a_film_of_another_patient_is_never_compared(page: Page, measured: Measured) -> None:
    stranger = measured("phantom_0004_ap", person_id=None)
    answer = page.send("measure", {**page.points(), "version": 0, "earlier": stranger.id})
    assert answer.status_code == 404
    assert stranger.id not in json.dumps(page.state["earlier"])


def test_a_film_without_a_patient_cannot_be_accepted(browser: Open, measured: Measured) -> None:
    page = Page(browser(Role.CLINICIAN), measured("phantom_0004_ap", person_id=None))
    refused = page.send("accept", {**page.points(), "version": 0})
    assert refused.status_code == 422
    assert "whose film this is" in refused.text


def test_a_header_that_names_somebody_else_is_the_first_red_line(page: Page) -> None:
    assert "PHANTOM SPINE" in page.state["assessment"]["red_lines"][0]
    now = page.send("measure", {**page.points(T1=(0.0, -3.0)), "version": 0}).json()
    assert "PHANTOM SPINE" in now["red_lines"][0]


def test_what_to_check_first_stands_before_the_buttons_and_is_read_out_with_them(page: Page) -> None:
    to = page.client.get(f"/films/{page.film.id}").headers["location"]
    shown = page.client.get(to).text
    assert shown.index('id="film-alerts"') < shown.index('data-act="accept"') < shown.index('data-act="sign"')
    assert shown.count('aria-describedby="film-alerts"') == 2
