"""Claims: a film gives the simulated patient its own spine, and a session on it ends in a report, as in `make demo`.

Source: the twin built from the phantom's exact landmarks; the session's readings come from another (two masses).
"""

from pathlib import Path

import pytest
from adjust_program import spondyl
from pydicom import dcmread

from spondyl.biomechanics import MeasuredFilm, Segment, build_spine_model
from spondyl.clinic.adjust.film_patient import FilmOfPatient, with_film
from spondyl.clinic.adjust.patient import NORMAL_N_M, draw_patient
from spondyl.clinic.landmark_file import read_landmark_file
from spondyl.clinic.phantom_patients import write_patients
from spondyl.radiograph.read import FilmReader

SEGMENTS = ("L2", "L3", "L4")


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> FilmOfPatient:
    folder = tmp_path_factory.mktemp("films")
    list(write_patients(folder, patients=1, seed=1))
    film = next(folder.glob("*_ap.dcm"))
    return FilmOfPatient(film=film, landmarks=film.with_suffix(".landmarks.json"))


def test_each_segment_is_as_stiff_as_the_twin_of_the_film_times_what_was_drawn(files: FilmOfPatient) -> None:
    drawn = draw_patient(3, SEGMENTS)
    found = with_film(drawn, files, SEGMENTS)
    with FilmReader() as reader:
        spacing_mm = reader.read(files.film).spacing_mm
    assert spacing_mm is not None
    film = MeasuredFilm(landmarks=read_landmark_file(files.landmarks), spacing_mm=spacing_mm)
    twin, norm = build_spine_model((film,)), build_spine_model()
    for name in SEGMENTS:
        times = drawn.tissues[name].stiffness_n_m / NORMAL_N_M
        expected_n_mm = times * twin.static_stiffness_n_mm(Segment(name))
        assert found.tissues[name].stiffness_n_m == pytest.approx(1e3 * expected_n_mm)
    assert twin.static_stiffness_n_mm(Segment.L3) != pytest.approx(
        norm.static_stiffness_n_mm(Segment.L3), rel=1e-3
    )
    assert found.pain == drawn.pain


def test_a_segment_that_the_film_does_not_show_is_refused(files: FilmOfPatient) -> None:
    with pytest.raises(ValueError, match="does not mark C1"):
        with_film(draw_patient(1, ("C1", "C2")), files, ("C1", "C2"))


CALIBRATION = "PixelSpacing", "PixelSpacingCalibrationType"


@pytest.mark.parametrize(
    ("gone", "said"),
    [
        ((), "PixelSpacing, calibrated"),
        (CALIBRATION, "ImagerPixelSpacing corrected by magnification"),
        (
            ("PixelSpacingCalibrationType", "ImagerPixelSpacing"),
            "PixelSpacing, not known whether corrected for magnification",
        ),
    ],
)
def test_the_patient_says_where_the_millimetres_of_its_spine_come_from(
    files: FilmOfPatient, tmp_path: Path, gone: tuple[str, ...], said: str
) -> None:
    film = _with_header(files, gone, tmp_path, EstimatedRadiographicMagnificationFactor="1.1")
    assert (
        with_film(draw_patient(3, SEGMENTS), film, SEGMENTS).spine == f"the spine of a film (scale: {said})"
    )


def test_millimetres_at_the_detector_build_no_spine(files: FilmOfPatient, tmp_path: Path) -> None:
    film = _with_header(files, CALIBRATION, tmp_path)
    with pytest.raises(ValueError, match=r"at the detector only \(ImagerPixelSpacing\) and no magnification"):
        with_film(draw_patient(3, SEGMENTS), film, SEGMENTS)


def _with_header(files: FilmOfPatient, gone: tuple[str, ...], folder: Path, **more: str) -> FilmOfPatient:
    dataset = dcmread(files.film)
    dataset.update(more)
    for keyword in gone:
        delattr(dataset, keyword)
    dataset.save_as(folder / "film.dcm")
    return FilmOfPatient(film=folder / "film.dcm", landmarks=files.landmarks)


def test_a_film_without_landmarks_is_a_wrong_command_line(files: FilmOfPatient, tmp_path: Path) -> None:
    said = spondyl("adjust", "run", "--simulated", "--film", files.film, "--record", tmp_path / "r.tar")
    assert said.code == 2
    assert "--landmarks" in said.err
    assert not (tmp_path / "r.tar").exists()


def test_a_session_on_the_film_s_spine_is_run_replayed_and_reported(
    files: FilmOfPatient, tmp_path: Path
) -> None:
    record = tmp_path / "session.tar"
    film = ("--film", files.film, "--landmarks", files.landmarks)
    options = ("--segments", "L2-L4", "--seed", "3", "--max-n", "80", "--record", record, "--json")
    said = spondyl("adjust", "run", "--simulated", *film, *options)
    assert said.code == 0, said.err
    read = {one["segment"]: one for one in said.json["stiffness"] if one["when"] == "before"}
    truth = with_film(draw_patient(3, SEGMENTS), files, SEGMENTS).tissues
    for name in SEGMENTS:  # repositioning scatters each contact by 3 %
        assert read[name]["stiffness_n_mm"] == pytest.approx(truth[name].stiffness_n_m / 1e3, rel=0.12)
    assert spondyl("adjust", "replay", record).code == 0
    assert spondyl("adjust", "report", record).code == 0
    page = (tmp_path / "session.html").read_text("utf-8")
    assert "with the spine of a film (scale: PixelSpacing, calibrated)" in page
    assert (tmp_path / "session.pdf").read_bytes().startswith(b"%PDF")


def test_make_demo_runs_that_session() -> None:
    """The recipe is looked at, not run: it would make an environment anew."""
    recipe = (Path(__file__).parents[3] / "Makefile").read_text("utf-8").partition("\ndemo:")[2]
    recipe = recipe.partition("\n\n")[0]
    assert "adjust run --simulated" in recipe
    assert "--film $(DEMO)/films/phantom_0001_ap.dcm" in recipe
    assert "adjust report" in recipe
