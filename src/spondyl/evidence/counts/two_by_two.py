"""Events and non-events of two arms in every study: the 2 x 2 tables that counts methods share."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spondyl.evidence.refusal import EvidenceRefusal, EvidenceRefused

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TwoByTwo:
    """``ai`` events and ``bi`` non-events with treatment, ``ci``, ``di`` with control; (k,) by metafor's name."""

    ai: FloatArray
    bi: FloatArray
    ci: FloatArray
    di: FloatArray

    def __post_init__(self) -> None:
        cells = np.column_stack((self.ai, self.bi, self.ci, self.di))
        wrong = ~(np.isfinite(cells) & (cells >= 0.0)).all(axis=1) | (self.n1i < 1.0) | (self.n2i < 1.0)
        if not len(cells):
            raise _no_study("There is no study.")
        if wrong.any():
            study = int(np.argmax(wrong))
            raise EvidenceRefused(
                EvidenceRefusal.VALUE_INVALID,
                what=f"Study {study + 1} has the counts {', '.join(f'{cell:g}' for cell in cells[study])}.",
                why="Counts are 0 or more, and each arm has at least one patient.",
                do="Check events and non-events of both arms against the paper.",
            )

    @property
    def n1i(self) -> FloatArray:
        """Patients in the treatment arms."""
        return self.ai + self.bi

    @property
    def n2i(self) -> FloatArray:
        """Patients in the control arms."""
        return self.ci + self.di

    @property
    def ni(self) -> FloatArray:
        """Patients of each study."""
        return self.n1i + self.n2i

    @property
    def informative(self) -> NDArray[np.bool_]:
        """Studies with both events and non-events: only they say something about an odds ratio."""
        return (self.ai + self.ci > 0.0) & (self.bi + self.di > 0.0)

    def where(self, chosen: NDArray[np.bool_]) -> "TwoByTwo":
        """The chosen studies only."""
        return TwoByTwo(ai=self.ai[chosen], bi=self.bi[chosen], ci=self.ci[chosen], di=self.di[chosen])


def informative_only(tables: TwoByTwo) -> TwoByTwo:
    """The studies that say something about an odds ratio, or a refusal when none does."""
    if not tables.informative.any():
        raise _no_study("No study has both patients with and patients without the event.")
    return tables.where(tables.informative)


def _no_study(what: str) -> EvidenceRefused:
    return EvidenceRefused(
        EvidenceRefusal.NO_USABLE_STUDY,
        what=what,
        why="Nothing can be compared between the arms.",
        do="Add a study in which the event happened to some patients and not to others.",
    )
