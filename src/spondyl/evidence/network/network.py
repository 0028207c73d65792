"""A network of trials: treatments joined by the trials that compare them, as one regression."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spondyl.evidence.network.study_block import StudyBlock
from spondyl.evidence.refusal import EvidenceRefusal, EvidenceRefused

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Network:
    """Trials stacked: contrasts ``yi`` (n,), ``covariance`` (n, n), ``design`` (n, t-1) against the reference.

    ``between`` (n, n) is what tau² multiplies: 1 on the diagonal and 1/2 within a trial (Higgins & Whitehead, Stat Med
    1996;15:2733-2749). ``treatments`` starts with the reference; column j of the design belongs to treatment j + 1.
    """

    treatments: tuple[str, ...]
    blocks: tuple[StudyBlock, ...]
    yi: FloatArray
    covariance: FloatArray
    between: FloatArray
    design: FloatArray

    @property
    def reference(self) -> str:
        """What every treatment is compared with."""
        return self.treatments[0]


def build_network(blocks: Sequence[StudyBlock], reference: str | None = None) -> Network:
    """Join the trials; the reference is the first treatment by name unless given."""
    treatments = sorted(
        {name for block in blocks for name in block.treatments}, key=lambda name: (name.casefold(), name)
    )
    if not treatments:
        raise EvidenceRefused(
            EvidenceRefusal.NO_USABLE_STUDY,
            what="There is no trial.",
            why="A network needs trials that compare treatments.",
            do="Add trials with at least two arms each.",
        )
    first = treatments[0] if reference is None else reference
    if first not in treatments:
        raise EvidenceRefused(
            EvidenceRefusal.VALUE_INVALID,
            what=f"No trial has the treatment {first!r}.",
            why=f"The trials have {', '.join(treatments)}.",
            do="Choose one of these as the reference.",
        )
    _refuse_one_name_in_two_spellings(treatments)
    _refuse_gap(blocks, treatments)
    ordered = (first, *(name for name in treatments if name != first))
    sizes = [len(block.contrasts) for block in blocks]
    ends = np.cumsum(sizes)
    covariance, between = np.zeros((sum(sizes), sum(sizes))), np.zeros((sum(sizes), sum(sizes)))
    for block, end, size in zip(blocks, ends, sizes, strict=True):
        here = slice(int(end) - size, int(end))
        covariance[here, here] = block.covariance
        between[here, here] = 0.5 * (np.eye(size) + 1.0)
    return Network(
        treatments=ordered,
        blocks=tuple(blocks),
        yi=np.concatenate([block.contrasts for block in blocks]),
        covariance=covariance,
        between=between,
        design=np.vstack([_rows(block, ordered) for block in blocks]),
    )


def _rows(block: StudyBlock, treatments: Sequence[str]) -> FloatArray:
    rows = np.zeros((len(block.contrasts), len(treatments)))
    for row, name in enumerate(block.treatments[1:]):
        rows[row, treatments.index(name)] = 1.0
        rows[row, treatments.index(block.treatments[0])] = -1.0
    return rows[:, 1:]


def _refuse_one_name_in_two_spellings(treatments: Sequence[str]) -> None:
    spelt: dict[str, str] = {}
    for name in treatments:
        other = spelt.setdefault(" ".join(name.split()).casefold(), name)
        if other != name:
            raise EvidenceRefused(
                EvidenceRefusal.VALUE_INVALID,
                what=f"The trials have the treatments {other!r} and {name!r}.",
                why="They would stand as two treatments, each with a rank of its own and half of the trials.",
                do="Write both the same way; give them different words if they are different.",
            )


def _refuse_gap(blocks: Sequence[StudyBlock], treatments: Sequence[str]) -> None:
    """Refuse treatments that no chain of trials joins."""
    reached = {treatments[0]}
    grown = True
    while grown:
        joined = [set(block.treatments) for block in blocks if reached & set(block.treatments)]
        wider = reached.union(*joined)
        grown, reached = wider != reached, wider
    apart = [name for name in treatments if name not in reached]
    if apart:
        raise EvidenceRefused(
            EvidenceRefusal.NO_USABLE_STUDY,
            what=f"No chain of trials joins {', '.join(apart)} with {', '.join(sorted(reached))}.",
            why="Treatments are compared through trials that share a treatment.",
            do="Analyse the parts apart, or add a trial that joins them.",
        )
