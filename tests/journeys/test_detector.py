"""Journey with the model that is shipped: what is no AP spine is refused by name, a real AP film is measured.

A real film has no stated truth here beyond what anatomy gives: seventeen vertebrae, T1 to L5, each below the last. How
near they lie to the labels is the business of the cross-validation, not of a journey.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
from jsonschema import Draft202012Validator
from PIL import Image

from journeys.conftest import Spondyl
from spondyl.anatomy import AP_LEVELS
from spondyl.clinic.report.json_lines import film_result_schema

REFUSED_BY_LOOKING = {"not_a_spine_film", "lateral_needs_landmarks", "spine_incomplete", "low_confidence"}


def picture_of_noise(path: Path) -> None:
    grey = np.random.default_rng(5).integers(0, 256, (1200, 500), dtype=np.uint8)
    Image.fromarray(grey).save(path)


def lateral_picture(path: Path, film: Path) -> None:
    """The pixels of a lateral film without its header: nothing but the picture says that it is lateral."""
    Image.fromarray((pydicom.dcmread(film).pixel_array >> 4).astype(np.uint8)).save(path)


def test_pictures_that_are_no_ap_spine_are_refused_by_name(
    spondyl: Spondyl, lateral_film: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "pictures"
    folder.mkdir()
    picture_of_noise(folder / "noise.png")
    lateral_picture(folder / "side.png", lateral_film)
    done = spondyl("measure", folder, "--json", "--jobs", 1)
    assert done.returncode == 4, done.stderr
    results = [json.loads(line) for line in done.stdout.splitlines()]
    assert [Path(result["film"]).name for result in results] == ["noise.png", "side.png"]
    for result in results:
        assert result["status"] == "refused"
        assert result["refusal"]["code"] in REFUSED_BY_LOOKING, result["reason"]
        assert result["refusal"]["do"]
        assert result["measurements"] == []


def test_the_doctor_finds_the_shipped_model(spondyl: Spondyl) -> None:
    checks = {check["name"]: check for check in json.loads(spondyl("doctor", "--json").stdout)["checks"]}
    assert checks["Detector weights"]["ok"], checks["Detector weights"]["found"]
    assert "locator-0.onnx sha256" in checks["Detector weights"]["found"]


def first_film(real_films: Path) -> Path:
    return real_films / "images" / (real_films / "filenames.csv").read_text().splitlines()[0]


def corners_of(result: dict[str, Any]) -> np.ndarray:
    """(17, 4, 2) film px."""
    return np.array([v["corners_px"] for v in result["landmarks"]])


@pytest.mark.films
def test_an_inverted_film_gives_the_vertebrae_of_the_film(
    spondyl: Spondyl, real_films: Path, tmp_path: Path
) -> None:
    film = first_film(real_films)
    grey = np.asarray(Image.open(film).convert("L"))
    Image.fromarray(grey).save(tmp_path / "a.png")
    Image.fromarray(255 - grey).save(tmp_path / "b.png")
    done = spondyl("measure", tmp_path, "--json", "--jobs", 1)
    assert done.returncode == 0, done.stderr
    plain, inverted = (corners_of(json.loads(line)) for line in done.stdout.splitlines())
    width = np.linalg.norm(plain[:, 1] - plain[:, 0], axis=-1)
    apart = np.linalg.norm(plain - inverted, axis=-1).mean(1) / width
    assert np.median(apart) < 0.1


@pytest.mark.films
def test_a_real_film_gives_seventeen_vertebrae_head_to_foot(spondyl: Spondyl, real_films: Path) -> None:
    done = spondyl("measure", first_film(real_films), "--json")
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    Draft202012Validator(film_result_schema()).validate(result)
    vertebrae = result["landmarks"]
    assert [v["level"] for v in vertebrae] == [level.value for level in AP_LEVELS]
    heights = [np.mean(v["corners_px"], axis=0)[1] for v in vertebrae]
    assert np.all(np.diff(heights) > 0)
    assert [m for m in result["measurements"] if m["kind"] == "cobb_major"]
