"""Confidence of a vertebra: a logistic fit of "centre within half a vertebra of the label's", held-out films."""

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit

from films import LabelledFilm
from scores import shift_of
from spondyl.radiograph.detector import Sighting, confidence_features


def found_rightly(film: LabelledFilm, sighting: Sighting) -> np.ndarray:
    """(17,) whether each centre lies within half a vertebral spacing of the label's."""
    centres = film.corners.mean(1)
    spacing = np.gradient(np.r_[0, np.cumsum(np.linalg.norm(np.diff(centres, axis=0), axis=1))])
    return np.linalg.norm(sighting.corners_px.mean(1) - centres, axis=1) < 0.5 * spacing


def fit_confidence(films: list[LabelledFilm], sightings: list[Sighting]) -> tuple[dict, np.ndarray]:
    """The card's entry, and the confidence (films, 17) that it gives; prints how honest it is."""
    x = np.concatenate([confidence_features(s) for s in sightings])
    y = np.concatenate([found_rightly(f, s) for f, s in zip(films, sightings, strict=True)]).astype(float)

    def cost(w: np.ndarray) -> float:
        p = np.clip(expit(x @ w[:-1] + w[-1]), 1e-9, 1 - 1e-9)
        return -(y * np.log(p) + (1 - y) * np.log(1 - p)).mean() + 1e-4 * (w[:-1] ** 2).sum()

    w = minimize(cost, np.zeros(x.shape[1] + 1)).x
    p = expit(x @ w[:-1] + w[-1])
    print(*_reliability(p, y), sep="\n")
    return {"weights": [round(float(v), 5) for v in w[:-1]], "bias": round(float(w[-1]), 5)}, p.reshape(
        -1, 17
    )


def names_lines(films: list[LabelledFilm], sightings: list[Sighting], p: np.ndarray) -> list[str]:
    """How often all names are right beside what the median confidence (films,) of ``p`` (films, 17) says."""
    said = np.median(p, axis=1)
    right = np.array(
        [shift_of(s.corners_px, f.corners) == 0 for f, s in zip(films, sightings, strict=True)], float
    )
    parts = np.array_split(np.argsort(said), 6)
    return [f"names of {len(k)} films: said {said[k].mean():.2f}, right {right[k].mean():.2f}" for k in parts]


def _reliability(p: np.ndarray, y: np.ndarray) -> list[str]:
    lines = []
    for low in np.arange(0, 1, 0.2):
        pick = (p >= low) & (p < low + 0.2 + 1e-9)
        if pick.any():
            said = f"{pick.sum()} vertebrae, said {p[pick].mean():.2f}, right {y[pick].mean():.2f}"
            lines.append(f"confidence {low:.1f}-{low + 0.2:.1f}: {said}")
    return lines
