"""Claim: what is drawn lies where the landmarks are (within one film pixel), and no meaning hangs on colour alone.

Source: the hand-made boxes of conftest. Limit: lines are checked along straight edges, not at the joints.
"""

import base64
import io
import re
from dataclasses import replace
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image

from spondyl.anatomy import AP_LEVELS
from spondyl.clinic.report.drawing import Role, drawing_of, label_box_px
from spondyl.clinic.report.overlay import COLOUR, overlay_png
from spondyl.clinic.report.svg import film_svg
from spondyl.clinic.result import FilmResult

SVG = "{http://www.w3.org/2000/svg}"


def coloured_share(picture: np.ndarray, edge: tuple[np.ndarray, np.ndarray], colour: str) -> float:
    """Share of the points along an edge with the colour within one pixel."""
    wanted = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)])
    hits = 0
    for t in np.linspace(0.05, 0.95, 60):
        x, y = np.rint((1 - t) * edge[0] + t * edge[1]).astype(int)
        patch = picture[y - 1 : y + 2, x - 1 : x + 2].reshape(-1, 3)
        hits += bool((np.abs(patch - wanted).max(axis=1) < 8).any())
    return hits / 60


def test_png_has_the_films_own_size_and_outlines_on_the_landmarks(
    measured: FilmResult, corners: np.ndarray
) -> None:
    picture = np.asarray(Image.open(io.BytesIO(overlay_png(measured))), dtype=int)
    assert picture.shape == (1200, 480, 3)
    sure = AP_LEVELS.index(AP_LEVELS[8])
    for a, b in ((0, 1), (1, 3), (3, 2), (2, 0)):
        assert coloured_share(picture, (corners[sure][a], corners[sure][b]), COLOUR[Role.VERTEBRA]) == 1.0


def test_an_unsure_vertebra_is_dashed_and_says_so(measured: FilmResult, corners: np.ndarray) -> None:
    picture = np.asarray(Image.open(io.BytesIO(overlay_png(measured))), dtype=int)
    share = np.mean(
        [
            coloured_share(picture, (corners[1][a], corners[1][b]), COLOUR[Role.UNSURE])
            for a, b in ((0, 1), (1, 3), (3, 2), (2, 0))
        ]
    )
    assert 0.3 < share < 0.9
    words = {line for label in drawing_of(measured).labels for line in label.lines}
    assert {"T2 · unsure", "L4 · unsure", "T5 · end", "L1 · end", "T9"} <= words


def test_small_overlay_is_shrunk_and_never_enlarged(measured: FilmResult) -> None:
    assert Image.open(io.BytesIO(overlay_png(measured, longest_px=600))).size == (240, 600)
    assert Image.open(io.BytesIO(overlay_png(measured, longest_px=5000))).size == (480, 1200)


def test_the_cobb_lines_run_along_the_endplates(measured: FilmResult, corners: np.ndarray) -> None:
    strokes = {stroke.identifier: stroke.points_px for stroke in drawing_of(measured).strokes}
    for name, (a, b) in (
        ("measurement-cobb_major-1", corners[4][:2]),
        ("measurement-cobb_major-2", corners[12][2:]),
    ):
        (x0, y0), (x1, y1) = strokes[name]
        along = np.array([x1 - x0, y1 - y0]) / np.hypot(x1 - x0, y1 - y0)
        for corner in (a, b):
            off = (corner[0] - x0) * along[1] - (corner[1] - y0) * along[0]
            assert abs(off) < 1e-6


def test_value_and_interval_stand_on_the_film_and_no_label_covers_another(measured: FilmResult) -> None:
    labels = drawing_of(measured).labels
    assert ("T5–L1 45.0°", "42.5 to 47.5°") in [label.lines for label in labels]
    boxes = [label_box_px(label) for label in labels]
    for n, a in enumerate(boxes):
        assert a[0] >= -0.01 and a[1] >= -0.01 and a[2] <= 480.01 and a[3] <= 1200.01
        assert not any(a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3] for b in boxes[n + 1 :])


def test_a_level_of_which_only_the_pedicles_are_marked_is_drawn_too(measured: FilmResult) -> None:
    marks = measured.landmarks
    assert marks is not None
    corners = marks.corners_px.copy()
    corners[4] = np.nan
    assert drawing_of(replace(measured, landmarks=replace(marks, corners_px=corners))).labels


def test_the_aasce_angle_is_not_drawn_as_a_cobb_angle(measured: FilmResult) -> None:
    assert not any("aasce" in stroke.identifier for stroke in drawing_of(measured).strokes)


def test_svg_holds_each_vertebra_as_an_element_in_film_pixels(
    measured: FilmResult, corners: np.ndarray
) -> None:
    root = ElementTree.fromstring(film_svg(measured))
    assert root.get("viewBox") == "-0.5 -0.5 480 1200"
    title = root.find(f"{SVG}title")
    assert title is not None and "17 vertebrae, T1 to L5" in (title.text or "")
    for index, level in enumerate(AP_LEVELS):
        group = root.find(f".//{SVG}g[@id='vertebra-{level.value}']")
        assert group is not None
        name = group.find(f"{SVG}title")
        assert name is not None and (name.text or "").startswith(f"{level.value}, confidence 0.")
        polygon = group.find(f"{SVG}polygon")
        assert polygon is not None
        points = np.array([[float(v) for v in pair.split(",")] for pair in polygon.get("points", "").split()])
        assert np.abs(points - corners[index][[0, 1, 3, 2]]).max() <= 0.005
        assert (polygon.get("stroke-dasharray") is not None) == (level.value in ("T2", "L4"))


def test_svg_embeds_its_picture_and_links_nowhere(measured: FilmResult) -> None:
    text = film_svg(measured, longest_px=300)
    href = re.search(r'href="data:image/png;base64,([^"]+)"', text)
    assert href is not None
    assert Image.open(io.BytesIO(base64.b64decode(href[1]))).size == (120, 300)
    assert re.findall(r'(?:href|src)="(?!data:)', text) == []
    assert 'href="film.png"' in film_svg(measured, picture_href="film.png")


def test_a_film_without_landmarks_is_shown_and_an_undecoded_one_is_refused(
    measured: FilmResult, refused: FilmResult
) -> None:
    bare = replace(refused, radiograph=measured.radiograph)
    assert drawing_of(bare).strokes == ()
    assert Image.open(io.BytesIO(overlay_png(bare))).size == (480, 1200)
    with pytest.raises(ValueError, match="not decoded"):
        overlay_png(refused)


def test_sixteen_bit_films_keep_their_order_of_brightness(measured: FilmResult) -> None:
    assert measured.radiograph is not None
    ramp = np.tile(np.linspace(0, 60000, 480, dtype=np.uint16), (1200, 1))
    bare = replace(measured, radiograph=replace(measured.radiograph, pixels=ramp), landmarks=None)
    assert bare.assessment is not None
    bare = replace(bare, assessment=replace(bare.assessment, measurements=()))
    grey = np.asarray(Image.open(io.BytesIO(overlay_png(bare))), dtype=int)[600, :, 0]
    assert (np.diff(grey) >= 0).all() and grey[0] == 0 and grey[-1] == 255
