"""The binomial-normal model for odds ratios with a baseline of its own for each study (metafor's UM.FS)."""

import numpy as np
from numpy.typing import NDArray

from spondyl.evidence.counts.glmm.maximise import maximise
from spondyl.evidence.counts.glmm.proportions import POINTS, GlmmFit
from spondyl.evidence.counts.glmm.study_likelihood import Arms, Rule, gauss_hermite, study_log_likelihoods
from spondyl.evidence.counts.two_by_two import TwoByTwo, informative_only
from spondyl.evidence.refusal import EvidenceRefusal, EvidenceRefused

FloatArray = NDArray[np.float64]

HALF = np.array([0.5, -0.5])
"""How a study's log odds ratio enters the two arms: half above its baseline, half below."""

BASELINE_STEPS = 60
BASELINE_TOLERANCE = 1e-9
STENCIL_STEP = 2e-3
LARGEST_STEP = 1.5


def fit_odds_ratios(tables: TwoByTwo, *, points: int = POINTS) -> GlmmFit:
    """Log odds ratio varying normally between studies; each study keeps its own baseline; zero cells stay zero.

    Source: Jackson et al., Stat Med 2018;37:1059-1085, model 4 (study effects fixed, half of the log odds ratio on
    each arm). As rma.glmm(measure="OR", model="UM.FS") of metafor. Baselines are profiled out study by study, which
    leaves two parameters whatever the number of studies.
    """
    used = informative_only(tables)
    _refuse_one_sided(used)
    arms = Arms(
        events=np.column_stack((used.ai, used.ci)),
        patients=np.column_stack((used.n1i, used.n2i)),
        slope=HALF,
    )
    rule = gauss_hermite(points)

    def log_likelihood(effect: FloatArray, tau: FloatArray) -> FloatArray:
        return _profile(arms, effect[:, None], tau[:, None], rule).sum(axis=-1)

    start = np.log(
        (used.ai + 0.5).sum() * (used.di + 0.5).sum() / (used.bi + 0.5).sum() / (used.ci + 0.5).sum()
    )
    found = maximise(log_likelihood, float(start))
    return GlmmFit(
        effect=found.effect,
        se=found.se,
        tau2=found.tau**2,
        k=len(used.ai),
        log_likelihood=found.log_likelihood,
    )


def _profile(arms: Arms, effect: FloatArray, tau: FloatArray, rule: Rule) -> FloatArray:
    """Log-likelihood of each study at its best baseline, (m, k), for ``effect`` and ``tau`` (m, 1).

    The likelihood is concave in the baseline (a marginal of a log-concave density), so clipped Newton steps arrive.
    """
    total = (arms.events.sum(axis=-1) + 0.5) / (arms.patients.sum(axis=-1) + 1.0)
    baseline = np.log(total / (1.0 - total)) + np.zeros((len(effect), len(total)))
    offsets = STENCIL_STEP * np.arange(-2.0, 3.0)[:, None, None]
    value = np.zeros_like(baseline)
    for _ in range(BASELINE_STEPS):
        values = _at(arms, baseline + offsets, effect, tau, rule)
        value, slope, bend = values[2], *_differences(values - values[2])
        step = np.clip(slope / np.maximum(-bend, 1e-10), -LARGEST_STEP, LARGEST_STEP)
        if np.abs(step).max() < BASELINE_TOLERANCE:
            break
        baseline = baseline + step
    return value


def _differences(values: FloatArray) -> tuple[FloatArray, FloatArray]:
    """First and second derivative in the baseline from five points (Abramowitz & Stegun 25.3)."""
    far, near = values[0], values[1]
    first = (far - 8.0 * near + 8.0 * values[3] - values[4]) / (12.0 * STENCIL_STEP)
    second = (-far + 16.0 * near - 30.0 * values[2] + 16.0 * values[3] - values[4]) / (12.0 * STENCIL_STEP**2)
    return first, second


def _at(arms: Arms, baseline: FloatArray, effect: FloatArray, tau: FloatArray, rule: Rule) -> FloatArray:
    fixed = baseline[..., None] + (effect + np.zeros_like(baseline))[..., None] * arms.slope
    return study_log_likelihoods(arms, fixed, np.broadcast_to(tau, baseline.shape), rule)


def _refuse_one_sided(used: TwoByTwo) -> None:
    if len(used.ai) < 2:
        raise EvidenceRefused(
            EvidenceRefusal.TOO_FEW_STUDIES,
            what="Only one study has both patients with and patients without the event.",
            why="How much studies differ needs at least two of them.",
            do="Report that study's own odds ratio.",
        )
    lower, upper = ((used.ai > 0) & (used.di > 0)).any(), ((used.bi > 0) & (used.ci > 0)).any()
    if not (lower and upper):
        raise EvidenceRefused(
            EvidenceRefusal.NO_SPREAD,
            what="In every study all the events, or all the non-events, are in the same arm.",
            why="The odds ratio is infinite; no model gives it an interval.",
            do="Report the counts of both arms, or pool the risk difference, which is finite.",
        )
