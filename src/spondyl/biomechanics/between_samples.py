"""How the force may run between two samples, which samples alone do not say.

A tissue that answers more slowly than the sampling step feels of the way between two samples only its area. So each
guess is told as what must be added to the samples, so that straight lines between them have the area of the guess:

* straight: nothing, as the simulator holds its force;
* smooth with corners: −D/12 of the second differences D, which is the area of a curve of that curvature, but where a
  corner stands out of both sides (a half-sine's ends, a trapezium's knees), the two curves are drawn on until they
  meet at a share θ of the step; the corner of D newtons then takes D θ (1 − θ)/2 away;
* smooth throughout: −D/12 everywhere, as for a force without corners.

A cubic spline alone will not do: it has the same sum as the samples, a half-sine has not.
"""

from dataclasses import dataclass

import numpy as np

from spondyl.biomechanics.probe import FloatArray

_REACH = 6
"""Samples on each side that a curve is drawn through."""
_STANDS_OUT, _TIMES = 4.0, 2.5
"""A corner is this many times the noise, and this many times what is beside it."""
_LAG = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Between:
    """``added_n`` (n,): what to add to the samples. ``unsure_n`` (n, corners): columns of unit variance, how far that
    is known."""

    name: str
    added_n: FloatArray
    unsure_n: FloatArray


def guesses(force_n: FloatArray, sd_n: float) -> tuple[Between, ...]:
    """Straight first; then each smooth one that differs. ``force_n`` (n,) is zero before its first sample."""
    n = len(force_n)
    none = np.zeros((n, 0))
    padded = np.concatenate([np.zeros(2 * _REACH), force_n, np.full(2, force_n[-1])])
    bend = np.zeros(len(padded))
    bend[1:-1] = np.diff(padded, 2)
    kept = slice(2 * _REACH, 2 * _REACH + n)
    straight = Between(name="straight", added_n=np.zeros(n), unsure_n=none)
    smooth = Between(name="smooth", added_n=-bend[kept] / 12, unsure_n=none)
    corners = _corners(bend, sd_n)
    if not corners:
        return straight, smooth
    added, unsure = -bend / 12, np.zeros((len(padded), len(corners)))
    for column, at in enumerate(corners):
        _put(padded, corners, at, sd_n, added, unsure[:, column])
    cornered = Between(name="smooth with corners", added_n=added[kept], unsure_n=unsure[kept])
    return straight, cornered, smooth


def _corners(bend: FloatArray, sd_n: float) -> list[int]:
    """The steps (by their first sample) in which a corner stands out; none within three of a greater one."""
    pair = bend[:-1] + bend[1:]
    left, right = np.roll(pair, _LAG), np.roll(pair, -_LAG)
    contrast = np.abs(pair - (left + right) / 2)
    limit = np.maximum(_STANDS_OUT * 2 * np.sqrt(1.5) * sd_n, _TIMES * np.maximum(np.abs(left), np.abs(right)))
    limit[:_LAG], limit[-_LAG:] = np.inf, np.inf
    found: list[int] = []
    for at in np.argsort(-contrast):
        if contrast[at] <= limit[at]:
            continue
        if all(abs(at - other) > _LAG for other in found):
            found.append(int(at))
    return sorted(found)


def _put(
    force_n: FloatArray, corners: list[int], at: int, sd_n: float, added: FloatArray, unsure: FloatArray
) -> None:
    before = max([other + 1 for other in corners if other < at], default=0)
    after = min([other for other in corners if other > at], default=len(force_n) - 1)
    left = _drawn(np.arange(max(before, at - _REACH + 1), at + 1) - at)
    right = _drawn(np.arange(at + 1, min(after, at + _REACH) + 1) - at)
    values_left = force_n[at - left.shape[1] + 1 : at + 1]
    values_right = force_n[at + 1 : at + 1 + right.shape[1]]
    gap, slope, curve = right @ values_right - left @ values_left
    if slope == 0.0:
        return
    share = -gap / slope
    share -= (gap + slope * share + curve * share**2) / (slope + 2 * curve * share)
    share = float(np.clip(share, -0.2, 1.2))
    jump = slope + 2 * curve * share
    share_sd = sd_n * np.sqrt(left[0] @ left[0] + right[0] @ right[0]) / abs(jump)
    area = -jump * share * (1 - share) / 2
    area_sd = abs(jump) / 2 * np.sqrt((1 - 2 * share) ** 2 * share_sd**2 + 2 * share_sd**4)
    added[at] = -2 * (left[2] @ values_left) / 12
    added[at + 1] = -2 * (right[2] @ values_right) / 12
    place = np.array([2 - share, 1 + share]) / 3
    added[at : at + 2] += area * place
    unsure[at : at + 2] = area_sd * place


def _drawn(steps: FloatArray) -> FloatArray:
    """(3, samples) matrix that gives value, slope and half the curvature at 0 of the parabola through samples."""
    degree = min(2, len(steps) - 1)
    result = np.zeros((3, len(steps)))
    result[: degree + 1] = np.linalg.pinv(np.vander(steps, degree + 1, increasing=True).astype(np.float64))
    return result
