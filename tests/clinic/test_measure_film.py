"""Claims about one film: it is measured or refused with a typed reason; what a person states is recorded; a landmark
file is used only when it is named and only when it fits."""

import json
import logging
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from doubles import DetectorDouble, ReaderDouble, spine_double
from spondyl.anatomy import AP_LEVELS, ImageSide, Landmarks, Level, View
from spondyl.anatomy.landmark_text import landmarks_to_json
from spondyl.clinic.measure_film import MissingModelError, measure_film
from spondyl.clinic.report.json_lines import film_result_to_json
from spondyl.clinic.result import FilmResult
from spondyl.clinic.settings import Settings, StatedFacts
from spondyl.clinic.stated import with_stated_facts
from spondyl.provenance import Confirmation
from spondyl.radiograph import FilmRefused, Radiograph, Refusal, SpacingSource


def measure(film: Path, *, settings: Settings | None = None, landmarks: Path | None = None) -> FilmResult:
    settings = settings or Settings()
    return measure_film(
        film, reader=ReaderDouble(), detector=DetectorDouble(), settings=settings, landmarks=landmarks
    )


@pytest.fixture
def film(tmp_path: Path) -> Path:
    path = tmp_path / "film.dcm"
    path.write_text("film 1")
    return path


@pytest.fixture
def landmark_file(tmp_path: Path) -> Path:
    path = tmp_path / "film.landmarks.json"
    path.write_text(json.dumps(landmarks_to_json(spine_double("ff"))))
    return path


def refusal_of(result: FilmResult) -> Refusal:
    assert result.refusal is not None
    return result.refusal.refusal


def test_a_film_is_measured(film: Path) -> None:
    result = measure(film)
    assert result.assessment is not None
    assert result.assessment.of("cobb_major") is not None


def test_a_landmark_file_beside_the_film_is_not_used_unless_named(film: Path, landmark_file: Path) -> None:
    silent, named = measure(film), measure(film, landmarks=landmark_file)
    assert silent.landmarks is not None
    assert named.landmarks is not None
    assert silent.landmarks.provenance.method == "tests.doubles.DetectorDouble"
    assert named.landmarks.corners_px.tolist() == spine_double("ff").corners_px.tolist()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("bad", Refusal.FILE_DAMAGED),
        ("lateral", Refusal.LATERAL_NEEDS_LANDMARKS),
        ("bug", Refusal.INTERNAL_ERROR),
    ],
)
def test_what_cannot_be_measured_is_refused(
    film: Path, text: str, expected: Refusal, caplog: pytest.LogCaptureFixture
) -> None:
    film.write_text(text)
    with caplog.at_level(logging.CRITICAL + 1):
        assert refusal_of(measure(film)) is expected


def test_a_fault_of_our_own_is_logged_with_its_traceback(
    film: Path, caplog: pytest.LogCaptureFixture
) -> None:
    film.write_text("bug")
    measure(film)
    assert "a fault made for the test" in caplog.text


@pytest.mark.parametrize("view", [View.AP, View.LATERAL])
def test_landmarks_of_the_other_view_are_refused(film: Path, landmark_file: Path, view: View) -> None:
    film.write_text("lateral" if view is View.LATERAL else "film 1")
    other = View.AP if view is View.LATERAL else View.LATERAL
    text = json.dumps(landmarks_to_json(replace(spine_double("ff"), view=other)))
    landmark_file.write_text(text.replace("patient_right", "unknown"))
    assert refusal_of(measure(film, landmarks=landmark_file)) is Refusal.LANDMARKS_INVALID


def test_landmarks_of_a_larger_picture_are_refused(film: Path, landmark_file: Path) -> None:
    marks = spine_double("ff")
    landmark_file.write_text(json.dumps(landmarks_to_json(replace(marks, corners_px=3 * marks.corners_px))))
    assert refusal_of(measure(film, landmarks=landmark_file)) is Refusal.LANDMARKS_INVALID


def test_the_line_of_another_film_is_no_landmark_file_of_this_one(film: Path, tmp_path: Path) -> None:
    """Found lines, copied under another film's name, gave it the first film's Cobb angle."""
    line = film_result_to_json(measure(film))
    file = tmp_path / "found.json"

    def refused(**changed: object) -> FilmRefused | None:
        file.write_text(json.dumps({**line, **changed}))
        return measure(film, landmarks=file).refusal

    assert refused() is None
    assert refused(sha256=None, rows=None, columns=None) is None
    for changed in ({"sha256": 64 * "0"}, {"sha256": None, "rows": 450}, {"columns": 600}):
        refusal = refused(**changed)
        assert refusal is not None and refusal.refusal is Refusal.LANDMARKS_INVALID
    film.write_text("film 2")
    assert "another film" in str(refused())


@pytest.mark.parametrize("head_px", [(90_000.0, 300.0), (300.0, -2_000.0)])
def test_a_femoral_head_far_outside_the_picture_is_refused(
    film: Path, landmark_file: Path, head_px: tuple[float, float]
) -> None:
    heads = np.array([[*head_px, 40.0]])
    landmark_file.write_text(
        json.dumps(landmarks_to_json(replace(spine_double("ff"), femoral_heads_px=heads)))
    )
    assert refusal_of(measure(film, landmarks=landmark_file)) is Refusal.LANDMARKS_INVALID


@pytest.mark.parametrize("text", ["", "{", "[]", '{"levels": 3}', "\x00", "film,level\n1"])
@pytest.mark.parametrize("suffix", [".json", ".csv"])
def test_a_broken_landmark_file_is_refused(film: Path, tmp_path: Path, text: str, suffix: str) -> None:
    file = tmp_path / f"broken{suffix}"
    file.write_text(text)
    assert refusal_of(measure(film, landmarks=file)) is Refusal.LANDMARKS_INVALID


def test_stated_facts_are_used_and_recorded(film: Path) -> None:
    stated = StatedFacts(view=View.PA, spacing_mm=0.25, age_years=71, sex="F", patient_id="P-017")
    radiograph = measure(film, settings=Settings(stated=stated)).radiograph
    assert radiograph is not None
    assert (radiograph.view, radiograph.spacing_mm) == (View.PA, (0.25, 0.25))
    assert radiograph.spacing_source is SpacingSource.STATED
    assert (radiograph.header.age_years, radiograph.header.sex, radiograph.header.patient_id) == (
        71,
        "F",
        "P-017",
    )
    notes = " ".join(radiograph.notes)
    for fact in ("View PA", "0.25 mm", "71 years", "Sex F", "says 40 years", "identifier was stated"):
        assert fact in notes


@pytest.mark.parametrize(
    ("view", "side", "said"),
    [
        (
            View.AP,
            ImageSide.PATIENT_LEFT,
            "Left edge patient left was stated by the person who ran the measurement",
        ),
        (View.UNKNOWN, ImageSide.PATIENT_LEFT, "the header says nothing."),
        (View.LATERAL, ImageSide.POSTERIOR, "the header says nothing."),
        (View.LATERAL, ImageSide.PATIENT_LEFT, None),
        (View.AP, ImageSide.ANTERIOR, None),
    ],
)
def test_a_stated_side_is_used_on_the_films_that_can_have_it(
    film: Path, view: View, side: ImageSide, said: str | None
) -> None:
    radiograph = measure(film).radiograph
    assert radiograph is not None
    sideless = replace(radiograph, view=view, image_left=ImageSide.UNKNOWN)
    stated = with_stated_facts(sideless, StatedFacts(image_left=side))
    assert stated.image_left is (ImageSide.UNKNOWN if said is None else side)
    assert (said or "was stated and not used: it fits no film of the view") in stated.notes[-1]
    over = with_stated_facts(
        replace(radiograph, view=View.AP, image_left=ImageSide.PATIENT_RIGHT),
        StatedFacts(image_left=ImageSide.PATIENT_LEFT),
    )
    assert over.image_left is ImageSide.PATIENT_LEFT and over.notes[-1].endswith("header says patient right.")


def test_one_spacing_is_not_stated_for_pixels_that_are_not_square(film: Path) -> None:
    """It made an angle of 18.9° one of 14.6°."""
    radiograph = measure(film).radiograph
    assert radiograph is not None
    oblong = replace(radiograph, spacing_mm=(0.5, 0.385))
    with pytest.raises(FilmRefused, match="not square"):
        with_stated_facts(oblong, StatedFacts(spacing_mm=0.5))


def test_half_the_stated_spacing_halves_every_length_and_no_angle(film: Path, landmark_file: Path) -> None:
    marks = spine_double("ff", (Level.C7, *AP_LEVELS, Level.S1))
    landmark_file.write_text(json.dumps(landmarks_to_json(marks)))

    def values(spacing_mm: float) -> dict[str, tuple[str, float]]:
        stated = StatedFacts(spacing_mm=spacing_mm)
        assessment = measure(film, settings=Settings(stated=stated), landmarks=landmark_file).assessment
        assert assessment is not None
        return {m.kind: (m.unit.value, m.value) for m in assessment.measurements}

    coarse, fine = values(0.5), values(0.25)
    lengths = [kind for kind, (unit, _) in coarse.items() if unit == "mm"]
    assert lengths
    for kind, (unit, value) in coarse.items():
        assert fine[kind][1] == pytest.approx(value / 2 if unit == "mm" else value, rel=1e-6, abs=1e-6)


@pytest.mark.parametrize("stated", [{"spacing_mm": 0.0}, {"spacing_mm": float("nan")}, {"age_years": 130.0}])
def test_impossible_facts_are_refused_when_stated(stated: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="must lie between"):
        StatedFacts(**stated)


def test_a_signature_confirms_the_film(film: Path) -> None:
    signature = Confirmation(person="Dr A. Reader", at=datetime(2026, 3, 1, 9, 30, tzinfo=UTC))
    result = measure(film, settings=Settings(signature=signature))
    made = film_result_to_json(result)["provenance"]
    assert (made["confirmed_by"], made["confirmed_at"]) == ("Dr A. Reader", "2026-03-01T09:30:00+00:00")
    film.write_text("bad")
    assert measure(film, settings=Settings(signature=signature)).refusal is not None


def test_a_missing_model_stops_the_run_instead_of_refusing_every_film(film: Path) -> None:
    class NoModel(DetectorDouble):
        def detect(self, radiograph: Radiograph, /) -> Landmarks:
            raise MissingModelError(f"no weights for {radiograph.sha256}")

    with pytest.raises(MissingModelError):
        measure_film(film, reader=ReaderDouble(), detector=NoModel(), settings=Settings())


def test_the_same_film_gives_the_same_json(film: Path) -> None:
    assert json.dumps(film_result_to_json(measure(film))) == json.dumps(film_result_to_json(measure(film)))
