"""The supplied films: labels cleaned for training, kept raw for scoring, grouped so that no film is in two folds.

Two readers drew the labels: the source says so, and the labels show when they changed. Up to the examination of
22 November 2016 bodies are drawn to their corners (height 0.79 of the level spacing, sd 0.04); from 29 December 2016 on
inside their rim (0.68, sd 0.06, and a fifth narrower), a level off three times as often, now and then on the discs.
"""

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

FIRST, SECOND = 1, 2
DATA = Path(__file__).resolve().parents[2] / "shared" / "data" / "aasce"


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledFilm:
    name: str
    grey: np.ndarray  # (rows, cols) uint8
    raw_corners: (
        np.ndarray
    )  # (17, 4, 2) film px, the file's own order (what the official angles were computed from)
    corners: np.ndarray  # (17, 4, 2) film px, vertebrae head to foot, corners TL TR BL BR
    angles_deg: np.ndarray  # (3,) official
    group: int

    @property
    def examination(self) -> str:
        return _examination(self.name)

    @property
    def reader(self) -> int | None:
        """``FIRST`` or ``SECOND``, who drew the label, by the date in a file name of this data set; None for others."""
        date = re.match(r"sunhl-1th-\d\d-([A-Z][a-z]{2})-(20\d\d)-", self.name)
        if not date:
            return None
        return SECOND if date[2] >= "2017" or date[1] == "Dec" else FIRST


def _examination(name: str) -> str:
    """The number of the examination in a file name of this data set, else the whole name."""
    match = re.search(r"-(\d+)(?: [A-Z])? ?(?:AP)?\.jpg$", name)
    return match.group(1) if match else name


def tidy(corners: np.ndarray) -> np.ndarray:
    """Sort vertebrae head to foot and the corners of each into TL, TR, BL, BR."""
    ordered = corners[np.argsort(corners[:, :, 1].mean(1), kind="stable")]
    out = np.empty_like(ordered)
    for i, four in enumerate(ordered):
        by_x = four[np.argsort(four[:, 0], kind="stable")]
        upright = four[[0, 1, 2, 3]]
        swapped = upright[1, 0] <= upright[0, 0] or upright[3, 0] <= upright[2, 0]
        flipped = upright[2, 1] <= upright[0, 1] or upright[3, 1] <= upright[1, 1]
        if swapped or flipped:
            left, right = by_x[:2], by_x[2:]
            left, right = left[np.argsort(left[:, 1])], right[np.argsort(right[:, 1])]
            out[i] = [left[0], right[0], left[1], right[1]]
        else:
            out[i] = upright
    return out


def _fingerprint(grey: np.ndarray) -> np.ndarray:
    small = np.asarray(Image.fromarray(grey).resize((24, 48), Image.Resampling.BOX), dtype=np.float64)
    small -= small.mean()
    return (small / (np.linalg.norm(small) + 1e-9)).ravel()


def _groups(names: list[str], greys: list[np.ndarray]) -> np.ndarray:
    """Union of 'same examination number' and 'nearly the same picture'."""
    parent = list(range(len(names)))

    def root(i: int) -> int:
        while parent[i] != i:
            i = parent[i]
        return i

    numbers: dict[str, int] = {}
    for i, name in enumerate(names):
        parent[root(i)] = root(numbers.setdefault(_examination(name), i))
    prints = np.stack([_fingerprint(grey) for grey in greys])
    for i, j in zip(*np.nonzero(np.triu(prints @ prints.T > 0.985, 1)), strict=True):
        parent[root(int(i))] = root(int(j))
    return np.array([root(i) for i in range(len(names))])


def load_films(folder: Path = DATA) -> list[LabelledFilm]:
    names = [line.strip() for line in (folder / "filenames.csv").read_text().splitlines()]
    marks = np.loadtxt(folder / "landmarks.csv", delimiter=",")
    angles = np.loadtxt(folder / "angles.csv", delimiter=",")
    greys = [np.asarray(Image.open(folder / "images" / name).convert("L")) for name in names]
    groups = _groups(names, greys)
    films = []
    for name, grey, mark, angle, group in zip(names, greys, marks, angles, groups, strict=True):
        xy = np.stack([mark[:68] * grey.shape[1], mark[68:] * grey.shape[0]], -1).reshape(17, 4, 2)
        films.append(
            LabelledFilm(
                name=name, grey=grey, raw_corners=xy, corners=tidy(xy), angles_deg=angle, group=int(group)
            )
        )
    return films


def folds(films: list[LabelledFilm], count: int, seed: int = 7) -> np.ndarray:
    """Fold number of each film: whole groups, balanced in number and in the largest angle."""
    rng = np.random.default_rng(seed)
    order = sorted(
        {film.group for film in films}, key=lambda g: (-sum(f.group == g for f in films), rng.random())
    )
    load = np.zeros(count)
    fold_of: dict[int, int] = {}
    for group in order:
        target = int(np.argmin(load + rng.random(count) * 1e-3))
        fold_of[group] = target
        load[target] += sum(film.group == group for film in films)
    return np.array([fold_of[film.group] for film in films])


def halves(films: list[LabelledFilm]) -> np.ndarray:
    """Which half (0 or 1) each film is in: what is fitted on one is looked at on the other; whole groups."""
    sides = np.random.default_rng(3).integers(0, 2, max(f.group for f in films) + 1)
    return sides[[f.group for f in films]]
