"""The supplied real films, where they lie beside the checkout; benchmarks say 'not run: no films' elsewhere."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

FOLDER = Path(__file__).resolve().parents[2] / "shared" / "data" / "aasce"


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledFilm:
    """``pixels`` (rows, columns) and the labelled corners (17, 4, 2) in film px, sorted head to foot."""

    name: str
    pixels: NDArray[np.uint8]
    corners_px: NDArray[np.float64]


def sample_films(count: int, *, seed: int) -> list[LabelledFilm]:
    """``count`` films drawn without replacement; none where the films are not beside the checkout."""
    if not (FOLDER / "landmarks.csv").exists():
        return []
    names = (FOLDER / "filenames.csv").read_text().splitlines()
    marks = np.loadtxt(FOLDER / "landmarks.csv", delimiter=",")
    picks = np.random.default_rng(seed).permutation(len(names))[:count]
    return [_film(names[i].strip(), marks[i]) for i in picks]


def _film(name: str, marks: NDArray[np.float64]) -> LabelledFilm:
    pixels = np.asarray(Image.open(FOLDER / "images" / name).convert("L"))
    share = np.stack([marks[:68], marks[68:]], -1).reshape(17, 4, 2)
    corners = share * np.array([pixels.shape[1], pixels.shape[0]])
    return LabelledFilm(
        name=name, pixels=pixels, corners_px=corners[np.argsort(corners[..., 1].mean(1), kind="stable")]
    )
