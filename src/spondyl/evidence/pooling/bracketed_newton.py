"""Newton's method for many equations at once, each kept inside its bracket."""

from collections.abc import Callable

import numpy as np

from spondyl.evidence.pooling.weighted import Array

Slope = tuple[Array, Array]
"""Value and derivative of a function, both (b,)."""

TOLERANCE = 1e-14
"""A step below this share of the root ends the search."""

MAX_STEPS = 400
"""Bisection alone halves a bracket of 1e300 down to one rounding error in about 1,100 steps, Newton in about 10."""


def find_roots(function: Callable[[Array], Slope], *, start: Array, low: Array, high: Array) -> Array:
    """The roots (b,) of functions that are positive left of their root and negative right of it.

    Where Newton's step leaves the bracket, the bracket is halved (or, while its end is infinite, doubled).
    """
    at = start
    with np.errstate(all="ignore"):
        for _ in range(MAX_STEPS):
            value, derivative = function(at)
            rising = value >= 0
            low, high = np.where(rising, at, low), np.where(rising, high, at)
            new = at - value / derivative
            inside = (new >= low) & (new <= high)
            if not inside.all():
                new = np.where(inside, new, np.where(value == 0, at, _middle(low, high)))
            done = (np.abs(new - at) <= TOLERANCE * new).all()
            at = new
            if done:
                break
    return at


def _middle(low: Array, high: Array) -> Array:
    return np.where(np.isfinite(high), (low + high) / 2, 2 * low + 1.0)
