"""Figures of a cross-validation: the challenge's SMAPE and CMAE, corners, levels, tilts."""

from dataclasses import dataclass

import numpy as np

from films import LabelledFilm
from interval_fit import landmarks_of, tilt_factor
from sightings import tilt_deg
from spondyl.assessment.aasce import aasce_angles_deg, cmae_deg, smape
from spondyl.radiograph.detector import Sighting


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """n films beside their labels: corners (n, 17, 4, 2) in film px, angles (n, 3) in degrees, per-film SMAPE in %."""

    films: list[LabelledFilm]
    found: np.ndarray
    truth: np.ndarray
    angles_deg: np.ndarray
    official_deg: np.ndarray
    film_smape: np.ndarray

    @property
    def worst_first(self) -> np.ndarray:
        return np.argsort(-self.film_smape)


def scored(films: list[LabelledFilm], sightings: list[Sighting]) -> Scored:
    factor = tilt_factor(films, sightings)
    found = np.stack([landmarks_of(f, s, factor).corners_px for f, s in zip(films, sightings, strict=True)])
    official = np.stack([f.angles_deg for f in films])
    angles = np.concatenate(
        [aasce_angles_deg(c[None], float(f.grey.shape[0])) for c, f in zip(found, films, strict=True)]
    )
    return Scored(
        films=films,
        found=found,
        truth=np.stack([f.corners for f in films]),
        angles_deg=angles,
        official_deg=official,
        film_smape=100 * np.abs(angles - official).sum(1) / (angles + official).sum(1),
    )


def shift_of(found: np.ndarray, truth: np.ndarray) -> int:
    """Whole levels by which the chain is displaced along the spine."""
    a, b = found.mean(1), truth.mean(1)
    cost = {
        0: np.linalg.norm(a - b, axis=1).mean(),
        1: np.linalg.norm(a[:-1] - b[1:], axis=1).mean(),
        -1: np.linalg.norm(a[1:] - b[:-1], axis=1).mean(),
    }
    return min(cost, key=cost.get)


def aligned_px(found: np.ndarray, truth: np.ndarray) -> float:
    """Mean corner distance after undoing a displacement by a level."""
    k = shift_of(found, truth)
    f, t = (found, truth) if k == 0 else (found[:-1], truth[1:]) if k == 1 else (found[1:], truth[:-1])
    return np.linalg.norm(f - t, axis=-1).mean()


def report(s: Scored) -> list[str]:
    """The figures as lines of text."""
    return [*_angle_lines(s), *_corner_lines(s), _worst_line(s)]


def _angle_lines(s: Scored) -> list[str]:
    per_film, off = s.film_smape, s.angles_deg - s.official_deg
    tenth = np.sort(per_film)[-len(s.films) // 10 :].sum() / per_film.sum()
    return [
        f"films {len(s.films)}  SMAPE {smape(s.angles_deg, s.official_deg):.2f}  "
        f"CMAE {cmae_deg(s.angles_deg, s.official_deg):.2f} deg  "
        f"median film SMAPE {np.median(per_film):.2f}  share of worst tenth {tenth:.2f}",
        f"MAE of the three angles {np.abs(off).mean(0).round(2)}  bias {off.mean(0).round(2)}  "
        f"largest within 5 deg {(np.abs(off)[:, 0] <= 5).mean():.3f}",
    ]


def _corner_lines(s: Scored) -> list[str]:
    px = np.linalg.norm(s.found - s.truth, axis=-1).mean((1, 2))
    both = list(zip(s.found, s.truth, strict=True))
    shifts = np.array([shift_of(a, b) for a, b in both])
    aligned = np.median([aligned_px(a, b) for a, b in both])
    tilt = np.abs(tilt_deg(s.found) - tilt_deg(s.truth))
    return [
        f"corner error px: median of film means {np.median(px):.1f}, level-aligned "
        f"{aligned:.1f}; shifted by a level {(shifts != 0).mean():.3f}",
        f"vertebral tilt error: mean {tilt.mean():.2f} deg, median {np.median(tilt):.2f}, "
        f"film-wise worst {tilt.mean(1).max():.1f}",
    ]


def _worst_line(s: Scored) -> str:
    named = [(s.films[k].name, round(float(s.film_smape[k]), 1)) for k in s.worst_first[:10]]
    return f"worst ten: {named}"
