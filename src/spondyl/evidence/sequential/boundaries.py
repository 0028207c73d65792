"""Group-sequential boundaries for z by numerical integration."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from spondyl.evidence.refusal import EvidenceRefusal, EvidenceRefused
from spondyl.evidence.root import root_between
from spondyl.evidence.sequential.spending import Spending, spent

FloatArray = NDArray[np.float64]

FARTHEST_Z = 9.0
"""Beyond this the chance is below 1e-18: no boundary is given there, and no density is kept."""

NODES_PER_PANEL = 12
MOST_PANELS = 400
SMALLEST_STEP = 1e-3
"""Two looks must be farther apart than this share of the information."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Density:
    """Density of the partial sum at one look, on the points where no boundary was crossed so far."""

    points: FloatArray
    mass: FloatArray


def boundaries(
    fractions: FloatArray, *, alpha: float = 0.05, spending: Spending = Spending.OBRIEN_FLEMING
) -> tuple[float | None, ...]:
    """The |z| that must be exceeded at each rising information fraction (k,), so that errors sum to ``alpha``.

    None stands for a look so early that no z would do. The chance of crossing at a look is found by integrating over
    all paths that stayed inside before (Armitage, McPherson & Rowe, J R Stat Soc A 1969;132:235-244), by Gauss-Legendre
    panels as wide as the step's standard deviation; both sides are counted.

    >>> [round(bound, 3) for bound in boundaries(np.array([0.5, 1.0])) if bound]
    [2.963, 1.969]
    """
    _check(fractions, alpha)
    shares = spent(fractions, alpha, spending)
    density = _Density(points=np.zeros(1), mass=np.ones(1))
    found: list[float | None] = []
    before_t, before_spent = 0.0, 0.0
    for look, (t, share) in enumerate(zip(fractions, shares, strict=True)):
        step, increment = float(np.sqrt(t - before_t)), float(share) - before_spent
        bound = _bound(density, float(t), step, increment)
        found.append(bound)
        following = float(fractions[look + 1] - t) if look + 1 < len(fractions) else None
        if following:
            density = _next(density, float(t), step, bound or FARTHEST_Z, float(np.sqrt(following)))
        before_t, before_spent = float(t), float(share)
    return tuple(found)


def _bound(density: _Density, t: float, step: float, increment: float) -> float | None:
    def excess(z: float) -> float:
        edge = z * np.sqrt(t)
        tails = special.ndtr((density.points - edge) / step) + special.ndtr(-(edge + density.points) / step)
        return float(density.mass @ tails) - increment

    if excess(FARTHEST_Z) >= 0.0:
        return None
    return root_between(excess, 0.0, FARTHEST_Z) if excess(0.0) > 0.0 else 0.0


def _next(density: _Density, t: float, step: float, bound: float, next_step: float) -> _Density:
    """The density at this look inside the boundary, on panels fine enough for this step and the next."""
    edge = bound * np.sqrt(t)
    panels = int(np.clip(np.ceil(2.0 * edge / min(step, next_step)), 4, MOST_PANELS))
    nodes, weights = np.polynomial.legendre.leggauss(NODES_PER_PANEL)
    width = 2.0 * edge / panels
    starts = -edge + width * np.arange(panels)
    points = (starts[:, None] + width * (nodes + 1.0) / 2.0).ravel()
    kernel = np.exp(-0.5 * ((points[:, None] - density.points) / step) ** 2) / (step * np.sqrt(2.0 * np.pi))
    return _Density(points=points, mass=(kernel @ density.mass) * np.tile(weights * width / 2.0, panels))


def _check(fractions: FloatArray, alpha: float) -> None:
    steps = np.diff(np.concatenate(([0.0], fractions)))
    if not len(fractions) or not (np.isfinite(fractions).all() and (steps >= SMALLEST_STEP).all()):
        raise EvidenceRefused(
            EvidenceRefusal.OUT_OF_RANGE,
            what="The information fractions do not rise by at least 0.001 from look to look.",
            why="A look without new information has no error of its own to spend.",
            do="Join such looks.",
        )
    if not 0.0 < alpha < 1.0:
        raise EvidenceRefused(
            EvidenceRefusal.OUT_OF_RANGE,
            what=f"The error of the first kind is {alpha:g}.",
            why="It is a probability between 0 and 1.",
            do="Give 0.05 for the usual one.",
        )
