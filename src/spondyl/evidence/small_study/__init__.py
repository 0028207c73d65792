"""Small studies and missing studies: tests of asymmetry, trim and fill."""

from spondyl.evidence.small_study.all_tests import SmallStudyEffects, small_study_effects
from spondyl.evidence.small_study.asymmetry import AsymmetryTest, begg, egger, egger_classical, peters
from spondyl.evidence.small_study.trim_and_fill import MissingCount, Side, TrimAndFill, trim_and_fill

__all__ = [
    "AsymmetryTest",
    "MissingCount",
    "Side",
    "SmallStudyEffects",
    "TrimAndFill",
    "begg",
    "egger",
    "egger_classical",
    "peters",
    "small_study_effects",
    "trim_and_fill",
]
