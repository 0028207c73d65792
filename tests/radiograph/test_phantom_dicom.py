"""Synthetic films on disk: valid DICOM, read back as they were, byte for byte the same from the same seed."""

import errno
import json
import os
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pydicom
import pytest

from spondyl.anatomy import ImageSide, Level, View
from spondyl.anatomy.landmark_text import landmarks_from_json
from spondyl.radiograph import SpacingSource, read_film
from spondyl.radiograph.phantom import (
    CurvePose,
    FilmSetup,
    PhantomPatient,
    SpinePose,
    phantom_film,
    write_phantom,
)

POSE = SpinePose(curves=(CurvePose(apex=Level.T8, cobb_deg=37.0),))
SETUP = FilmSetup(pixel_mm=3.0, source_detector_mm=1800.0)


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ...]:
    return write_phantom(
        tmp_path_factory.mktemp("phantom"),
        pose=POSE,
        seed=11,
        setup=SETUP,
        patient=PhantomPatient(age_years=63, sex="F"),
    )


def test_dciodvfy_finds_no_error(written: tuple[Path, ...]) -> None:
    """Independent validator: dciodvfy of dicom3tools (apt). It names the IOD, nothing else."""
    program = shutil.which("dciodvfy")
    assert program, (
        "dciodvfy is missing: this test needs it. Install the Debian package dicom3tools (.ci/run does)."
    )
    for path in written:
        if path.suffix == ".dcm":
            report = subprocess.run([program, str(path)], capture_output=True, text=True, check=False)
            assert "Error" not in report.stderr + report.stdout
            assert "DXImageForPresentation" in report.stderr + report.stdout
            assert report.returncode == 0


@pytest.mark.parametrize(
    ("view", "side"), [(View.AP, ImageSide.PATIENT_RIGHT), (View.LATERAL, ImageSide.ANTERIOR)]
)
def test_the_reader_gives_back_the_film(written: tuple[Path, ...], view: View, side: ImageSide) -> None:
    path = next(path for path in written if path.name.endswith(f"{view.value.lower()}.dcm"))
    made, read = phantom_film(POSE, view=view, seed=11, setup=SETUP), read_film(path)
    np.testing.assert_array_equal(read.pixels, made.radiograph.pixels)
    assert (read.view, read.image_left) == (view, side)
    assert read.spacing_source is SpacingSource.PIXEL_SPACING_CALIBRATED
    assert read.spacing_mm == pytest.approx(made.radiograph.spacing_mm, rel=1e-8)
    assert (read.header.patient_name, read.header.sex) == ("PHANTOM^SPINE", "F")
    assert read.header.age_years == pytest.approx(63.0)


def test_the_landmark_file_gives_back_the_landmarks(written: tuple[Path, ...]) -> None:
    text = next(path for path in written if path.name.endswith("lateral.landmarks.json")).read_text(
        encoding="utf-8"
    )
    made, read = (
        phantom_film(POSE, view=View.LATERAL, seed=11, setup=SETUP).landmarks,
        landmarks_from_json(text),
    )
    assert (read.view, read.image_left, read.levels) == (made.view, made.image_left, made.levels)
    np.testing.assert_allclose(read.corners_px, made.corners_px, atol=1e-9)
    np.testing.assert_allclose(read.femoral_heads_px, made.femoral_heads_px, atol=1e-9)


def test_the_truth_file_states_the_cobb_angle(written: tuple[Path, ...]) -> None:
    text = next(path for path in written if path.name.endswith("ap.truth.json")).read_text(encoding="utf-8")
    assert json.loads(text)["angles_deg"]["cobb_endplates_T5_T11"] == pytest.approx(37.0, abs=1e-6)


def test_the_same_seed_gives_the_same_bytes(written: tuple[Path, ...], tmp_path: Path) -> None:
    again = write_phantom(
        tmp_path, pose=POSE, seed=11, setup=SETUP, patient=PhantomPatient(age_years=63, sex="F")
    )
    assert [path.name for path in again] == [path.name for path in written]
    assert [path.read_bytes() for path in again] == [path.read_bytes() for path in written]


def test_films_of_one_patient_share_the_study_and_say_that_they_are_synthetic(
    written: tuple[Path, ...], tmp_path: Path
) -> None:
    front, side = (pydicom.dcmread(path) for path in written if path.suffix == ".dcm")
    assert front.StudyInstanceUID == side.StudyInstanceUID
    assert front.SOPInstanceUID != side.SOPInstanceUID
    (other,) = (
        p
        for p in write_phantom(tmp_path, pose=POSE, seed=12, setup=SETUP, views=(View.AP,))
        if p.suffix == ".dcm"
    )
    assert pydicom.dcmread(other).StudyInstanceUID != front.StudyInstanceUID
    assert front.ImageType[0] == "DERIVED"
    assert "SYNTHETIC" in front.ImageComments
    assert all(len(uid) <= 64 for uid in (front.StudyInstanceUID, front.SOPInstanceUID))
    assert int(front.pixel_array.max()) <= 4095
    assert front.BitsStored == 12


def test_magnification_in_the_header_explains_both_spacings(written: tuple[Path, ...]) -> None:
    front = pydicom.dcmread(written[0])
    ratio = float(front.DistanceSourceToDetector) / float(front.DistanceSourceToPatient)
    assert float(front.ImagerPixelSpacing[0]) / float(front.PixelSpacing[0]) == pytest.approx(ratio, rel=1e-8)


def test_an_impossible_patient_is_refused() -> None:
    with pytest.raises(ValueError, match="120"):
        PhantomPatient(age_years=200)


def test_a_full_disk_leaves_no_half_film(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The message of `spondyl phantom` says that the films written so far are whole; no half one lies beside them."""

    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match=r"^\[Errno \d+\] No space left on device$"):
        write_phantom(tmp_path, pose=POSE, seed=1, setup=SETUP)
    assert list(tmp_path.iterdir()) == []
