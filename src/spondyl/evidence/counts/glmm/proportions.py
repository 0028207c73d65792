"""The binomial-normal model for single proportions: pooled log odds by maximum likelihood, no correction of zeros."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spondyl.evidence.counts.check_counts import check_counts
from spondyl.evidence.counts.glmm.maximise import maximise
from spondyl.evidence.counts.glmm.study_likelihood import Arms, gauss_hermite, study_log_likelihoods
from spondyl.evidence.refusal import EvidenceRefusal, EvidenceRefused

FloatArray = NDArray[np.float64]

POINTS = 7
"""Quadrature points of R's metafor and lme4; 15 or more change the last printed digits only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GlmmFit:
    """Pooled log odds (or log odds ratio) with standard error, ``tau2`` between studies, number of studies ``k``."""

    effect: float
    se: float
    tau2: float
    k: int
    log_likelihood: float


def fit_proportions(events: FloatArray, patients: FloatArray, *, points: int = POINTS) -> GlmmFit:
    """Logit of the share with the event, varying normally between studies: events are binomial given the study.

    Source: Stijnen, Hamza & Özdemir, Stat Med 2010;29:3046-3067, section 2. As rma.glmm(measure="PLO") of metafor.

    >>> fit = fit_proportions(np.array([1.0, 4.0, 9.0]), np.array([12.0, 10.0, 15.0]))
    >>> round(fit.effect, 3), fit.k
    (-0.737, 3)
    """
    for study, (event, patient) in enumerate(zip(events, patients, strict=True), 1):
        check_counts(event, patient, who=f"Study {study}")
    _refuse_all_alike(events, patients)
    arms = Arms(events=events[:, None], patients=patients[:, None], slope=np.ones(1))
    rule = gauss_hermite(points)

    def log_likelihood(effect: FloatArray, tau: FloatArray) -> FloatArray:
        fixed = np.broadcast_to(effect[:, None, None], (len(effect), len(events), 1))
        return study_log_likelihoods(arms, fixed, tau[:, None], rule).sum(axis=-1)

    share = events.sum() / patients.sum()
    found = maximise(log_likelihood, float(np.log(share / (1.0 - share))))
    return GlmmFit(
        effect=found.effect,
        se=found.se,
        tau2=found.tau**2,
        k=len(events),
        log_likelihood=found.log_likelihood,
    )


def _refuse_all_alike(events: FloatArray, patients: FloatArray) -> None:
    total, people = events.sum(), patients.sum()
    if len(events) < 2:
        raise EvidenceRefused(
            EvidenceRefusal.TOO_FEW_STUDIES,
            what=f"There {'is one study' if len(events) else 'is no study'}.",
            why="How much studies differ needs at least two of them.",
            do="Report the study's own share with its exact interval.",
        )
    if total in (0, people):
        raise EvidenceRefused(
            EvidenceRefusal.NO_SPREAD,
            what=f"{total:g} of all {people:g} patients had the event.",
            why="The log odds of none or of all are infinite; no model gives them an interval.",
            do=f"Report {total:g} of {people:g} with the exact interval, and that the studies were simply added up.",
        )
