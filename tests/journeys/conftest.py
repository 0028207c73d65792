"""Synthetic films for the journeys, made once, and the program as its user starts it."""

import functools
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from spondyl.anatomy.levels import Level
from spondyl.anatomy.spine_pose import CurvePose, SpinePose
from spondyl.radiograph.phantom import FilmSetup
from spondyl.radiograph.phantom_dicom import write_phantom
from warm_program import spondyl as run_spondyl

Spondyl = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def spondyl(tmp_path: Path) -> Spondyl:
    """Run ``spondyl`` with arguments in an empty folder."""
    return functools.partial(run_spondyl, cwd=tmp_path)


@pytest.fixture(scope="session")
def phantoms(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One synthetic patient with a curve of 34 degrees: AP and lateral film, landmark and truth files."""
    folder = tmp_path_factory.mktemp("phantoms")
    pose = SpinePose(curves=(CurvePose(apex=Level.T8, cobb_deg=34.0),))
    write_phantom(folder, pose=pose, seed=3, setup=FilmSetup(pixel_mm=1.5))
    return folder


@pytest.fixture(scope="session")
def ap_film(phantoms: Path) -> Path:
    return phantoms / "phantom_0003_ap.dcm"


@pytest.fixture(scope="session")
def lateral_film(phantoms: Path) -> Path:
    return phantoms / "phantom_0003_lateral.dcm"


def landmarks_of(film: Path) -> Path:
    return film.with_suffix(".landmarks.json")
