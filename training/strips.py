"""Training pictures for the refiner: the straightened spine, cut along a disturbed centreline."""

import cv2
import numpy as np

from films import LabelledFilm
from spondyl.radiograph.canvas import (
    LEVELS,
    STRIP_COLS,
    STRIP_PX_PER_LEVEL,
    centreline,
    stretch,
    two_channels,
)
from spondyl.radiograph.strip_guide import guide_channels, log_prior

cv2.setNumThreads(1)
FLIP = [1, 0, 3, 2]


def reduced(film: LabelledFilm, oversample: float = 1.15) -> tuple[np.ndarray, np.ndarray]:
    """The film (float32 0..1) and its corners, shrunk so that a level is about 48 * oversample px."""
    centres = film.corners.mean(1)
    factor = (
        oversample
        * STRIP_PX_PER_LEVEL
        * (LEVELS - 1)
        / np.linalg.norm(np.diff(centres, axis=0), axis=1).sum()
    )
    size = (max(1, round(film.grey.shape[1] * factor)), max(1, round(film.grey.shape[0] * factor)))
    small = cv2.resize(
        stretch(film.grey), size, interpolation=cv2.INTER_AREA if factor < 1 else cv2.INTER_LINEAR
    )
    steps = np.array([size[0] / film.grey.shape[1], size[1] / film.grey.shape[0]])
    return small, (film.corners + 0.5) * steps - 0.5


def disturb(centres: np.ndarray, rng: np.random.Generator, amount: float) -> np.ndarray:
    """Move centres as a locator might: shift, stretch and wobble along the spine and across it (1 is typical)."""
    steps = np.linalg.norm(np.diff(centres, axis=0), axis=1)
    level_px = steps.sum() / (LEVELS - 1)
    tangent = np.gradient(centres, axis=0)
    tangent /= np.linalg.norm(tangent, axis=1, keepdims=True)
    normal = np.stack([tangent[:, 1], -tangent[:, 0]], -1)
    ramp = np.linspace(-1, 1, LEVELS)

    def wobble(shift: float, stretch_: float, each: float) -> np.ndarray:
        return rng.normal(0, shift) + rng.normal(0, stretch_) * ramp + rng.normal(0, each, LEVELS)

    along, across = wobble(0.12, 0.12, 0.08), wobble(0.07, 0.07, 0.07)
    return centres + amount * level_px * (along[:, None] * tangent + across[:, None] * normal)


def photometric(grey: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Exposure, polarity, blur, noise, occlusion: what differs between X-ray rooms, not between spines."""
    out = grey
    if rng.random() < 0.1:
        out = 1 - out
    if rng.random() < 0.7:
        out = np.clip(out, 0, 1) ** np.float32(np.exp(rng.uniform(-0.7, 0.7)))
    if rng.random() < 0.5:
        low, high = rng.uniform(-0.1, 0.25), rng.uniform(0.7, 1.15)
        out = np.clip((out - low) / (high - low), 0, 1)
    if rng.random() < 0.3:
        out = cv2.GaussianBlur(out, (0, 0), rng.uniform(0.4, 1.6))
    if rng.random() < 0.4:
        out = out + rng.normal(0, rng.uniform(0.005, 0.05), out.shape).astype(np.float32)
    if rng.random() < 0.3:
        out = out * np.float32(rng.uniform(0.3, 0.9)) + np.float32(rng.uniform(0, 0.1))
    for _ in range(rng.integers(0, 3) if rng.random() < 0.3 else 0):
        h, w = (int(rng.integers(6, 50)) for _ in range(2))
        r, c = rng.integers(0, out.shape[0]), rng.integers(0, out.shape[1])
        out = out.copy()
        out[r : r + h, c : c + w] = rng.random()
    return np.ascontiguousarray(out, dtype=np.float32)


def shifted(centres: np.ndarray, by: int) -> np.ndarray:
    """The chain as a locator sees it that is ``by`` levels off: one end dropped, the other carried on straight."""
    if by == 0:
        return centres
    if by > 0:
        return np.concatenate([centres[1:], [2 * centres[-1] - centres[-2]]])
    return np.concatenate([[2 * centres[0] - centres[1]], centres[:-1]])


def make_strip(
    small: np.ndarray, corners: np.ndarray, *, rng: np.random.Generator | None, off: float = 0.0
) -> dict[str, np.ndarray]:
    """One training sample: strip, guide, prior, target corners in strip px and their weights, and the chain's shift.

    ``rng`` None gives the undisturbed strip; ``off`` is the chance of a chain that is one level too low or too high.
    """
    by = 0
    if rng is not None:
        if rng.random() < 0.5:
            small, corners = mirrored(small, corners)
        by = int(rng.choice([-1, 1])) if rng.random() < off else 0
    centres = shifted(corners.mean(1), by)
    if rng is not None:
        centres = disturb(centres, rng, 2.0 if rng.random() < 0.15 else 1.0)
    line = centreline(centres)
    across = (np.arange(STRIP_COLS) - (STRIP_COLS - 1) / 2) / line.px_per_film_px
    grid = (line.points_px[:, None] + across[None, :, None] * line.normals[:, None]).astype(np.float32)
    grey = cv2.remap(np.ascontiguousarray(small), grid[..., 0], grid[..., 1], cv2.INTER_LINEAR)
    if rng is not None:
        grey = photometric(grey, rng)
    level = np.arange(LEVELS) + by
    known = (level >= 0) & (level < LEVELS)
    target = line.to_strip(corners[np.clip(level, 0, LEVELS - 1)].reshape(-1, 2)).reshape(LEVELS, 4, 2)
    return {
        "strip": two_channels(grey),
        "guide": guide_channels(line.centre_rows),
        "prior": log_prior(line.centre_rows),
        "target": target.astype(np.float32),
        "weight": known.astype(np.float32),
        "shift": np.int64(by + 1),
    }


def mirrored(small: np.ndarray, corners: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Left and right exchanged."""
    corners = corners[:, FLIP].copy()
    corners[..., 0] = small.shape[1] - 1 - corners[..., 0]
    return small[:, ::-1], corners
