"""The zero of a function between two points where its signs differ, to the last digits of a float."""

from collections.abc import Callable

import numpy as np
from scipy import optimize


def root_between(function: Callable[[float], float], low: float, high: float) -> float:
    """Brent's method, tolerance four units in the last place.

    >>> round(root_between(lambda x: x**3 - 2.0, 0.0, 2.0), 12)
    1.259921049895
    """
    found = optimize.root_scalar(
        function,
        bracket=(low, high),
        method="brentq",
        xtol=1e-300,
        rtol=4.0 * float(np.finfo(np.float64).eps),
        maxiter=1000,
    )
    return float(found.root)
