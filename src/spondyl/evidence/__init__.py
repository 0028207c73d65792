"""Evidence: study, effect, pooled estimate, certainty, answer."""

from spondyl.evidence.effect_sizes import EffectSizes, effect_sizes
from spondyl.evidence.estimate import (
    Estimate,
    Heterogeneity,
    Interval,
    LeftOut,
    NotGiven,
    StudyEffect,
)
from spondyl.evidence.estimate_json import estimate_to_json
from spondyl.evidence.measure import Inference, Measure, Model, Tau2Method
from spondyl.evidence.pooling import Fits, fit_many, leave_one_out, pool
from spondyl.evidence.refusal import EvidenceRefusal, EvidenceRefused
from spondyl.evidence.study_table import StudyTable, parse_study_table

__all__ = [
    "EffectSizes",
    "Estimate",
    "EvidenceRefusal",
    "EvidenceRefused",
    "Fits",
    "Heterogeneity",
    "Inference",
    "Interval",
    "LeftOut",
    "Measure",
    "Model",
    "NotGiven",
    "StudyEffect",
    "StudyTable",
    "Tau2Method",
    "effect_sizes",
    "estimate_to_json",
    "fit_many",
    "leave_one_out",
    "parse_study_table",
    "pool",
]
