"""Skin and tip: a nonlinear element of its own (Hunt–Crossley).

Force f = K δᵖ (1 + χ δ̇) for an indentation δ ≥ 0, and never a pull (Hunt and Crossley 1975, eq. 15 with n = p; the form
is recalled, not re-read). Around a preload F₀ the tangent stiffness is k = p F₀/δ₀ and the tangent damping c = χ F₀, so

    f = F₀ (1 + d k/(p F₀))ᵖ (1 + c v/F₀),   d = δ − δ₀, v = δ̇.

For small d and v that is F₀ + k d + c v: the linear contact of the textbook fit.
"""

from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from spondyl.biomechanics.probe import FloatArray

T = TypeVar("T", float, FloatArray)


@dataclass(frozen=True, slots=True, kw_only=True)
class SkinContact:
    """Skin, fat and tip at ``preload_n``. Defaults are chosen, not published: see ``Tag.CHOSEN`` in the tables."""

    preload_n: float = 20.0
    stiffness_n_mm: float = 40.0
    damping_ns_m: float = 25.0
    exponent: float = 1.5

    def __post_init__(self) -> None:
        if not (
            self.preload_n > 0 and self.stiffness_n_mm > 0 and self.damping_ns_m >= 0 and self.exponent >= 1
        ):
            raise ValueError(
                f"A contact of {self.stiffness_n_mm} N/mm, {self.damping_ns_m} N·s/m and exponent {self.exponent} at "
                f"{self.preload_n} N does not exist; stiffness and preload are above zero, the exponent at least 1."
            )

    @property
    def indentation_mm(self) -> float:
        """How deep the tip stands in the skin at the preload: δ₀ = p F₀/k."""
        return self.exponent * self.preload_n / self.stiffness_n_mm

    def at_preload(self, preload_n: float) -> "SkinContact":
        """The same skin at another preload: K and χ stay, the tangent stiffness goes with F₀^(1 − 1/p)."""
        ratio = preload_n / self.preload_n
        return SkinContact(
            preload_n=preload_n,
            stiffness_n_mm=self.stiffness_n_mm * ratio ** (1 - 1 / self.exponent),
            damping_ns_m=self.damping_ns_m * ratio,
            exponent=self.exponent,
        )

    def force_n(self, further_m: float, speed_m_s: float) -> float:
        """Contact force when the tip is ``further_m`` deeper than at the preload and sinks at ``speed_m_s``."""
        scale = self.stiffness_n_mm * 1e3 / (self.exponent * self.preload_n)
        base = max(1.0 + further_m * scale, 0.0)
        return max(
            self.preload_n * base**self.exponent * (1.0 + self.damping_ns_m * speed_m_s / self.preload_n), 0.0
        )


def contact_force_n(further: FloatArray, speed: FloatArray, law: FloatArray) -> FloatArray:
    """The same law for many columns at once; ``law`` (4, columns) holds F₀ [N], k/(p F₀) [1/m], c/F₀ [s/m] and p."""
    base = np.maximum(1.0 + further * law[1], 0.0)
    return np.maximum(law[0] * base ** law[3] * (1.0 + law[2] * speed), 0.0)
