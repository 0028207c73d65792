"""How sure: risk of bias, GRADE proposals with a reason for each step, and signatures of named persons."""

from spondyl.evidence.certainty.grade import Body, Certainty, Concern, Step, propose
from spondyl.evidence.certainty.level import Level
from spondyl.evidence.certainty.risk_of_bias import ROB2, ROBINS_I, Tool, overall
from spondyl.evidence.certainty.signature import Signature

__all__ = [
    "ROB2",
    "ROBINS_I",
    "Body",
    "Certainty",
    "Concern",
    "Level",
    "Signature",
    "Step",
    "Tool",
    "overall",
    "propose",
]
