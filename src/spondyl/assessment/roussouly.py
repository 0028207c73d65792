"""Roussouly's sagittal types by sacral slope: indicative only."""

from spondyl.assessment.grading import Band, grade_of, probabilities
from spondyl.assessment.measurement import Classification, Measurement
from spondyl.assessment.missing import FOR_ADULTS, NOTHING_MISSING, Missing, not_measured
from spondyl.assessment.quantity import FilmContext

SOURCE = (
    "Roussouly et al. 2005, thresholds of sacral slope as summarised in reviews; the original was not read"
)
SCALE = (
    Band(grade="1 or 2", upper=35),
    Band(grade="3", upper=45, closed=True),
    Band(grade="4"),
)


def roussouly(
    measurements: tuple[Measurement, ...], context: FilmContext, missing: Missing = NOTHING_MISSING
) -> Classification:
    """The type by sacral slope alone: below 35, 35 to 45, above 45 degrees."""
    slope = next((item for item in measurements if item.kind == "sacral_slope"), None)
    if slope is None or context.is_child:
        absent = not_measured("the sacral slope", "sacral_slope", missing, "needs a lateral film with S1")
        return Classification(
            kind="roussouly",
            label="Roussouly type",
            grade=None,
            reason=f"cannot be classified because {FOR_ADULTS if context.is_child else absent}",
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
