"""tau², the variance of true effects between studies, by eight estimators for many data sets at once.

Definitions: Veroniki et al., Res Synth Methods 2016;7:55–79; Viechtbauer, J Educ Behav Stat 2005;30:261–293.
All are cut at zero.
"""

from collections.abc import Callable

import numpy as np

from spondyl.evidence.measure import Tau2Method
from spondyl.evidence.pooling.generalized_q import tau2_where_q_is
from spondyl.evidence.pooling.likelihood import maximum_likelihood, restricted_maximum_likelihood
from spondyl.evidence.pooling.weighted import Array, Studies, residuals, row_sum, weighted


def estimate_tau2(studies: Studies, method: Tau2Method) -> Array:
    """tau² of every data set, (b,); zero where there is only one study."""
    tau2 = np.zeros(len(studies.count))
    enough = studies.count >= 2
    if enough.any():
        tau2[enough] = np.maximum(_ESTIMATORS[method](studies.rows(enough)), 0.0)
    return tau2


def dersimonian_laird(studies: Studies) -> Array:
    """The moment estimator with common-effect weights. DerSimonian & Laird, Control Clin Trials 1986;7:177–188."""
    common = weighted(studies, np.zeros(len(studies.count)))
    return (common.q - (studies.count - 1)) / common.spread


def hedges(studies: Studies) -> Array:
    """The moment estimator with equal weights: the variance of effects minus the mean of their variances."""
    mean_vi = np.where(studies.present, studies.vi, 0.0).sum(axis=1) / studies.count
    return _sum_of_squares(studies) / (studies.count - 1) - mean_vi


def hunter_schmidt(studies: Studies) -> Array:
    """(Q − k) / Σw. Hunter & Schmidt, Methods of Meta-Analysis, as defined by Viechtbauer 2005 eq. 5."""
    common = weighted(studies, np.zeros(len(studies.count)))
    return (common.q - studies.count) / common.total


def sidik_jonkman(studies: Studies) -> Array:
    """Two steps from tau0² = Σ(y − ȳ)²/k; always above zero when effects differ. Appl Stat 2005;54:367–384."""
    first = _sum_of_squares(studies) / studies.count
    return first * weighted(studies, first).q / (studies.count - 1)


def paule_mandel(studies: Studies) -> Array:
    """The tau² at which the generalized Q equals its expectation k − 1. J Res NBS 1982;87:377–385."""
    return tau2_where_q_is(studies, studies.count - 1)


def empirical_bayes(studies: Studies) -> Array:
    """Morris's estimator, J Am Stat Assoc 1983;78:47–55; its equation has the same root as Paule and Mandel's.

    Viechtbauer et al., Psychol Methods 2015;20:360–374, show that the two are the same estimator.
    """
    return paule_mandel(studies)


def _sum_of_squares(studies: Studies) -> Array:
    left = residuals(studies, (studies.yi.sum(axis=1) / studies.count)[:, None])
    return row_sum(left, left)


_ESTIMATORS: dict[Tau2Method, Callable[[Studies], Array]] = {
    Tau2Method.DL: dersimonian_laird,
    Tau2Method.HE: hedges,
    Tau2Method.HS: hunter_schmidt,
    Tau2Method.SJ: sidik_jonkman,
    Tau2Method.ML: maximum_likelihood,
    Tau2Method.REML: restricted_maximum_likelihood,
    Tau2Method.EB: empirical_bayes,
    Tau2Method.PM: paule_mandel,
}
