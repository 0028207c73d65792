"""Claims: every set of landmarks survives JSON and CSV unchanged (bit for bit); every wrong file is refused with a
LandmarkTextError that names the place and what to do; no text makes the readers fail in another way.
"""

import json
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spondyl.anatomy import ImageSide, Landmarks, Level, View, make_landmarks
from spondyl.anatomy.landmark_text import (
    LandmarkTextError,
    landmarks_from_csv,
    landmarks_from_json,
    landmarks_to_csv,
    landmarks_to_json,
)
from spondyl.provenance import Provenance

SQUARE = [[10, 10], [60, 12], [10, 40], [60, 40]]
HEADER = "# view: AP\nlevel,point,x_px,y_px\n"


@st.composite
def any_landmarks(draw: st.DrawFn) -> Landmarks:
    levels = tuple(sorted(draw(st.sets(st.sampled_from(list(Level)), min_size=1, max_size=24))))
    n, rng = len(levels), np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    box = np.array([[0.0, 0.0], [50.0, 0.0], [0.0, 30.0], [50.0, 30.0]])
    corners = box + np.arange(n)[:, None, None] * [0.0, 45.0] + rng.normal(200.0, 4.0, (n, 4, 2))
    if levels[-1] is Level.S1:
        corners[-1, 2:] = np.nan
    missing = rng.random((n, 2)) < 0.5
    pedicles = np.where(missing[:, :, None], np.nan, corners[:, :2] + 3.0)
    heads = rng.uniform(100.0, 900.0, (draw(st.integers(0, 2)), 3))
    heads[rng.random(len(heads)) < 0.5, 2] = np.nan
    sd = np.where(np.isnan(corners[..., 0]), np.nan, rng.uniform(0.0, 9.0, (n, 4)))
    return make_landmarks(
        view=draw(st.sampled_from(View)),
        image_left=draw(st.sampled_from(ImageSide)),
        levels=levels,
        corners_px=corners,
        confidence=rng.random(n),
        corner_sd_px=sd if draw(st.booleans()) else None,
        pedicles_px=pedicles,
        femoral_heads_px=heads,
        provenance=Provenance(method="test"),
    )


def assert_same(found: Landmarks, wanted: Landmarks) -> None:
    assert (found.view, found.image_left, found.levels) == (wanted.view, wanted.image_left, wanted.levels)
    for name in ("corners_px", "confidence", "corner_sd_px", "pedicles_px", "femoral_heads_px"):
        np.testing.assert_array_equal(getattr(found, name), getattr(wanted, name), err_msg=name)


@settings(max_examples=60, deadline=None)
@given(any_landmarks())
def test_json_gives_the_same_points_back(landmarks: Landmarks) -> None:
    text = json.dumps(landmarks_to_json(landmarks), allow_nan=False)
    assert_same(landmarks_from_json(text), landmarks)


@settings(max_examples=60, deadline=None)
@given(any_landmarks())
def test_csv_gives_the_same_points_back(landmarks: Landmarks) -> None:
    assert_same(landmarks_from_csv(landmarks_to_csv(landmarks)), landmarks)


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=200) | st.text(alphabet='[]{}",:;#TLBR1\n .-e9NaInfty', max_size=200))
def test_any_text_is_read_or_refused_with_a_reason(text: str) -> None:
    for read in (landmarks_from_json, landmarks_from_csv):
        for candidate in (text, HEADER + text, '{"view": "AP", "landmarks": [' + text + "]}"):
            try:
                assert read(candidate).levels
            except LandmarkTextError as error:
                assert error.where
                assert error.what
                assert error.why
                assert error.do


def document(**changes: Any) -> str:
    entry = {"level": "T1", "corners_px": SQUARE} | changes.pop("entry", {})
    return json.dumps({"view": "AP", "landmarks": [entry]} | changes)


@pytest.mark.parametrize(
    ("text", "place", "complaint"),
    [
        (document(view=None), "view", "missing"),
        (document(view="oblique"), "view", "oblique"),
        (document(image_left="left"), "image_left", "patient_left"),
        (document(landmarks=[]), "the file", "no vertebra"),
        (document(landmarks=None), "landmarks", "missing"),
        (document(version=2), "version", "version 1"),
        (document(entry={"level": "T13"}), "landmarks[0]", "T13"),
        (document(entry={"corners_px": SQUARE[:3]}), "landmarks[0].corners_px", "Exactly 4"),
        (document(entry={"corners_px": [*SQUARE[:3], ["60", 40]]}), "landmarks[0].corners_px[3], x", "'60'"),
        (document(entry={"corners_px": [*SQUARE[:3], [1e400, 40]]}), "corners_px[3], x", "finite"),
        (document(entry={"corners_px": [SQUARE[i] for i in (0, 1, 3, 2)]}), "T1", "reading order"),
        (document(entry={"corners_px": [SQUARE[i] for i in (2, 3, 0, 1)]}), "T1", "Swap"),
        (document(entry={"corners_px": [SQUARE[i] for i in (3, 2, 1, 0)]}), "T1", "half a turn"),
        (document(entry={"level": "S1", "corners_px": [SQUARE[1], SQUARE[0]]}), "S1", "half a turn"),
        (document(entry={"confidence": 97}), "T1", "probability"),
        (document(entry={"corner_sd_px": [1, 1, 1, -1]}), "T1", "negative"),
        (document(entry={"corners_px": None}), "T1", "no point"),
        (document(entry={"corner_px": SQUARE}), "landmarks[0]", "misspelt"),
        (document(femoral_heads=[]), "the file", "misspelt"),
        (document(entry={"level": "L6"}), "landmarks[0]", "sixth lumbar vertebra"),
        (document(femoral_heads_px=[{"centre_px": [1, 2]}] * 3), "femoral heads", "at most two"),
        (document(femoral_heads_px=[{"centre_px": [1, 2], "radius": 3}]), "femoral_heads_px[0]", "misspelt"),
        (document() + "\n" + document(), "line 2", "one film"),
        (document().replace("{", '{"view": "LATERAL", ', 1), "the file", "'view' is given twice"),
        (document().replace('"level"', '"level": "T2", "level"'), "the file", "'level' is given twice"),
        ('{"view": "AP",\n "landmarks": [', "line 2", "not JSON"),
        ("[" * 100_000, "the file", "nesting"),
        (" " * 1_000_001, "the file", "1000001"),
    ],
)
def test_a_wrong_json_file_is_refused_with_its_place(text: str, place: str, complaint: str) -> None:
    with pytest.raises(LandmarkTextError) as refusal:
        landmarks_from_json(text)
    assert place in refusal.value.where
    assert complaint in str(refusal.value)


def test_levels_upside_down_or_twice_are_refused() -> None:
    lower = [[x, y + 200] for x, y in SQUARE]
    upside_down = [{"level": "L5", "corners_px": SQUARE}, {"level": "T1", "corners_px": lower}]
    with pytest.raises(LandmarkTextError, match="below L5"):
        landmarks_from_json(json.dumps({"view": "AP", "landmarks": upside_down}))
    twice = [{"level": "T1", "corners_px": SQUARE}, {"level": "t1", "corners_px": lower}]
    with pytest.raises(LandmarkTextError, match="given twice"):
        landmarks_from_json(json.dumps({"view": "AP", "landmarks": twice}))


def _bent(levels: str, *, turn_deg: float) -> list[dict[str, Any]]:
    """Vertebrae one below another on an arc that turns by so many degrees in all; x grows where it bends forward."""
    names, entries, place = levels.split(), [], np.array([300.0, 300.0])
    for number, name in enumerate(names):
        turned = np.radians(turn_deg * (number / (len(names) - 1) - 0.5))
        across = np.array([np.cos(turned), np.sin(turned)])
        down = np.array([-across[1], across[0]])
        box = [place + 25 * x * across + 12 * y * down for y in (-1, 1) for x in (-1, 1)]
        entries.append({"level": name, "corners_px": [point.tolist() for point in box]})
        place = place + 35 * down
    return entries


def test_names_that_changed_places_are_refused_and_a_sharp_bend_is_not() -> None:
    for turn_deg in (0.0, 60.0, -150.0):
        spine = _bent("T3 T4 T5 T6 T7 T8", turn_deg=turn_deg)
        text = json.dumps({"view": "LATERAL", "landmarks": spine})
        assert len(landmarks_from_json(text).levels) == 6
        spine[2]["level"], spine[3]["level"] = "T6", "T5"
        with pytest.raises(LandmarkTextError, match="it lies above T5"):
            landmarks_from_json(json.dumps({"view": "LATERAL", "landmarks": spine}))
        spine[2]["level"], spine[3]["level"] = "T5", "T6"
        spine[3]["corners_px"] = spine[2]["corners_px"]
        with pytest.raises(LandmarkTextError, match="in the same place"):
            landmarks_from_json(json.dumps({"view": "LATERAL", "landmarks": spine}))
        kept = landmarks_from_json(json.dumps({"view": "LATERAL", "landmarks": spine}), is_kept=True)
        assert len(kept.levels) == 6, "what a chart took in before stays readable"


def rows(*lines: str) -> str:
    return HEADER + "\n".join(lines)


@pytest.mark.parametrize(
    ("text", "place", "complaint"),
    [
        ("", "the file", "no rows"),
        ("level,point,x_px,y_px\nT1,TL,1,2", "# view", "missing"),
        ("# view: AP\nlevel,point,x,y\nT1,TL,1,2", "line 2", "x_px"),
        ("# view: AP\nlevel,point,x_px,y_px,note\nT1,TL,1,2,a", "line 2", "note"),
        (rows("# View: LATERAL", "T1,TL,1,2"), "line 3", "given twice"),
        (rows("# image-left: anterior", "T1,TL,1,2"), "line 3", "image_left"),
        (rows("# image_left anterior", "T1,TL,1,2"), "line 3", "image_left"),
        (rows("# view = LATERAL", "T1,TL,1,2"), "line 3", "view"),
        ("# view: AP\nlevel,point,x_px,y_px,x_px\nT1,TL,1,2,3", "line 2", "['x_px'] are given twice"),
        (rows("T1,TL,1,2,3"), "line 3", "5 cells"),
        (rows("T1,TL,1,2", "T1,TL,1,3"), "line 4", "twice"),
        (rows("T1,XX,1,2"), "line 3", "XX"),
        (rows("T1,TL,one,2"), "line 3, x_px", "'one'"),
        (rows("T1,TL,nan,2"), "line 3, x_px", "finite"),
        (rows("Q1,TL,1,2"), "line 3", "Q1"),
        (rows("T1,TL,1"), "line 3, y_px", "no number"),
    ],
)
def test_a_wrong_csv_file_is_refused_with_its_line(text: str, place: str, complaint: str) -> None:
    with pytest.raises(LandmarkTextError) as refusal:
        landmarks_from_csv(text)
    assert place in refusal.value.where
    assert complaint in str(refusal.value)


def test_remarks_in_a_csv_file_are_passed_over() -> None:
    remarks = ["# review: Dr View", "# viewer: Horos", "# view the film first", "# note: a", "# note: b", "#"]
    marks = [f"T1,{name},{x},{y}" for name, (x, y) in zip(("TL", "TR", "BL", "BR"), SQUARE, strict=True)]
    landmarks = landmarks_from_csv(rows(*remarks, *marks))
    assert (landmarks.view, landmarks.image_left) == (View.AP, ImageSide.UNKNOWN)


def test_csv_from_a_spreadsheet_with_decimal_commas() -> None:
    text = (
        "\ufeff# view: lateral;;;\r\n# image_left: anterior;;;\r\nlevel;point;x_px;y_px\r\nS1;TL;10,5;20\r\n"
    )
    text += "S1;TR;60,25;35\r\n;;;\r\nFEMORAL_HEAD;1;30;90\r\n"
    landmarks = landmarks_from_csv(text)
    assert (landmarks.view, landmarks.image_left) == (View.LATERAL, ImageSide.ANTERIOR)
    assert landmarks.corners_px[0, :2].tolist() == [[10.5, 20.0], [60.25, 35.0]]
    assert np.isnan(landmarks.corners_px[0, 2:]).all()
    assert landmarks.femoral_heads_px[0, :2].tolist() == [30.0, 90.0]


def test_reads_the_line_that_measure_prints() -> None:
    """The shape of the line is fixed by issue 2; keys that are no landmarks are passed over."""
    line = {
        "film": "a.dcm",
        "status": "measured",
        "reason": None,
        "view": "AP",
        "landmarks": [{"level": "T1", "corners_px": SQUARE, "confidence": 0.9}],
        "measurements": [{"kind": "tilt_T1", "value_deg": 2.3, "interval_90": [0, 4]}],
        "findings": [],
    }
    landmarks = landmarks_from_json(json.dumps(line))
    assert landmarks.confidence.tolist() == [0.9]
    assert np.isnan(landmarks.corner_sd_px).all()


def test_the_sacrum_needs_only_its_superior_endplate() -> None:
    landmarks = landmarks_from_json(document(view="LATERAL", entry={"level": "S1", "corners_px": SQUARE[:2]}))
    assert landmarks.corners_px[0, :2].tolist() == SQUARE[:2]


def test_the_refusal_travels_between_processes() -> None:
    with pytest.raises(LandmarkTextError) as refusal:
        landmarks_from_json("{")
    assert str(pickle.loads(pickle.dumps(refusal.value))) == str(refusal.value)


def test_the_files_shown_in_the_reference_are_read() -> None:
    """docs/reference/landmark-files.md: one JSON and one CSV example, with the points they show."""
    page = (Path(__file__).parents[2] / "docs" / "reference" / "landmark-files.md").read_text(
        encoding="utf-8"
    )
    as_json, as_csv = (page.split(f"```{kind}\n")[1].split("```")[0] for kind in ("json", "text"))
    first, second = landmarks_from_json(as_json), landmarks_from_csv(as_csv)
    assert (first.view, second.view) == (View.AP, View.LATERAL)
    assert first.levels == second.levels == (Level.L5, Level.S1)
    assert (len(first.femoral_heads_px), len(second.femoral_heads_px)) == (2, 1)
    assert first.corner_sd_px[0].tolist() == [3.1, 3.0, 3.4, 3.3]
    assert second.confidence.tolist() == [0.9, 1.0]
