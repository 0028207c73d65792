"""How much of the error of the first kind may be used up by the time a share of the information is in."""

from enum import Enum

import numpy as np
from numpy.typing import NDArray
from scipy import special

FloatArray = NDArray[np.float64]


class Spending(Enum):
    """Which spending function; the value is the command line's name."""

    OBRIEN_FLEMING = "obf"
    POCOCK = "pocock"


def spent(fractions: FloatArray, alpha: float, spending: Spending) -> FloatArray:
    """Two-sided error spent at each information fraction (k,), all of ``alpha`` from fraction 1 on.

    Source: Lan & DeMets, Biometrika 1983;70:659-663, each side with alpha/2: the functions that resemble O'Brien and
    Fleming's and Pocock's bounds.

    >>> round(float(spent(np.array([0.5]), 0.05, Spending.OBRIEN_FLEMING)[0]), 6)
    0.003051
    """
    at, side = np.minimum(fractions, 1.0), alpha / 2.0
    if spending is Spending.POCOCK:
        return 2.0 * side * np.log1p((np.e - 1.0) * at)
    return 4.0 * special.ndtr(special.ndtri(side / 2.0) / np.sqrt(at))
