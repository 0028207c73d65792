"""Global Alignment and Proportion (GAP) score: four relative parameters and age."""

from spondyl.assessment.grading import Band, Probabilities, Scale, grade_of, probabilities
from spondyl.assessment.measurement import Classification, Measurement
from spondyl.assessment.missing import FOR_ADULTS, NOTHING_MISSING, Missing
from spondyl.assessment.quantity import FilmContext

SOURCE = (
    "GAP score, Yilgor et al. 2017, second-hand: thresholds recorded from later papers, the original was "
    "not read. Among 467 pain-free adults 76.9 % were proportioned, 19.5 % moderately and 3.6 % severely "
    "disproportioned (Shen et al., Spine 2024, doi 10.1097/BRS.0000000000004966, abstract)"
)
SCALES: dict[str, Scale] = {
    "relative_pelvic_version": (
        Band(grade="3", upper=-15),
        Band(grade="2", upper=-7),
        Band(grade="0", upper=5, closed=True),
        Band(grade="1"),
    ),
    "relative_lumbar_lordosis": (
        Band(grade="3", upper=-25),
        Band(grade="2", upper=-14),
        Band(grade="0", upper=11, closed=True),
        Band(grade="3"),
    ),
    "lordosis_distribution_index": (
        Band(grade="2", upper=40),
        Band(grade="1", upper=50),
        Band(grade="0", upper=80, closed=True),
        Band(grade="3"),
    ),
    "relative_spinopelvic_alignment": (
        Band(grade="1", upper=-7),
        Band(grade="0", upper=10, closed=True),
        Band(grade="1", upper=18, closed=True),
        Band(grade="3"),
    ),
}
"""Points by relative parameter. The tables are in tenths ("-7.1", "10.1"); here the bands meet without a gap."""
BANDS = ("proportioned", "moderately disproportioned", "severely disproportioned")
LABEL = "GAP score"


def gap(
    measurements: tuple[Measurement, ...], context: FilmContext, missing: Missing = NOTHING_MISSING
) -> Classification:
    """The GAP band with its score; the age factor is 1 point from 60 years."""
    of = {item.kind: item for item in measurements if item.kind in SCALES}
    reason = _why_not(of, context, missing)
    if reason is not None:
        return Classification(
            kind="gap",
            label=LABEL,
            grade=None,
            reason=f"cannot be classified because {reason}",
            probabilities=(),
            source=SOURCE,
        )
    age_points = int((context.age_years or 0) >= 60)
    score = spinal_points(of) + age_points
    return Classification(
        kind="gap",
        label=LABEL,
        grade=f"{band_of(score)} ({score} points)",
        reason=f"Points: {_points_text(of)}, age {age_points}. Made to predict mechanical failure after "
        "surgery of adult deformity; says nothing about pain. The probabilities take the four parameters "
        "as independent, which they are not quite",
        probabilities=_band_probabilities(of, age_points),
        source=SOURCE,
    )


def _why_not(of: dict[str, Measurement], context: FilmContext, missing: Missing) -> str | None:
    lacking = [kind for kind in SCALES if kind not in of]
    if lacking:
        why = dict.fromkeys(missing[kind] for kind in lacking if kind in missing)
        return (
            "it needs a lateral film with C7, L1, L4, S1 and the femoral heads; not measured: "
            + ", ".join(kind.replace("_", " ") for kind in lacking)
            + (f" ({'; '.join(why)})" if why else "")
        )
    if context.age_years is None:
        points = spinal_points(of)
        return f"the age is unknown: {points} points without the age factor, {points + 1} from 60 years"
    if context.is_child:
        return FOR_ADULTS
    return None


def spinal_points(of: dict[str, Measurement]) -> int:
    """Points of the four relative parameters."""
    return sum(int(grade_of(of[kind].value, scale)) for kind, scale in SCALES.items())


def _points_text(of: dict[str, Measurement]) -> str:
    return ", ".join(
        f"{kind.replace('_', ' ')} {grade_of(of[kind].value, scale)}" for kind, scale in SCALES.items()
    )


def band_of(score: int) -> str:
    """0-2 proportioned, 3-6 moderately, 7 and more severely disproportioned."""
    return BANDS[0] if score <= 2 else BANDS[1] if score <= 6 else BANDS[2]


def _band_probabilities(of: dict[str, Measurement], age_points: int) -> Probabilities:
    """Add up the points of every combination of grades."""
    scores = {age_points: 1.0}
    for kind, scale in SCALES.items():
        chances = probabilities(of[kind], scale)
        scores = _added(scores, chances)
    return tuple((band, sum(p for score, p in scores.items() if band_of(score) == band)) for band in BANDS)


def _added(scores: dict[int, float], chances: Probabilities) -> dict[int, float]:
    total: dict[int, float] = {}
    for score, weight in scores.items():
        for points, chance in chances:
            total[score + int(points)] = total.get(score + int(points), 0.0) + weight * chance
    return total
