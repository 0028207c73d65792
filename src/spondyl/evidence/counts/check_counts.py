"""Refuse counts that cannot be: more events than patients, or nobody treated."""

import numpy as np
from numpy.typing import NDArray

from spondyl.evidence.refusal import EvidenceRefusal, EvidenceRefused

FloatArray = NDArray[np.float64]


def check_counts(events: float, patients: float, *, who: str) -> None:
    """Refuse ``events`` outside 0 to ``patients`` and a group without patients; ``who`` names the group."""
    if not (patients >= 1 and 0 <= events <= patients < float("inf")):
        raise EvidenceRefused(
            EvidenceRefusal.VALUE_INVALID,
            what=f"{who} has {events:g} events in {patients:g} patients.",
            why="A group needs at least one patient and between 0 and all of them with the event.",
            do="Check the two counts against the paper.",
        )
