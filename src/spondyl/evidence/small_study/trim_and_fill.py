"""Trim and fill: how the pooled effect would change if the funnel plot were made symmetric."""

from dataclasses import dataclass, replace
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from spondyl.evidence.effect_sizes import EffectSizes
from spondyl.evidence.estimate import Estimate
from spondyl.evidence.measure import Model, Tau2Method
from spondyl.evidence.pooling import fit_many, pool
from spondyl.evidence.refusal import EvidenceRefusal, EvidenceRefused
from spondyl.evidence.regression.weighted_design import weighted_fit

FloatArray = NDArray[np.float64]

ROUNDS = 100


class Side(Enum):
    """The side of the funnel on which studies are missing."""

    LEFT = "left"
    RIGHT = "right"


class MissingCount(Enum):
    """The estimator of how many are missing; L0 is the usual one."""

    L0 = "L0"
    R0 = "R0"


@dataclass(frozen=True, slots=True, kw_only=True)
class TrimAndFill:
    """``k0`` studies thought missing on ``side``, their standard error, and the estimate with mirror images added."""

    k0: int
    k0_se: float
    side: Side
    estimator: MissingCount
    filled: Estimate
    notes: tuple[str, ...]


def trim_and_fill(
    effects: EffectSizes,
    *,
    model: Model = Model.RANDOM,
    tau2_method: Tau2Method = Tau2Method.REML,
    side: Side | None = None,
    estimator: MissingCount = MissingCount.L0,
) -> TrimAndFill:
    """Trim the largest studies on the heavy side until the rest is symmetric, then add their mirror images.

    Sources: Duval & Tweedie, J Am Stat Assoc 2000;95:89-98 and Biometrics 2000;56:455-463. Side by the sign of Egger's
    slope, as trimfill() of metafor.
    """
    if len(effects.yi) < 3:
        raise EvidenceRefused(
            EvidenceRefusal.TOO_FEW_STUDIES,
            what=f"There are {len(effects.yi)} studies.",
            why="A funnel plot needs at least 3, and says little with fewer than 10.",
            do="Compare the few studies by eye.",
        )
    chosen = side or _side(effects)
    sign = 1.0 if chosen is Side.LEFT else -1.0
    order = np.argsort(sign * effects.yi, kind="stable")
    yi, vi = sign * effects.yi[order], effects.vi[order]
    k0, k0_se, centre = _search(yi, vi, model, tau2_method, estimator)
    filled = _with_mirrors(effects, (sign * (2.0 * centre - yi[len(yi) - k0 :]), vi[len(yi) - k0 :]), k0)
    return TrimAndFill(
        k0=k0,
        k0_se=k0_se,
        side=chosen,
        estimator=estimator,
        filled=pool(filled, model=model, tau2_method=tau2_method),
        notes=(
            "Filled studies are invented: the result shows how much could depend on missing studies, not the truth.",
        ),
    )


def _side(effects: EffectSizes) -> Side:
    design = np.column_stack((np.ones_like(effects.yi), np.sqrt(effects.vi)))
    if float(np.ptp(effects.vi)) <= 1e-12 * float(effects.vi.max()):
        return Side.LEFT
    return (
        Side.LEFT if weighted_fit(effects.yi, effects.vi, design, 0.0).coefficients[1] > 0.0 else Side.RIGHT
    )


def _search(
    yi: FloatArray, vi: FloatArray, model: Model, tau2_method: Tau2Method, estimator: MissingCount
) -> tuple[int, float, float]:
    """k0, its standard error and the centre, for studies sorted so that the missing ones are at the low end."""
    count, k0 = len(yi), 0
    for _ in range(ROUNDS):
        left = count - k0
        fit = fit_many(yi[None, :left], vi[None, :left], model=model, tau2_method=tau2_method)
        centre = float(fit.effect[0])
        following, se = _missing(yi - centre, estimator)
        following = min(following, count - 1)
        if following <= k0:
            return k0, se, centre
        k0 = following
    raise EvidenceRefused(
        EvidenceRefusal.NOT_CONVERGED,
        what="Trimming did not settle.",
        why="Each round asked for another number of missing studies.",
        do="Try the other estimator of how many are missing.",
    )


def _missing(away: FloatArray, estimator: MissingCount) -> tuple[int, float]:
    """How many are missing, from signed ranks of the distances (Duval & Tweedie 2000, equations for R0 and L0)."""
    count = len(away)
    signed = (1.0 + np.argsort(np.argsort(np.abs(away), kind="stable"))) * np.sign(away)
    if estimator is MissingCount.R0:
        run = int(count - max((-signed[signed < 0.0]).max(initial=0.0), 0.0))
        estimate = run - 1.0
        variance = 2.0 * max(0.0, estimate) + 2.0
    else:
        ranks = float(signed[signed > 0.0].sum())
        estimate = (4.0 * ranks - count * (count + 1.0)) / (2.0 * count - 1.0)
        known = estimate
        wilcoxon = (
            count * (count + 1) * (2 * count + 1) + 10 * known**3 + 27 * known**2 + 17 * known
            - 18 * count * known**2 - 18 * count * known + 6 * count**2 * known
        ) / 24.0  # fmt: skip
        variance = 16.0 * wilcoxon / (2.0 * count - 1.0) ** 2
    return max(0, int(np.floor(estimate + 0.5))), float(np.sqrt(max(0.0, variance)))


def _with_mirrors(effects: EffectSizes, mirrors: tuple[FloatArray, FloatArray], k0: int) -> EffectSizes:
    return replace(
        effects,
        labels=(*effects.labels, *(f"Filled {number}" for number in range(1, k0 + 1))),
        yi=np.concatenate((effects.yi, mirrors[0])),
        vi=np.concatenate((effects.vi, mirrors[1])),
    )
