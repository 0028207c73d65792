"""The spine as a machine: a digital twin that answers a push, and the reading of stiffness from such answers."""

from spondyl.biomechanics.contact import SkinContact
from spondyl.biomechanics.estimate import (
    Z_95,
    Abstention,
    AbstentionReason,
    Estimated,
    SegmentEstimate,
    TwinEstimate,
)
from spondyl.biomechanics.fit_on_twin import TwinPrior, identify_on_twin
from spondyl.biomechanics.geometry import MeasuredFilm, SpineGeometry
from spondyl.biomechanics.identify import identify
from spondyl.biomechanics.identify_linear import identify_linear
from spondyl.biomechanics.press import Press, press
from spondyl.biomechanics.probe import Probe, SensorNoise
from spondyl.biomechanics.pulse import half_sine_n
from spondyl.biomechanics.repeatability import Repeatability, SegmentReading, repeatability, spine_map
from spondyl.biomechanics.respond import (
    Convergence,
    Load,
    Modes,
    Response,
    intersegmental_mm,
    modes_of,
    push_at,
    respond,
)
from spondyl.biomechanics.segment import Region, Segment
from spondyl.biomechanics.spine_model import ANTERIOR, BodyState, ContactSite, SpineModel, build_spine_model
from spondyl.biomechanics.tagged import Tag, Tagged
from spondyl.biomechanics.tails import student_95

__all__ = [
    "ANTERIOR",
    "Z_95",
    "Abstention",
    "AbstentionReason",
    "BodyState",
    "ContactSite",
    "Convergence",
    "Estimated",
    "Load",
    "MeasuredFilm",
    "Modes",
    "Press",
    "Probe",
    "Region",
    "Repeatability",
    "Response",
    "Segment",
    "SegmentEstimate",
    "SegmentReading",
    "SensorNoise",
    "SkinContact",
    "SpineGeometry",
    "SpineModel",
    "Tag",
    "Tagged",
    "TwinEstimate",
    "TwinPrior",
    "build_spine_model",
    "half_sine_n",
    "identify",
    "identify_linear",
    "identify_on_twin",
    "intersegmental_mm",
    "modes_of",
    "press",
    "push_at",
    "repeatability",
    "respond",
    "spine_map",
    "student_95",
]
