"""The spine as a machine: a digital twin that answers a push, and the reading of stiffness from such answers."""

from spondyl.biomechanics.contact import SkinContact
from spondyl.biomechanics.estimate import Abstention, AbstentionReason, Estimated, SegmentEstimate
from spondyl.biomechanics.identify import identify
from spondyl.biomechanics.probe import Probe, SensorNoise
from spondyl.biomechanics.pulse import half_sine_n
from spondyl.biomechanics.segment import Region, Segment

__all__ = [
    "Abstention",
    "AbstentionReason",
    "Estimated",
    "Probe",
    "Region",
    "Segment",
    "SegmentEstimate",
    "SensorNoise",
    "SkinContact",
    "half_sine_n",
    "identify",
]
