"""The effects of many studies on one scale, ready to be pooled."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spondyl.evidence.estimate import LeftOut
from spondyl.evidence.measure import Measure


@dataclass(frozen=True, slots=True, kw_only=True)
class EffectSizes:
    """Effects ``yi`` (k,) and their sampling variances ``vi`` (k,), all finite and every variance above zero.

    ``left_out`` names the studies that gave no effect, ``notes`` what was done to the numbers of the others.
    """

    measure: Measure
    labels: tuple[str, ...]
    yi: NDArray[np.float64]
    vi: NDArray[np.float64]
    left_out: tuple[LeftOut, ...] = ()
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        shape = (len(self.labels),)
        if self.yi.shape != shape or self.vi.shape != shape:
            raise ValueError(f"{shape[0]} labels, but effects {self.yi.shape} and variances {self.vi.shape}.")
        if not (np.isfinite(self.yi).all() and np.isfinite(self.vi).all() and (self.vi > 0).all()):
            raise ValueError("Effects must be finite and their variances finite and above zero.")
