"""Pool the effects of studies: many data sets at once in arrays, or one with every reason told."""

from spondyl.evidence.pooling.fit_many import Fits, fit_many
from spondyl.evidence.pooling.leave_one_out import leave_one_out
from spondyl.evidence.pooling.pool import pool

__all__ = ["Fits", "fit_many", "leave_one_out", "pool"]
