"""Do direct and indirect comparisons agree? Cochran's Q in two parts, and each comparison split in two."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from spondyl.evidence.network.gls import NetworkTau2, gls, network_tau2
from spondyl.evidence.network.network import Network
from spondyl.evidence.network.network_pool import NetworkEstimate

FloatArray = NDArray[np.float64]

HARDLY_INDIRECT = 1e-8
"""With a smaller share of indirect evidence than this a comparison rests on its direct trials alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QPart:
    """A chi-square statistic; ``p_value`` is None without degrees of freedom."""

    q: float
    df: int
    p_value: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Inconsistency:
    """Q within designs (heterogeneity) and between designs (inconsistency), with a common effect and with tau².

    A design is the set of treatments a trial compares. ``between_with_tau2`` allows for the ``tau2_within`` that trials
    of the same design show: the global test of inconsistency to look at first.
    """

    designs: int
    within: QPart
    between: QPart
    tau2_within: float
    between_with_tau2: QPart


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """One comparison from its own trials and from the rest of the network; None and a reason where it has no rest."""

    treatment: str
    versus: str
    direct: float
    direct_se: float
    indirect: float | None
    indirect_se: float | None
    difference: float | None
    difference_se: float | None
    p_value: float | None
    reason: str = ""


def inconsistency(network: Network) -> Inconsistency:
    """The design-by-treatment decomposition.

    Sources: Higgins et al., Res Synth Methods 2012;3:98-110; Krahn, Binder & König, BMC Med Res Methodol 2013;13:35.
    tau² within designs by DerSimonian and Laird.
    """
    full = _design_by_treatment(network)
    rank = full.shape[1]
    tau2 = network_tau2(network.yi, network.covariance, full, network.between, NetworkTau2.DL)
    total, within = (
        gls(network.yi, network.covariance, x, network.between).q for x in (network.design, full)
    )
    variance = network.covariance + tau2 * network.between
    random = [gls(network.yi, variance, x, network.between).q for x in (network.design, full)]
    loops = rank - network.design.shape[1]
    return Inconsistency(
        designs=len({frozenset(block.treatments) for block in network.blocks}),
        within=_part(within, len(network.yi) - rank),
        between=_part(total - within, loops),
        tau2_within=tau2,
        between_with_tau2=_part(random[0] - random[1], loops),
    )


def _part(q: float, df: int) -> QPart:
    value = max(0.0, q) if df else 0.0
    return QPart(q=value, df=df, p_value=float(special.chdtrc(df, value)) if df else None)


def _design_by_treatment(network: Network) -> FloatArray:
    """A column for each contrast of each design: trials agree only with trials of the same design."""
    columns: dict[tuple[tuple[str, ...], int], int] = {}
    entries: list[tuple[int, int, float]] = []
    row = 0
    for block in network.blocks:
        design = tuple(sorted(block.treatments))
        for name in block.treatments[1:]:
            for treatment, sign in ((name, 1.0), (block.treatments[0], -1.0)):
                place = design.index(treatment)
                if place:
                    column = columns.setdefault((design, place), len(columns))
                    entries.append((row, column, sign))
            row += 1
    full = np.zeros((row, len(columns)))
    for at, column, sign in entries:
        full[at, column] = sign
    return full


def split_comparisons(network: Network, estimate: NetworkEstimate) -> tuple[Split, ...]:
    """Split every comparison that has trials of its own into direct and indirect evidence.

    The indirect part is what remains of the network's estimate after the direct part, weighted by precision (SIDDE;
    König, Krahn & Binder, Stat Med 2013;32:5414-5429), with the network's tau² in both.
    """
    found: list[Split] = []
    for comparison in estimate.comparisons:
        if comparison.direct_trials:
            direct, variance = _direct(network, comparison.treatment, comparison.versus, estimate.tau2 or 0.0)
            found.append(
                _split(
                    comparison.treatment,
                    comparison.versus,
                    (direct, variance),
                    (comparison.effect, comparison.se),
                )
            )
    return tuple(found)


def _direct(network: Network, treatment: str, versus: str, tau2: float) -> tuple[float, float]:
    """Effect and variance from the trials that compare the two, weighted by inverse variance."""
    effects: list[float] = []
    variances: list[float] = []
    for block in network.blocks:
        if {treatment, versus} <= set(block.treatments):
            mixing = np.array(
                [float(name == treatment) - float(name == versus) for name in block.treatments[1:]]
            )
            effects.append(float(mixing @ block.contrasts))
            variances.append(float(mixing @ block.covariance @ mixing) + tau2)
    weights = 1.0 / np.array(variances)
    return float(weights @ np.array(effects) / weights.sum()), float(1.0 / weights.sum())


def _split(treatment: str, versus: str, direct: tuple[float, float], whole: tuple[float, float]) -> Split:
    share = 1.0 - whole[1] ** 2 / direct[1]
    if share < HARDLY_INDIRECT:
        return Split(
            treatment=treatment,
            versus=versus,
            direct=direct[0],
            direct_se=math.sqrt(direct[1]),
            indirect=None,
            indirect_se=None,
            difference=None,
            difference_se=None,
            p_value=None,
            reason="No chain of other trials joins the two: there is no indirect evidence.",
        )
    precision = 1.0 / whole[1] ** 2 - 1.0 / direct[1]
    indirect = (whole[0] / whole[1] ** 2 - direct[0] / direct[1]) / precision
    difference, se = direct[0] - indirect, math.sqrt(direct[1] + 1.0 / precision)
    return Split(
        treatment=treatment,
        versus=versus,
        direct=direct[0],
        direct_se=math.sqrt(direct[1]),
        indirect=indirect,
        indirect_se=precision**-0.5,
        difference=difference,
        difference_se=se,
        p_value=2.0 * float(special.ndtr(-abs(difference) / se)),
    )
