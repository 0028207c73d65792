"""Meta-regression: effects on study characteristics."""

from spondyl.evidence.regression.from_table import moderated_effects
from spondyl.evidence.regression.meta_regression import Coefficient, MetaRegression, meta_regression, predict
from spondyl.evidence.regression.moderators import Moderators, moderators_from

__all__ = [
    "Coefficient",
    "MetaRegression",
    "Moderators",
    "meta_regression",
    "moderated_effects",
    "moderators_from",
    "predict",
]
