"""From line integrals to the grey values of a film: scatter, blur, noise and the usual contrast processing."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from spondyl.anatomy.landmarks import FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Appearance:
    """How a synthetic film looks; nothing here moves a landmark.

    * ``photons``: mean count per mm² without a patient (noise); ``scatter``: its share of the primary beam.
    * ``blur_px``: sigma of focal spot and detector; ``flatten``: how much of the wide contrast processing removes.
    * ``gain`` and ``gamma`` shape the grey scale; ``girth`` and ``bone`` scale soft tissue and bone density.
    * ``collimation``: share of the film hidden at left, right, top and bottom.
    """

    photons: float = 240_000.0
    scatter: float = 0.06
    blur_px: float = 0.8
    flatten: float = 0.55
    gain: float = 1.0
    gamma: float = 1.0
    girth: float = 1.0
    bone: float = 1.0
    collimation: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 0.0)

    def __post_init__(self) -> None:
        if min(self.photons, self.gain, self.gamma, self.girth, self.bone) <= 0:
            raise ValueError("photons, gain, gamma, girth and bone of an Appearance are all above 0.")
        if sum(self.collimation[:2]) >= 0.8 or sum(self.collimation[2:]) >= 0.8:
            raise ValueError(
                f"Collimation {self.collimation} hides most of the film; keep each direction below 0.8."
            )


def random_appearance(rng: np.random.Generator) -> Appearance:
    """A film of another patient, machine and operator."""
    return Appearance(
        photons=float(10 ** rng.uniform(3.8, 5.6)),
        scatter=float(rng.uniform(0.02, 0.15)),
        blur_px=float(rng.uniform(0.5, 1.6)),
        flatten=float(rng.uniform(0.2, 0.8)),
        gain=float(rng.uniform(0.75, 1.3)),
        gamma=float(rng.uniform(0.7, 1.5)),
        girth=float(rng.uniform(0.9, 1.3)),
        bone=float(rng.uniform(0.7, 1.25)),
        collimation=_random_collimation(rng),
    )


def _random_collimation(rng: np.random.Generator) -> tuple[float, float, float, float]:
    sides = rng.uniform(0, 0.12, 4) * (rng.uniform(size=4) < 0.5)
    return float(sides[0]), float(sides[1]), float(sides[2]), float(sides[3])


def expose(
    integrals: FloatArray, *, spacing_mm: float, appearance: Appearance, rng: np.random.Generator
) -> NDArray[np.uint16]:
    """Display values of a film: 4096 grey levels spread over 0 to 65535, bright is dense."""
    primary = np.exp(-integrals)
    primary += appearance.scatter * _wide(primary, sigma_px=20 / spacing_mm)
    photons = appearance.photons * spacing_mm**2
    counts = ndimage.gaussian_filter(primary, appearance.blur_px) * photons
    noisy = counts + np.sqrt(counts) * rng.standard_normal(counts.shape)
    density = -np.log(np.maximum(noisy, 1.0) / photons)
    wide, inside = 30 / spacing_mm, (integrals > 0.25).astype(np.float64)
    density -= (
        appearance.flatten
        * _wide(density * inside, sigma_px=wide)
        / np.maximum(_wide(inside, sigma_px=wide), 0.05)
    )
    return _grey(density, inside, appearance)


def _wide(values: FloatArray, *, sigma_px: float) -> FloatArray:
    """A wide Gaussian blur, computed on every eighth pixel."""
    small = ndimage.gaussian_filter(ndimage.uniform_filter(values, 8)[::8, ::8], sigma_px / 8)
    rows, columns = np.arange(values.shape[0]) / 8, np.arange(values.shape[1]) / 8
    tall = _resample(small, rows)
    return _resample(tall.T, columns).T


def _resample(values: FloatArray, at: FloatArray) -> FloatArray:
    """Linear interpolation between rows."""
    low = np.minimum(at.astype(int), len(values) - 1)
    high = np.minimum(low + 1, len(values) - 1)
    part = (at - low)[:, None]
    return values[low] * (1 - part) + values[high] * part


def _grey(density: FloatArray, inside: FloatArray, appearance: Appearance) -> NDArray[np.uint16]:
    low, high = np.percentile(density[::4, ::4][inside[::4, ::4] > 0], (0.5, 99.8))
    body = ndimage.gaussian_filter(inside, 2.0)
    level = body * np.clip((density - low) / (high - low) * appearance.gain, 0, 1) ** appearance.gamma
    left, right, top, bottom = appearance.collimation
    rows, columns = level.shape
    shut = np.ones_like(level)
    shut[
        int(top * rows) : rows - int(bottom * rows), int(left * columns) : columns - int(right * columns)
    ] = 0
    level = np.where(shut > 0, 0.02, level)
    return np.round(np.round(level * 4095) * (65535 / 4095)).astype(np.uint16)
