"""Roussouly's sagittal types by sacral slope: indicative only."""

from spondyl.assessment.grading import Band, grade_of, probabilities
from spondyl.assessment.measurement import Classification, Measurement

SOURCE = (
    "Roussouly et al. 2005, thresholds of sacral slope as summarised in reviews; the original was not read"
)
SCALE = (
    Band(grade="1 or 2", upper=35),
    Band(grade="3", upper=45, closed=True),
    Band(grade="4"),
)


def roussouly(measurements: tuple[Measurement, ...]) -> Classification:
    """The type by sacral slope alone: below 35, 35 to 45, above 45 degrees."""
    slope = next((item for item in measurements if item.kind == "sacral_slope"), None)
    if slope is None:
        return Classification(
            kind="roussouly",
            label="Roussouly type",
            grade=None,
            reason="cannot be classified because the sacral slope is not measured (needs a lateral film "
            "with S1)",
            probabilities=(),
            source=SOURCE,
        )
    return Classification(
        kind="roussouly",
        label="Roussouly type",
        grade=grade_of(slope.value, SCALE),
        reason="Indicative: by sacral slope alone; types 1 and 2 cannot be told apart by it, and the shape "
        "of the lordosis is not looked at",
        probabilities=probabilities(slope, SCALE),
        source=SOURCE,
    )
