"""The estimate without each study, or with the studies added one by one, as rows that can be shown."""

from dataclasses import dataclass

import numpy as np

from spondyl.evidence.effect_sizes import EffectSizes
from spondyl.evidence.estimate import Interval, LeftOut
from spondyl.evidence.measure import Inference, Measure, Model, Tau2Method
from spondyl.evidence.pooling import leave_one_out
from spondyl.evidence.refusal import EvidenceRefusal, EvidenceRefused
from spondyl.evidence.sensitivity.cumulative import cumulative


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """The pooled effect without (or after adding) the study ``label``; I² is None with one study."""

    label: str
    effect: float
    se: float
    interval: Interval
    tau2: float
    i2_percent: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PooledInTurn:
    """One step a study, in the order of the table; ``adding`` tells cumulative from leave-one-out."""

    measure: Measure
    adding: bool
    steps: tuple[Step, ...]
    left_out: tuple[LeftOut, ...]
    notes: tuple[str, ...]


def pool_in_turn(
    effects: EffectSizes,
    *,
    adding: bool,
    model: Model = Model.RANDOM,
    tau2_method: Tau2Method = Tau2Method.REML,
    inference: Inference = Inference.Z,
) -> PooledInTurn:
    """Leave-one-out, or cumulative when ``adding``, with 95 % intervals."""
    analyse = cumulative if adding else leave_one_out
    fits = analyse(effects, model=model, tau2_method=tau2_method, inference=inference)
    if not all(
        np.isfinite(column).all() for column in (fits.effect, fits.se, fits.ci_low, fits.ci_high, fits.tau2)
    ):
        raise EvidenceRefused(
            EvidenceRefusal.OUT_OF_RANGE,
            what="The numbers of the studies are too large or too far apart to compute with.",
            why="Effects and variances must fit in the range of floating-point numbers.",
            do="Check the units of the columns and look for a slipped decimal point.",
        )
    steps = tuple(
        Step(
            label=label,
            effect=float(fits.effect[place]),
            se=float(fits.se[place]),
            interval=Interval(low=float(fits.ci_low[place]), high=float(fits.ci_high[place])),
            tau2=float(fits.tau2[place]),
            i2_percent=float(fits.i2_percent[place]) if np.isfinite(fits.i2_percent[place]) else None,
        )
        for place, label in enumerate(effects.labels)
    )
    return PooledInTurn(
        measure=effects.measure, adding=adding, steps=steps, left_out=effects.left_out, notes=effects.notes
    )
