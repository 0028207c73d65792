"""Genant-style grade of vertebral height loss, from four corners a vertebra."""

from spondyl.anatomy import Level
from spondyl.assessment.grading import Band, grade_of, highest
from spondyl.assessment.measurement import Classification, Measurement
from spondyl.assessment.segmental import GENANT
from spondyl.assessment.sentence import quantity

SCALE = (
    Band(grade="0", upper=20),
    Band(grade="1", upper=25),
    Band(grade="2", upper=40, closed=True),
    Band(grade="3"),
)
GRADED = frozenset(tuple(Level)[Level.T4.index : Level.L5.index])
"""T4 to L4: L5 is wedged by nature and is measured but not graded."""


def genant(measurements: tuple[Measurement, ...]) -> Classification:
    """Grade of the largest anterior or posterior height loss from T4 to L4."""
    losses = tuple(item for item in measurements if _graded(item))
    worst = max(losses, key=lambda item: item.value, default=None)
    missing = (
        "cannot be classified because no vertebra from T4 to L4 is measured on a lateral film of known facing"
    )
    return Classification(
        kind="genant",
        label="Genant-style height loss (largest)",
        grade=None if worst is None else grade_of(worst.value, SCALE),
        reason=missing if worst is None else _reason(worst),
        probabilities=highest(losses, SCALE) if losses else (),
        source=GENANT,
    )


def _graded(item: Measurement) -> bool:
    level = item.kind.rsplit("_", 1)[-1].upper()
    return item.kind.startswith("height_loss_") and Level(level) in GRADED


def _reason(worst: Measurement) -> str:
    return (
        f"{worst.label}: {quantity(worst.value, worst.unit)}. Anterior and posterior height only: no middle height, so "
        "a biconcave loss is not seen. A deformity is not yet a fracture; the reader's eye decides. The "
        "probabilities are for the largest loss on the film"
    )
