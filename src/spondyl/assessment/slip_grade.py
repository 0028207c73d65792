"""Meyerding grade of the largest forward slip, and why one film shows no instability."""

from spondyl.assessment.grading import Band, grade_of, highest
from spondyl.assessment.measurement import Classification, Measurement
from spondyl.assessment.sentence import quantity

SOURCE = "Meyerding 1932, grades as given by radiopaedia.org; the original paper was not read"
SCALE = (
    Band(grade="none or I", upper=25, closed=True),
    Band(grade="II", upper=50, closed=True),
    Band(grade="III", upper=75, closed=True),
    Band(grade="IV", upper=100, closed=True),
    Band(grade="V"),
)
LUMBAR_SLIPS = ("slip_t12_", "slip_l")
"""How the kinds begin for which Meyerding's grades and the figures on spondylolisthesis were made."""
INSTABILITY = Classification(
    kind="white_panjabi",
    label="White-Panjabi instability thresholds",
    grade=None,
    reason="cannot be classified because the thresholds (lumbar more than 4.5 mm or 15 % shift; rotation "
    "more than 15° at L1-L4, 20° at L4-L5, 25° at L5-S1; cervical more than 3.5 mm or 11°) compare flexion "
    "with extension films, and this is one film. No validated test of instability exists",
    probabilities=(),
    source="White and Panjabi, thresholds second-hand; Hipp et al. 2023, doi 10.21203/rs.3.rs-3659900/v1 "
    "(preprint abstract) for the lack of a validated test",
)


def meyerding(measurements: tuple[Measurement, ...]) -> Classification:
    """Grade of the largest forward lumbar slip; backward slips are not part of Meyerding's grades."""
    slips = tuple(item for item in measurements if item.kind.startswith(LUMBAR_SLIPS))
    if not slips:
        return _result(
            None,
            "cannot be classified because no lumbar slip is measured (needs a lateral film and its facing)",
        )
    largest = max(slips, key=lambda item: item.value)
    return Classification(
        kind="meyerding",
        label="Meyerding grade of the largest forward slip",
        grade=grade_of(largest.value, SCALE),
        reason=f"{largest.label} {quantity(largest.value, largest.unit)}. Up to 25 % a film alone does not "
        "tell a slip of grade I from the error of its corners; the probabilities are for the largest of "
        "all slips measured",
        probabilities=highest(slips, SCALE),
        source=SOURCE,
    )


def _result(grade: str | None, reason: str) -> Classification:
    return Classification(
        kind="meyerding",
        label="Meyerding grade of the largest forward slip",
        grade=grade,
        reason=reason,
        probabilities=(),
        source=SOURCE,
    )
