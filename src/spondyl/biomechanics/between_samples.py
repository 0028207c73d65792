"""How the force may run between two samples, which samples alone do not say.

A tissue that answers more slowly than the sampling step feels of the way between two samples its area only. So a guess
is told as the mean force by which it differs from a straight line in every step:

* straight: nothing, as the simulator holds its force;
* smooth with corners: −D/12, the area of a curve of second difference D; but where a corner stands out of both
  sides (a half-sine's ends, a trapezium's knees), both curves are drawn on until they meet at a share θ of a step, and
  a corner of J newtons a step takes J θ (1 − θ)/2 away;
* smooth throughout: −D/12 everywhere, as for a force without corners.

A cubic spline alone does not do: its area is that of the samples' sum, as that of straight lines, and a half-sine's is
not. It read half-sines 1 to 8 % too stiff, straight lines 1 to 9 %.
"""

from dataclasses import dataclass

import numpy as np

from spondyl.biomechanics.probe import FloatArray

_REACH = 8
"""Samples on each side that a curve is drawn through: of degree 3, or 2 or 1 where another corner leaves fewer."""
_STANDS_OUT, _TIMES = 4.0, 2.5
"""A corner is this many times the noise, and this many times what is beside it."""
_BESIDE = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Between:
    """``inside_n`` (n,): mean force above the straight line in the step that ends at each sample. ``unsure_n`` (n,
    corners): columns of unit variance, how far that is known."""

    name: str
    inside_n: FloatArray
    unsure_n: FloatArray


def guesses(force_n: FloatArray, sd_n: float) -> tuple[Between, ...]:
    """Straight first, then the smooth ones. ``force_n`` (n,) with noise ``sd_n`` is zero before its first sample."""
    n, before = len(force_n), 2 * _REACH
    padded = np.concatenate([np.zeros(before), force_n, np.full(2, force_n[-1])])
    bend = np.zeros(len(padded))
    bend[1:-1] = np.diff(padded, 2)
    curved = _curved(bend)
    kept, none = slice(before, before + n), np.zeros((n, 0))
    straight = Between(name="straight", inside_n=np.zeros(n), unsure_n=none)
    smooth = Between(name="smooth", inside_n=curved[kept], unsure_n=none)
    corners = _corners(bend, sd_n)
    if not corners:
        return straight, smooth
    unsure = np.zeros((len(padded), len(corners)))
    met_at = [(at, _met(padded, corners, at)) for at in corners]
    for column, (at, met) in enumerate(met_at):
        # A sample beside a corner bends as its own side does.
        bend[at], bend[at + 1] = met.bends
        unsure[at + 1, column] = met.area_sd * sd_n
    curved = _curved(bend)
    for at, met in met_at:
        curved[at + 1] += met.area
    cornered = Between(name="smooth with corners", inside_n=curved[kept], unsure_n=unsure[kept])
    return straight, cornered, smooth


def _curved(bend: FloatArray) -> FloatArray:
    """(n,) −D/12 in the step that ends at each sample, for second differences ``bend`` (n,)."""
    return np.append(0.0, -(bend[:-1] + bend[1:]) / 24)


def _corners(bend: FloatArray, sd_n: float) -> list[int]:
    """The steps (by their first sample) in which a corner stands out; none within three of a greater one."""
    pair = bend[:-1] + bend[1:]
    left, right = np.roll(pair, _BESIDE), np.roll(pair, -_BESIDE)
    contrast = np.abs(pair - (left + right) / 2)
    limit = np.maximum(_STANDS_OUT * np.sqrt(6.0) * sd_n, _TIMES * np.maximum(np.abs(left), np.abs(right)))
    limit[:_BESIDE] = limit[-_BESIDE:] = np.inf
    found: list[int] = []
    for at in map(int, np.argsort(-contrast)):
        if contrast[at] > limit[at] and all(abs(at - other) > _BESIDE for other in found):
            found.append(at)
    return sorted(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Met:
    """Two curves that meet within a step: their second differences at its ends, what the corner adds to the mean force
    of the step, and the standard deviation of that for samples of unit noise."""

    bends: tuple[float, float]
    area: float
    area_sd: float


def _met(force_n: FloatArray, corners: list[int], at: int) -> _Met:
    first = max([other + 1 for other in corners if other < at], default=0)
    last = min([other for other in corners if other > at], default=len(force_n) - 1)
    before = np.arange(max(first, at - _REACH + 1), at + 1)
    after = np.arange(at + 1, min(last, at + _REACH) + 1)
    left, right = _drawn((before - at).astype(np.float64)), _drawn((after - at).astype(np.float64))
    ours, theirs = left @ force_n[before], right @ force_n[after]
    gap, slope, curve, *_ = theirs - ours
    share, rise = 0.0, float(slope)
    for _ in range(3):
        rise = float(slope + 2 * curve * share)
        if abs(rise) < 1e-9:
            return _Met(bends=(float(2 * ours[2]), float(2 * theirs[2])), area=0.0, area_sd=0.0)
        # A share somewhat outside the step is noise about its end; cut off, its mean would be wrong.
        share = float(np.clip(share - (gap + slope * share + curve * share**2) / rise, -0.2, 1.2))
    share_sd = float(np.sqrt(left[0] @ left[0] + right[0] @ right[0])) / abs(rise)
    return _Met(
        bends=(float(2 * ours[2]), float(2 * theirs[2])),
        area=float(-rise * share * (1 - share) / 2),
        area_sd=float(abs(rise) / 2 * abs(1 - 2 * share) * share_sd),
    )


def _drawn(steps: FloatArray) -> FloatArray:
    """(3, samples): value, slope and half the curvature at 0 of the polynomial through samples."""
    degree = 3 if len(steps) >= 7 else 2 if len(steps) >= 4 else len(steps) - 1
    powers = np.linalg.pinv(np.vander(steps, max(degree, 0) + 1, increasing=True).astype(np.float64))
    result = np.zeros((3, len(steps)))
    result[: min(3, len(powers))] = powers[:3]
    return result
