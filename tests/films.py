"""The real films beside the checkout: never in the repository, so their absence is said aloud, not hidden."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

FILMS = Path(__file__).resolve().parents[1].parent / "shared" / "data" / "aasce"


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledFilms:
    """Labels of n films: corners (n, 17, 4, 2) in original pixels, size (n, 2) as width, height; angles (n, 3)."""

    names: tuple[str, ...]
    corners_px: NDArray[np.float64]
    size_px: NDArray[np.float64]
    angles_deg: NDArray[np.float64]


def films_folder() -> Path:
    """Return the folder of real films, or skip the test with "not run: no films"."""
    if not (FILMS / "landmarks.csv").is_file():
        pytest.skip("not run: no films")
    return FILMS


def load_labels(folder: Path) -> LabelledFilms:
    """Read the three label files and each picture's size (from its header only)."""
    names = tuple(line for line in (folder / "filenames.csv").read_text().splitlines() if line)
    sizes = []
    for name in names:
        with Image.open(folder / "images" / name) as picture:
            sizes.append(picture.size)
    size_px = np.array(sizes, dtype=np.float64)
    raw = np.loadtxt(folder / "landmarks.csv", delimiter=",").reshape(len(names), 2, 17, 4)
    corners_px = np.moveaxis(raw, 1, -1) * size_px[:, None, None, :]
    angles_deg = np.loadtxt(folder / "angles.csv", delimiter=",")
    return LabelledFilms(names=names, corners_px=corners_px, size_px=size_px, angles_deg=angles_deg)


@pytest.fixture(scope="session", name="real_films")
def real_films_folder() -> Path:
    return films_folder()


@pytest.fixture(scope="session", name="labels")
def real_film_labels(real_films: Path) -> LabelledFilms:
    return load_labels(real_films)
