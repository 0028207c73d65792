"""Which end of a chain that counts a vertebra twice lacks one? Weights of spondyl.radiograph.slip, from unseen films.

python slip_fit.py runs/fold0 runs/fold1 --copies 6     folder k holds the networks that did not see fold k

Few films slip, so each is also shown turned, stretched and brightened. Prints how often each answer was right, the
weights, and what a fit without the film itself (ten groups of films) would have chosen.
"""

import argparse
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import repeat
from pathlib import Path

import numpy as np
from scipy.ndimage import affine_transform

from films import DATA, LabelledFilm, folds, load_films
from spondyl.radiograph.canvas import stretch
from spondyl.radiograph.detector import Detector, answer_of, mended
from spondyl.radiograph.plausible import crowded
from spondyl.radiograph.slip import slip_features

CLEAR = 13
"""So many of 17 vertebrae must be rightly found by one of the two answers for a slip to say which was right."""
WHOLE = 15
PARTS, RIDGE = 10, 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Slip:
    """One picture on which a vertebra was counted twice: features (4,), vertebrae rightly found by the chain as it was,
    and with one added above T1 or below L5."""

    film: int
    copy: int
    features: np.ndarray
    as_it_was: int
    above: int
    below: int


def changed(film: LabelledFilm, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Picture and corners turned by up to 10 degrees, stretched by some 8 % each way and brightened or darkened."""
    turn = np.radians(rng.uniform(-10, 10))
    side, along = np.exp(rng.normal(0, 0.08, 2))
    back = np.array(
        [[np.cos(turn) * along, np.sin(turn) * side], [-np.sin(turn) * along, np.cos(turn) * side]]
    )
    middle = (np.array(film.grey.shape) - 1) / 2
    moved = affine_transform(film.grey.astype(np.float32), back, offset=middle - back @ middle, order=1)
    grey = 255 * np.clip(moved / 255, 0, 1) ** np.exp(rng.normal(0, 0.35))
    corners = ((film.corners[..., ::-1] - middle) @ np.linalg.inv(back).T + middle)[..., ::-1]
    return grey.astype(np.uint8), corners


def rightly(found: np.ndarray, truth: np.ndarray) -> int:
    """How many of 17 vertebrae lie within half a width of the label's."""
    width = np.linalg.norm(truth[:, 1] - truth[:, 0], axis=1)
    return int((np.linalg.norm(found.mean(1) - truth.mean(1), axis=1) < width / 2).sum())


def slip_of(detector: Detector, pixels: np.ndarray, truth: np.ndarray, **names: int) -> Slip | None:
    """The slip on one picture, if there is one."""
    grey = stretch(pixels)
    found = detector.locate(grey)
    whole, _ = mended(detector.look(grey, found.canvas.to_film(found.chain.centres), looks=1).corners_px)
    twice = crowded(whole)
    if not twice.any():
        return None
    above, below = detector.both_counts(grey, whole.mean(1), twice)
    return Slip(
        features=slip_features(answer_of(found, above), answer_of(found, below)),
        as_it_was=rightly(whole, truth),
        above=rightly(above.corners_px, truth),
        below=rightly(below.corners_px, truth),
        **names,
    )


def slips(folder: Path, films: list[LabelledFilm], held: np.ndarray, copies: int) -> list[Slip]:
    """All slips on the films numbered ``held`` and on changed copies of them."""
    detector = Detector.load(folder, threads=1)
    found: list[Slip] = []
    for copy in range(copies):
        rng = np.random.default_rng((7, copy))
        for i in held:
            pixels, truth = changed(films[i], rng) if copy else (films[i].grey, films[i].corners)
            slip = slip_of(detector, pixels, truth, film=int(i), copy=copy)
            found.extend([slip] if slip else [])
    return found


def logistic(features: np.ndarray, is_above: np.ndarray) -> np.ndarray:
    """Ridge logistic regression on scaled features: weights of the features as they are, and the bias last."""
    scale = features.std(0)
    x = np.c_[features / scale, np.ones(len(features))]
    w = np.zeros(x.shape[1])
    for _ in range(50):
        p = 1 / (1 + np.exp(-x @ w))
        hessian = x.T @ (x * (p * (1 - p))[:, None]) + RIDGE * np.eye(len(w))
        w -= np.linalg.solve(hessian, x.T @ (p - is_above) + RIDGE * w)
    return w / np.r_[scale, 1]


def without_itself(
    x: np.ndarray, is_above: np.ndarray, is_clear: np.ndarray, group: np.ndarray
) -> np.ndarray:
    """Log-odds of every slip by a fit that saw neither its film nor a copy of it."""
    said = np.zeros(len(x))
    for part in np.array_split(np.random.default_rng(0).permutation(np.unique(group)), PARTS):
        out = np.isin(group, part)
        w = logistic(x[is_clear & ~out], is_above[is_clear & ~out])
        said[out] = x[out] @ w[:-1] + w[-1]
    return said


def report(found: list[Slip], pictures: int) -> None:
    x = np.stack([s.features for s in found])
    counts = np.array([(s.as_it_was, s.above, s.below) for s in found])
    is_clear, is_above = counts[:, 1:].max(1) >= CLEAR, counts[:, 1] > counts[:, 2]
    said = without_itself(x, is_above, is_clear, np.array([s.film for s in found]))
    chosen = np.where(said >= 0, counts[:, 1], counts[:, 2])
    print(
        f"{len(found)} slips on {pictures} pictures; {is_clear.sum()} clear, {is_above[is_clear].mean():.2f} above"
    )
    plain = np.array([s.copy == 0 for s in found])
    for name, some in (("all", np.ones(len(found), bool)), ("films as they are", plain)):
        right = ((said >= 0) == is_above)[some & is_clear].mean()
        print(f"{name}: {some.sum()} slips, of the clear {right:.2f} chosen rightly")
        for what, found_of in (
            ("as it was", counts[:, 0]),
            ("chosen", chosen),
            ("best", counts[:, 1:].max(1)),
        ):
            whole = (found_of[some] >= WHOLE).mean()
            print(
                f"  {what}: {found_of[some].mean():.1f} of 17 rightly found, at least {WHOLE} on {whole:.2f}"
            )
    p = 1 / (1 + np.exp(-np.abs(said)))
    for part in np.array_split(np.argsort(p), 3):
        print(
            f"  said {p[part].mean():.2f}: at least {WHOLE} on {(chosen[part] >= WHOLE).mean():.2f} of {len(part)}"
        )
    w = logistic(x[is_clear], is_above[is_clear])
    print("weights", w[:-1].round(3).tolist(), "bias", round(float(w[-1]), 3))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--copies", type=int, default=6)
    parser.add_argument("--count", type=int, default=4)
    parser.add_argument("--films", type=Path, default=DATA)
    o = parser.parse_args()
    films = load_films(o.films)
    fold = folds(films, o.count)
    held = [np.flatnonzero(fold == k) for k in range(len(o.folders))]
    with ProcessPoolExecutor(len(o.folders)) as workers:
        parts = workers.map(slips, o.folders, repeat(films), held, repeat(o.copies))
        found = [slip for part in parts for slip in part]
    report(found, o.copies * sum(map(len, held)))


if __name__ == "__main__":
    main()
