"""Figures of a cross-validation: the challenge's SMAPE and CMAE, corners, levels, tilts."""

from dataclasses import dataclass

import numpy as np

from films import FIRST, SECOND, LabelledFilm, halves
from interval_fit import landmarks_of, tilt_factor
from sightings import tilt_deg
from spondyl.anatomy import body_axes
from spondyl.assessment.aasce import aasce_angles_deg, cmae_deg, smape
from spondyl.radiograph.detector import Sighting

NAMES = {FIRST: "first", SECOND: "second"}


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


def partners(found: np.ndarray, truth: np.ndarray) -> tuple[slice, slice]:
    """Levels of ``found`` and of ``truth`` that are the same vertebrae."""
    return overlap(shift_of(found, truth))


def overlap(k: int) -> tuple[slice, slice]:
    """Levels of one chain and of another, which lies ``k`` levels lower, that are the same vertebrae."""
    return slice(max(0, -k), 17 - max(0, k)), slice(max(0, k), 17 - max(0, -k))


def aligned_px(found: np.ndarray, truth: np.ndarray) -> float:
    """Mean corner distance after undoing a displacement by a level."""
    mine, theirs = partners(found, truth)
    return np.linalg.norm(found[mine] - truth[theirs], axis=-1).mean()


def sizes(found: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """(17, 2) width and height of the label's bodies over those found; nan where a level has no partner."""
    mine, theirs = partners(found, truth)
    out = np.full((17, 2), np.nan)
    both = [np.linalg.norm(body_axes(c), axis=-1).T for c in (truth[theirs], found[mine])]
    out[mine] = both[0] / both[1]
    return out


def resized(corners: np.ndarray, factors: np.ndarray) -> np.ndarray:
    """Corners (17, 4, 2) with widths and heights times ``factors`` (17, 2), centres and tilts as they are."""
    middle = corners.mean(1, keepdims=True)
    axes = np.stack(body_axes(corners), axis=-1)
    parts = np.linalg.solve(axes[:, None], (corners - middle)[..., None])
    return middle + (axes[:, None] @ (parts * factors[:, None, :, None]))[..., 0]


def report(s: Scored) -> list[str]:
    """The figures as lines of text: of all films, and of each reader's where the readers are known."""
    of_readers = [*_reader_lines(s), _own_way_line(s)] if any(f.reader for f in s.films) else []
    return [*_angle_lines(s), *_corner_lines(s), *of_readers, _worst_line(s)]


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


def _corner_px(found: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """(n,) mean distance of corners (n, 17, 4, 2), film px."""
    return np.linalg.norm(found - truth, axis=-1).mean((1, 2))


def _film_figures(s: Scored) -> np.ndarray:
    """(3, n) of each film: corner error and level-aligned corner error in film px, 1 if shifted by a level."""
    both = list(zip(s.found, s.truth, strict=True))
    aligned = [aligned_px(*pair) for pair in both]
    return np.stack([_corner_px(s.found, s.truth), aligned, [shift_of(*pair) != 0 for pair in both]])


def _reader_lines(s: Scored) -> list[str]:
    readers, figures, lines = np.array([f.reader for f in s.films]), _film_figures(s), []
    for reader, name in NAMES.items():
        mine = readers == reader
        if mine.any():
            px, aligned, shifted = figures[:, mine]
            lines.append(
                f"{name} reader's {mine.sum()} films: SMAPE {s.film_smape[mine].mean():.2f} (median "
                f"{np.median(s.film_smape[mine]):.2f})  CMAE {cmae_deg(s.angles_deg[mine], s.official_deg[mine]):.2f}  "
                f"corners {np.median(px):.1f} px, aligned {np.median(aligned):.1f}  shifted {shifted.mean():.3f}"
            )
    return lines


def _own_way_line(s: Scored) -> str:
    """Corner error with every body as wide and as high as its label's reader draws that level's, which the films of the
    other half of the groups tell."""
    half, readers = halves(s.films), np.array([f.reader for f in s.films])
    drawn = s.found.copy()
    for reader in NAMES:
        for part in (0, 1):
            ways = [
                sizes(s.found[n], s.truth[n]) for n in np.flatnonzero((readers == reader) & (half != part))
            ]
            factors = np.nanmedian(np.stack(ways), axis=0) if ways else np.ones((17, 2))
            for n in np.flatnonzero((readers == reader) & (half == part)):
                drawn[n] = resized(s.found[n], factors)
    px = _corner_px(drawn, s.truth)
    told = [
        f"{name} reader's {np.median(px[readers == k]):.1f}"
        for k, name in NAMES.items()
        if (readers == k).any()
    ]
    return f"corner error px, bodies sized as their label's reader draws them: {np.median(px):.1f} ({', '.join(told)})"


def _corner_lines(s: Scored) -> list[str]:
    px, aligned, shifted = _film_figures(s)
    tilt = np.abs(tilt_deg(s.found) - tilt_deg(s.truth))
    return [
        f"corner error px: median of film means {np.median(px):.1f}, level-aligned "
        f"{np.median(aligned):.1f}; shifted by a level {shifted.mean():.3f}",
        f"vertebral tilt error: mean {tilt.mean():.2f} deg, median {np.median(tilt):.2f}, "
        f"film-wise worst {tilt.mean(1).max():.1f}",
    ]


def without_line(s: Scored, copies: set[str]) -> str:
    """SMAPE and CMAE without the films of these names, of which the networks learnt a copy."""
    kept = np.array([film.name not in copies for film in s.films])
    said, told = s.angles_deg[kept], s.official_deg[kept]
    return (
        f"without {np.sum(~kept)} films of which another fold holds a copy or its like: SMAPE {smape(said, told):.2f}  "
        f"CMAE {cmae_deg(said, told):.2f} deg"
    )


def _worst_line(s: Scored) -> str:
    named = [(s.films[k].name, round(float(s.film_smape[k]), 1)) for k in s.worst_first[:10]]
    return f"worst ten: {named}"
