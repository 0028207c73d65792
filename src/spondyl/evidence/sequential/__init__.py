"""Trial sequential analysis: boundaries for repeated looks and the information required."""

from spondyl.evidence.sequential.boundaries import boundaries
from spondyl.evidence.sequential.required_size import (
    required_information,
    required_patients_means,
    required_patients_shares,
)
from spondyl.evidence.sequential.spending import Spending, spent
from spondyl.evidence.sequential.trial_sequential import (
    Design,
    Look,
    SequentialAnalysis,
    Verdict,
    sequential_analysis,
)

__all__ = [
    "Design",
    "Look",
    "SequentialAnalysis",
    "Spending",
    "Verdict",
    "boundaries",
    "required_information",
    "required_patients_means",
    "required_patients_shares",
    "sequential_analysis",
    "spent",
]
