"""A landmark file must agree with its film on what lies on the left of the picture."""

import json
from pathlib import Path
from unittest.mock import create_autospec

import pytest

from spondyl.clinic.measure_film import SpineDetector, measure_film
from spondyl.clinic.settings import Settings
from spondyl.radiograph import Refusal
from spondyl.radiograph.read import FilmReader


@pytest.mark.parametrize(
    ("stem", "wrong"), [("phantom_0003_lateral", "posterior"), ("phantom_0003_ap", "patient_left")]
)
def test_a_landmark_file_of_the_other_side_is_refused_and_of_an_unknown_side_is_not(
    phantoms: Path, tmp_path: Path, stem: str, wrong: str
) -> None:
    marks = json.loads((phantoms / f"{stem}.landmarks.json").read_text())
    assert marks["image_left"] != wrong
    results = {}
    for side in (marks["image_left"], "unknown", wrong):
        file = tmp_path / f"{side}.json"
        file.write_text(json.dumps({**marks, "image_left": side}))
        with FilmReader() as reader:
            results[side] = measure_film(
                phantoms / f"{stem}.dcm",
                reader=reader,
                detector=create_autospec(SpineDetector),
                settings=Settings(),
                landmarks=file,
            )
    refused = results.pop(wrong).refusal
    assert refused is not None and refused.refusal is Refusal.LANDMARKS_INVALID
    assert wrong.replace("_", " ") in str(refused)
    told, untold = (results[side].assessment for side in (marks["image_left"], "unknown"))
    assert told is not None and untold is not None
    assert untold.measurements == told.measurements, "where the file does not say it, the film's header does"
