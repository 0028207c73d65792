"""Peto's one-step odds ratio: for rare events, arms of similar size and small effects."""

import math

from spondyl.evidence.counts.mantel_haenszel import CommonEffect
from spondyl.evidence.counts.two_by_two import TwoByTwo, informative_only
from spondyl.evidence.measure import Measure


def peto(tables: TwoByTwo) -> CommonEffect:
    """Log odds ratio from observed less expected events, each study weighted by its hypergeometric variance.

    Source: Yusuf, Peto, Lewis, Collins & Sleight, Prog Cardiovasc Dis 1985;27:335-371. As rma.peto of metafor.
    """
    used = informative_only(tables)
    events = used.ai + used.ci
    expected = used.n1i * events / used.ni
    variance = used.n1i * used.n2i * events * (used.ni - events) / (used.ni**2 * (used.ni - 1.0))
    total = float(variance.sum())
    return CommonEffect(
        measure=Measure.OR,
        effect=float((used.ai - expected).sum()) / total,
        se=1.0 / math.sqrt(total),
        k=len(events),
        method="Peto",
    )
