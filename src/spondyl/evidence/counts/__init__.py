"""Methods that work on counts: intervals of proportions, Mantel-Haenszel, Peto, the binomial-normal model."""

from spondyl.evidence.counts.mantel_haenszel import (
    breslow_day_tarone,
    cochran_mantel_haenszel,
    mantel_haenszel,
)
from spondyl.evidence.counts.peto import peto
from spondyl.evidence.counts.pool_counts import CountsMethod, PooledCounts, pool_counts
from spondyl.evidence.counts.proportion_interval import (
    Proportion,
    exact_proportion,
    wald_proportion,
    wilson_proportion,
)
from spondyl.evidence.counts.risk_difference import (
    RiskDifference,
    newcombe_risk_difference,
    wald_risk_difference,
)
from spondyl.evidence.counts.two_by_two import TwoByTwo

__all__ = [
    "CountsMethod",
    "PooledCounts",
    "Proportion",
    "RiskDifference",
    "TwoByTwo",
    "breslow_day_tarone",
    "cochran_mantel_haenszel",
    "exact_proportion",
    "mantel_haenszel",
    "newcombe_risk_difference",
    "peto",
    "pool_counts",
    "wald_proportion",
    "wald_risk_difference",
    "wilson_proportion",
]
