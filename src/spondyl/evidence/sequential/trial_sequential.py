"""Trial sequential analysis: is the evidence in already enough, given that it was looked at again and again?"""

from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from spondyl.evidence.effect_sizes import EffectSizes
from spondyl.evidence.measure import Model, Tau2Method
from spondyl.evidence.pooling import fit_many
from spondyl.evidence.refusal import EvidenceRefusal, EvidenceRefused
from spondyl.evidence.sensitivity.cumulative import cumulative
from spondyl.evidence.sequential.boundaries import SMALLEST_STEP, boundaries
from spondyl.evidence.sequential.required_size import required_information
from spondyl.evidence.sequential.spending import Spending

FloatArray = NDArray[np.float64]


class Verdict(Enum):
    """What the analysis says."""

    FIRM = "firm"
    NO_EFFECT_OF_THAT_SIZE = "no effect of that size"
    NOT_YET = "not yet"


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """The pooled z when this study was added, and the boundary then; None where no z would do or none is needed."""

    label: str
    effect: float
    se: float
    z: float
    fraction: float
    boundary: float | None
    crossed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SequentialAnalysis:
    """The looks in order. ``required`` and ``reached`` are inverse variances; ``diversity_percent`` is D².

    ``verdict`` is about the last look, with all studies in: firm when its z is beyond the boundary in force, "no effect
    of that size" when all the required information is in and it is not, else not yet. ``effect`` is the pooled effect
    then; ``opposite`` says that it is firm and points the other way than ``smallest_effect``.
    """

    smallest_effect: float
    alpha: float
    power: float
    spending: Spending
    diversity_percent: float
    required: float
    reached: float
    looks: tuple[Look, ...]
    verdict: Verdict
    effect: float
    opposite: bool
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Design:
    """What the analysis is to detect, ``smallest_effect`` on the scale of pooling, and with what errors."""

    smallest_effect: float
    alpha: float = 0.05
    power: float = 0.9
    spending: Spending = Spending.OBRIEN_FLEMING


def sequential_analysis(
    effects: EffectSizes,
    design: Design,
    *,
    model: Model = Model.RANDOM,
    tau2_method: Tau2Method = Tau2Method.REML,
) -> SequentialAnalysis:
    """Look after each study, in the order given, with bounds that keep the error of all looks together at alpha.

    Information is the inverse variance of a common effect; what is required is raised by 1/(1 - D²), D² = 1 - V(common)
    / V(random) of all studies. Sources: Wetterslev et al., J Clin Epidemiol 2008;61:64-75 and BMC Med Res Methodol
    2009;9:86.
    """
    diversity = _diversity(effects, tau2_method) if model is Model.RANDOM else 0.0
    required = required_information(design.smallest_effect, alpha=design.alpha, power=design.power)
    required = float(required / (1.0 - diversity))
    information = np.cumsum(1.0 / effects.vi)
    if not (np.isfinite(information).all() and np.isfinite(required) and required > 0.0):
        raise EvidenceRefused(
            EvidenceRefusal.OUT_OF_RANGE,
            what="The information in the studies cannot be computed.",
            why="A variance is too small or too large beside the others.",
            do="Check the units of the columns and look for a slipped decimal point.",
        )
    fractions = information / required
    bounds = _bounds(fractions, design)
    fits = cumulative(effects, model=model, tau2_method=tau2_method)
    looks = tuple(
        Look(
            label=label,
            effect=float(effect),
            se=float(se),
            z=float(effect / se),
            fraction=float(fraction),
            boundary=bound,
            crossed=bound is not None and abs(float(effect / se)) > bound,
        )
        for label, effect, se, fraction, bound in zip(
            effects.labels, fits.effect, fits.se, fractions, bounds, strict=True
        )
    )
    verdict = _verdict(looks)
    effect = looks[-1].effect
    return SequentialAnalysis(
        smallest_effect=float(design.smallest_effect),
        alpha=design.alpha,
        power=design.power,
        spending=design.spending,
        diversity_percent=100.0 * diversity,
        required=required,
        reached=float(information[-1]),
        looks=looks,
        verdict=verdict,
        effect=effect,
        opposite=verdict is Verdict.FIRM and effect * design.smallest_effect < 0.0,
        notes=_notes(looks, len(effects.labels)),
    )


def _diversity(effects: EffectSizes, tau2_method: Tau2Method) -> float:
    """D²: by how much the random-effects variance of the pooled effect exceeds the common-effect one."""
    random = fit_many(effects.yi[None, :], effects.vi[None, :], tau2_method=tau2_method)
    common = fit_many(effects.yi[None, :], effects.vi[None, :], model=Model.COMMON)
    share = float((common.se[0] / random.se[0]) ** 2)
    return min(max(0.0, 1.0 - share), 1.0 - 1e-12)


def _bounds(fractions: FloatArray, design: Design) -> list[float | None]:
    """A boundary for every look that adds enough information while some is missing, and for the last look.

    The error that is left at full information is spent once, on the last look, where all the studies are in: looks
    between have no boundary of their own, so that the error of all looks together stays at alpha.
    """
    chosen: list[int] = []
    last = 0.0
    for look, fraction in enumerate(fractions):
        if fraction < 1.0 and fraction - last >= SMALLEST_STEP:
            chosen.append(look)
            last = float(fraction)
    if fractions[-1] >= 1.0:
        chosen = [look for look in chosen if fractions[-1] - fractions[look] >= SMALLEST_STEP]
        chosen.append(len(fractions) - 1)
    found: list[float | None] = [None] * len(fractions)
    if chosen:
        at = boundaries(fractions[chosen], alpha=design.alpha, spending=design.spending)
        for look, bound in zip(chosen, at, strict=True):
            found[look] = bound
    return found


def _verdict(looks: tuple[Look, ...]) -> Verdict:
    in_force = next((look.boundary for look in reversed(looks) if look.boundary is not None), None)
    if in_force is not None and abs(looks[-1].z) > in_force:
        return Verdict.FIRM
    return Verdict.NO_EFFECT_OF_THAT_SIZE if looks[-1].fraction >= 1.0 else Verdict.NOT_YET


def _notes(looks: tuple[Look, ...], k: int) -> tuple[str, ...]:
    told = [
        "Bias does not shrink with information: a crossed boundary says nothing about how good the trials are."
    ]
    if k < 5:
        told.append(f"D² from {k} studies is a rough guess; try a larger one too.")
    earlier = [look.label for look in looks[:-1] if look.crossed]
    if earlier and _verdict(looks) is not Verdict.FIRM:
        told.append(f"A boundary was crossed after {earlier[0]}; with all studies in it no longer is.")
    if looks[0].fraction >= 1.0:
        told.append("The first study alone has all the information that an effect of this size needs.")
    return tuple(told)
