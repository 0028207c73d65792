"""Claim: one film is one JSON object of the documented shape, in the film's own pixels, that can be read back.

Source: the key list of issue 2, the schema file, and the landmark reader of another part.
"""

import json
import math
from dataclasses import replace

import numpy as np
import pytest
from jsonschema import Draft202012Validator

from spondyl.anatomy.landmark_text import landmarks_from_json
from spondyl.clinic.report.json_lines import film_result_schema, film_result_to_json, to_json_line
from spondyl.clinic.report.signature import signed
from spondyl.clinic.result import FilmResult
from spondyl.provenance import Confirmation

VALIDATOR = Draft202012Validator(film_result_schema())
ISSUE_KEYS = ["film", "status", "reason", "view", "landmarks", "measurements", "findings"]


def errors(result: FilmResult) -> list[str]:
    return [error.message for error in VALIDATOR.iter_errors(json.loads(to_json_line(result)))]


def test_the_schema_is_itself_valid() -> None:
    Draft202012Validator.check_schema(film_result_schema())


def test_measured_signed_and_refused_films_validate(
    measured: FilmResult, refused: FilmResult, confirmation: Confirmation
) -> None:
    with_marks = replace(refused, landmarks=measured.landmarks, radiograph=measured.radiograph)
    for result in (measured, refused, with_marks, signed(measured, confirmation)):
        assert errors(result) == []


def test_the_keys_of_the_issue_come_first_and_in_order(measured: FilmResult) -> None:
    line = film_result_to_json(measured)
    assert list(line)[: len(ISSUE_KEYS)] == ISSUE_KEYS
    assert (line["film"], line["status"], line["reason"], line["view"]) == (
        "films/case-7.dcm",
        "measured",
        None,
        "AP",
    )
    assert list(line["landmarks"][0])[:3] == ["level", "corners_px", "confidence"]


def test_points_are_film_pixels_in_the_order_tl_tr_bl_br(measured: FilmResult, corners: np.ndarray) -> None:
    line = film_result_to_json(measured)
    assert [v["level"] for v in line["landmarks"]][:3] == ["T1", "T2", "T3"]
    found = np.array([v["corners_px"] for v in line["landmarks"]])
    assert np.abs(found - corners).max() <= 0.005


def test_values_carry_their_unit_in_the_key(measured: FilmResult) -> None:
    by_kind = {m["kind"]: m for m in film_result_to_json(measured)["measurements"]}
    assert by_kind["cobb_upper"]["value_deg"] == 20.04 and by_kind["cobb_upper"]["interval_90"] == [
        17.54,
        22.54,
    ]
    assert by_kind["coronal_balance"]["value_mm"] == -12.34
    assert by_kind["disc_height_index_L4"]["value"] == 0.3126


def test_a_refusal_gives_code_what_why_and_do(refused: FilmResult) -> None:
    line = film_result_to_json(refused)
    assert line["status"] == "refused" and line["refusal"]["code"] == "not_a_spine_film"
    assert (
        line["reason"] == "This is not an AP spine film. No chain of vertebrae was found. "
        "Check the file, or give landmarks with --landmarks."
    )
    assert line["refusal"]["do"] == "Check the file, or give landmarks with --landmarks."


def test_the_line_is_one_line_of_strict_json_and_stable(measured: FilmResult) -> None:
    text = to_json_line(measured)
    assert "\n" not in text and text == to_json_line(measured)
    parsed = json.loads(text, parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))
    assert parsed["femoral_heads_px"] == [{"centre_px": [150.0, 1150.0], "radius_px": None}]


def test_a_missing_corner_is_null(measured: FilmResult) -> None:
    assert measured.landmarks is not None
    marks = measured.landmarks.corners_px.copy()
    marks[16, 2:] = math.nan
    cut = replace(measured, landmarks=replace(measured.landmarks, corners_px=marks))
    assert film_result_to_json(cut)["landmarks"][16]["corners_px"][2:] == [None, None]
    assert errors(cut) == []


def test_the_landmark_reader_takes_the_line_back(measured: FilmResult) -> None:
    assert measured.landmarks is not None
    marks = landmarks_from_json(to_json_line(measured))
    assert (marks.view, marks.image_left, marks.levels) == (
        measured.landmarks.view,
        measured.landmarks.image_left,
        measured.landmarks.levels,
    )
    assert np.abs(marks.corners_px - measured.landmarks.corners_px).max() <= 0.005
    assert np.abs(marks.confidence - measured.landmarks.confidence).max() <= 5e-5
    assert np.array_equal(marks.femoral_heads_px, measured.landmarks.femoral_heads_px, equal_nan=True)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda line: line.update(status="maybe"),
        lambda line: line.update(reason="because"),
        lambda line: line["landmarks"][0].update(level="T13"),
        lambda line: line["landmarks"][0]["corners_px"].pop(),
        lambda line: line["measurements"][0].update(value_mm=3.0),
        lambda line: line["measurements"][0].pop("interval_90"),
        lambda line: line["findings"][0].update(probability=1.2),
        lambda line: line.update(surprise=1),
    ],
)
def test_the_schema_refuses_what_is_wrong(measured: FilmResult, spoil) -> None:  # type: ignore[no-untyped-def]
    line = json.loads(to_json_line(measured))
    spoil(line)
    assert not VALIDATOR.is_valid(line)
