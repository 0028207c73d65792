"""Study characteristics as a design matrix: numbers as they are, words as one column for each but the first."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spondyl.evidence.refusal import EvidenceRefusal, EvidenceRefused

FloatArray = NDArray[np.float64]

INTERCEPT = "intercept"
COLLINEAR = 1e-9
"""A column whose part outside the others is smaller than this share of it says nothing new."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Moderators:
    """The design (k, p) with the intercept first, and a name for each column."""

    names: tuple[str, ...]
    design: FloatArray

    def __post_init__(self) -> None:
        if self.design.ndim != 2 or self.design.shape[1] != len(self.names):
            raise ValueError(f"{len(self.names)} names for a design of shape {self.design.shape}.")
        if not np.isfinite(self.design).all():
            raise ValueError("Moderators must be finite numbers.")


def moderators_from(columns: Mapping[str, Sequence[float] | Sequence[str] | FloatArray]) -> Moderators:
    """Build the design: a column of numbers enters as it is, a column of words is compared with its first word (A-Z).

    >>> moderators_from({"design": ["RCT", "cohort", "RCT"]}).names
    ('intercept', 'design=cohort')
    """
    names, built = [INTERCEPT], [np.ones(len(next(iter(columns.values()))))] if columns else []
    for name, values in columns.items():
        for column_name, column in _columns(name, values):
            names.append(column_name)
            built.append(column)
    if len(built) < 2:
        raise _nothing_to_compare("No moderator varies between the studies.")
    moderators = Moderators(names=tuple(names), design=np.column_stack(built))
    _refuse_collinear(moderators)
    return moderators


def _columns(name: str, values: Sequence[float] | Sequence[str] | FloatArray) -> list[tuple[str, FloatArray]]:
    numbers = _as_numbers(values)
    if numbers is not None:
        return [(name, numbers)]
    words = [str(value) for value in values]
    first, *others = sorted(set(words), key=lambda word: (word.casefold(), word))
    del first
    return [(f"{name}={word}", np.array([float(value == word) for value in words])) for word in others]


def _as_numbers(values: Sequence[float] | Sequence[str] | FloatArray) -> FloatArray | None:
    try:
        numbers = np.array([float(value) for value in values])
    except ValueError:
        return None
    return numbers if all(math.isfinite(number) for number in numbers) else None


def _refuse_collinear(moderators: Moderators) -> None:
    """Refuse a column that the columns before it already determine."""
    scaled = moderators.design / np.maximum(np.linalg.norm(moderators.design, axis=0), 1e-300)
    for place in range(1, scaled.shape[1]):
        before, column = scaled[:, :place], scaled[:, place]
        left = column - before @ np.linalg.lstsq(before, column, rcond=None)[0]
        if np.linalg.norm(left) < COLLINEAR:
            raise _nothing_to_compare(
                f"The moderator {moderators.names[place]} is the same for all studies or follows from the others."
            )


def _nothing_to_compare(what: str) -> EvidenceRefused:
    return EvidenceRefused(
        EvidenceRefusal.NO_SPREAD,
        what=what,
        why="Its coefficient cannot be told from the rest.",
        do="Leave it out.",
    )
