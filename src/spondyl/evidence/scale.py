"""The scale a reader sees: what a pooled value means, how it is turned back from logarithms, where "no effect" lies."""

import math

from spondyl.evidence.measure import Measure
from spondyl.evidence.refusal import EvidenceRefusal, EvidenceRefused

NAMES: dict[Measure, str] = {
    Measure.MD: "mean difference",
    Measure.SMD: "standardized mean difference (Hedges g)",
    Measure.RR: "risk ratio",
    Measure.OR: "odds ratio",
    Measure.RD: "risk difference",
    Measure.PLO: "proportion",
    Measure.PR: "proportion",
    Measure.PAS: "proportion",
    Measure.PFT: "double arcsine of a proportion",
    Measure.GEN: "effect",
}
"""What the value is called after :func:`shown_value`."""

ONE_GROUP = frozenset({Measure.PLO, Measure.PR, Measure.PAS, Measure.PFT})
"""Measures of a single group: they compare nothing, so they have no value of "no effect" and no test against it."""


def shown_value(measure: Measure, value: float) -> float:
    """The value on the reader's scale: a ratio for RR and OR, a proportion for PLO and PAS, else itself.

    PFT stays as it is: its inverse needs a sample size that a pooled value does not have (Schwarzer et al., Res Synth
    Methods 2019;10:476–483). A ratio too large for a float becomes the largest float.

    >>> shown_value(Measure.PLO, 0.0)
    0.5
    """
    if measure in (Measure.RR, Measure.OR):
        return math.exp(max(-MAX_EXPONENT, min(value, MAX_EXPONENT)))
    if measure is Measure.PLO:
        return 1 / (1 + math.exp(-max(-MAX_EXPONENT, min(value, MAX_EXPONENT))))
    if measure is Measure.PAS:
        return math.sin(max(0.0, min(value, math.pi / 2))) ** 2
    return value


MAX_EXPONENT = 700.0


def pooled_value(measure: Measure, shown: float) -> float:
    """The value on the scale of pooling from the reader's scale: the logarithm of a ratio, else itself."""
    if measure not in (Measure.RR, Measure.OR):
        return shown
    if not shown > 0.0:
        raise EvidenceRefused(
            EvidenceRefusal.VALUE_INVALID,
            what=f"A ratio of {shown:g} was given.",
            why="Ratios are above 0; 1 means no effect.",
            do="Give for example 0.8 for a reduction by a fifth.",
        )
    return math.log(shown)


def no_effect(measure: Measure) -> float | None:
    """Where "no effect" lies on the reader's scale: 1 for ratios, 0 for differences, None for one group."""
    if measure in ONE_GROUP:
        return None
    return 1.0 if measure in (Measure.RR, Measure.OR) else 0.0
