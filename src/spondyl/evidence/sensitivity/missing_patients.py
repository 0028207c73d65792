"""What if the patients who were lost had fared badly, or well? Counts with the lost ones put back."""

from dataclasses import replace
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from spondyl.evidence.effect_sizes.columns import columns_for
from spondyl.evidence.measure import Measure
from spondyl.evidence.refusal import EvidenceRefusal, EvidenceRefused
from spondyl.evidence.study_table import EMPTY_CELLS, StudyTable

FloatArray = NDArray[np.float64]


class Scenario(Enum):
    """How the lost patients are counted. With two arms "worst" and "best" are for the treatment."""

    OBSERVED = "observed"
    WORST = "worst case"
    BEST = "best case"
    ALL_FAILED = "all lost patients failed"
    ALL_SUCCEEDED = "all lost patients succeeded"


ONE_ARM = ("treated",)
TWO_ARMS = ("treated1", "treated2")
"""Columns with all who were treated (or randomised), lost ones included."""

_TREATED_SUCCEED = {Scenario.WORST: False, Scenario.BEST: True, Scenario.ALL_FAILED: False}
_CONTROLS_SUCCEED = {Scenario.WORST: True, Scenario.BEST: False, Scenario.ALL_FAILED: False}


def with_lost_patients(
    table: StudyTable, measure: Measure, scenario: Scenario, *, event_is_good: bool
) -> StudyTable:
    """The same studies with everyone counted. A lost patient becomes an event or a non-event, by scenario.

    Two arms: ``ai n1i ci n2i`` (or ``bi di``) of those observed and ``treated1 treated2``; one arm: ``xi ni`` and
    ``treated``. Scenarios: Higgins, White & Wood, Clin Trials 2008;5:225-239 (ICA-b, -w, -0, -1).

    >>> from spondyl.evidence import parse_study_table
    >>> table = parse_study_table("study,xi,ni,treated\\nMSC,23,43,59\\n")
    >>> worst = with_lost_patients(table, Measure.PLO, Scenario.WORST, event_is_good=True)
    >>> float(worst.columns["xi"][0]), float(worst.columns["ni"][0])
    (23.0, 59.0)
    """
    if scenario is Scenario.OBSERVED:
        return table
    found = columns_for(table, measure)
    if "xi" in found:
        lost = _lost(table, ONE_ARM[0], found["ni"])
        events = lost if _TREATED_SUCCEED.get(scenario, True) is event_is_good else 0.0 * lost
        return replace(table, columns={"xi": found["xi"] + events, "ni": found["ni"] + lost})
    if "ai" not in found:
        raise _no_counts()
    lost1 = _lost(table, TWO_ARMS[0], found["ai"] + found["bi"])
    lost2 = _lost(table, TWO_ARMS[1], found["ci"] + found["di"])
    up = _TREATED_SUCCEED.get(scenario, True) is event_is_good
    control_up = _CONTROLS_SUCCEED.get(scenario, True) is event_is_good
    return replace(
        table,
        columns={
            "ai": found["ai"] + lost1 * up,
            "bi": found["bi"] + lost1 * (not up),
            "ci": found["ci"] + lost2 * control_up,
            "di": found["di"] + lost2 * (not control_up),
        },
    )


def _lost(table: StudyTable, name: str, observed: FloatArray) -> FloatArray:
    """How many were lost, zero where the table does not say how many were treated."""
    if name not in table.texts:
        raise EvidenceRefused(
            EvidenceRefusal.COLUMN_MISSING,
            what=f"The table has no column {name!r}.",
            why="How many were lost is the number treated less the number observed.",
            do="Add 'treated' (one arm) or 'treated1' and 'treated2' (two arms) with all who were treated.",
        )
    treated = np.array([_count(cell, name) for cell in table.texts[name]])
    known = np.where(np.isnan(treated), observed, treated)
    if (known < observed).any():
        row = int(np.argmax(known < observed))
        raise EvidenceRefused(
            EvidenceRefusal.VALUE_INVALID,
            what=f"{table.labels[row]}: {known[row]:g} treated but {observed[row]:g} observed.",
            why="Nobody is observed who was not treated.",
            do="Check the two counts against the paper.",
        )
    return known - observed


def _count(cell: str, name: str) -> float:
    if cell.lower() in EMPTY_CELLS:
        return float("nan")
    try:
        number = float(cell)
    except ValueError:
        number = -1.0
    if not 0.0 <= number < float("inf"):
        raise EvidenceRefused(
            EvidenceRefusal.VALUE_INVALID,
            what=f"{cell!r} in the column {name} is not a count.",
            why="A count is a number that is 0 or more.",
            do="Correct the cell, or leave it empty when it is not known.",
        )
    return number


def _no_counts() -> EvidenceRefused:
    return EvidenceRefused(
        EvidenceRefusal.COLUMN_MISSING,
        what="The table has no counts.",
        why="Lost patients can be put back only where events and patients are counted.",
        do="Give ai, n1i, ci, n2i, or xi and ni.",
    )
