"""What a fit gives back: values with 95 % intervals, or the reason why there are none."""

from dataclasses import dataclass
from enum import Enum

from spondyl.biomechanics.segment import Segment
from spondyl.provenance import Provenance

Z_95 = 1.959964


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimated:
    """One identified quantity in the unit of its field's name: value, standard deviation, 95 % interval."""

    value: float
    sd: float
    low: float
    high: float

    def __post_init__(self) -> None:
        if not self.low <= self.value <= self.high:
            raise ValueError(f"The interval {self.low} to {self.high} does not hold its value {self.value}.")


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentEstimate:
    """Mass, damping and stiffness of the tissue under the tip, and its contact, at one segment.

    ``stiffness_n_mm`` is the static posterior-to-anterior driving-point stiffness of the tissue without skin and tip.
    ``mass_kg`` and ``damping_ns_m`` are those of the tissue's only mode, or of the modes in series when the fit needed
    ``modes`` > 1. ``contact_stiffness_n_mm`` and ``contact_damping_ns_m`` hold at ``preload_n``.
    ``chi_square_p`` and ``whiteness_p`` are the probabilities of residuals at least this large and this coloured.
    """

    segment: Segment
    mass_kg: Estimated
    damping_ns_m: Estimated
    stiffness_n_mm: Estimated
    contact_stiffness_n_mm: Estimated
    contact_damping_ns_m: Estimated
    contact_exponent: Estimated
    preload_n: float
    modes: int
    chi_square_p: float
    whiteness_p: float
    provenance: Provenance


@dataclass(frozen=True, slots=True, kw_only=True)
class TwinEstimate:
    """Stiffness of one segment, read with the person's twin as the model.

    ``stiffness_n_mm`` is the static posterior-to-anterior driving-point stiffness of the bone, without skin and tip;
    ``expected_n_mm`` is what the twin said before the probe. The contact holds at ``preload_n``.
    ``chi_square_p`` and ``whiteness_p`` are the probabilities of residuals at least this large and this coloured.
    """

    segment: Segment
    stiffness_n_mm: Estimated
    expected_n_mm: Estimated
    contact_stiffness_n_m: Estimated
    contact_damping_ns_m: Estimated
    contact_exponent: Estimated
    preload_n: float
    chi_square_p: float
    whiteness_p: float
    provenance: Provenance


class AbstentionReason(Enum):
    """Why no value is given."""

    MODEL_DOES_NOT_FIT = "model_does_not_fit"
    RESIDUALS_COLOURED = "residuals_coloured"
    NOT_CONVERGED = "not_converged"
    IMPLAUSIBLE = "implausible"
    TOO_UNCERTAIN = "too_uncertain"
    NO_PULSE = "no_pulse"


@dataclass(frozen=True, slots=True, kw_only=True)
class Abstention:
    """The fit refuses to answer for this segment; ``text`` says what was seen and what to do."""

    segment: Segment
    reason: AbstentionReason
    text: str
