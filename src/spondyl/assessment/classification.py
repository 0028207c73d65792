"""Published classifications of a film, each with its probabilities or the reason why it cannot be made."""

from spondyl.anatomy import AP_LEVELS, Landmarks
from spondyl.assessment.coronal import curves_of, spine_levels
from spondyl.assessment.gap import gap
from spondyl.assessment.genant import genant
from spondyl.assessment.lenke import lenke
from spondyl.assessment.measurement import Classification, Measurement, Unmeasured
from spondyl.assessment.quantity import FilmContext
from spondyl.assessment.roussouly import roussouly
from spondyl.assessment.schwab import schwab
from spondyl.assessment.slip_grade import INSTABILITY, meyerding


def classify(
    measurements: tuple[Measurement, ...],
    landmarks: Landmarks,
    context: FilmContext,
    unmeasured: tuple[Unmeasured, ...] = (),
) -> tuple[Classification, ...]:
    """Every classification of this film. Measurements of a second view may be added for those that need both.

    ``grade`` is None where something is missing, and ``reason`` then names it. Probabilities take each
    measurement as normal with its standard deviation, so a value on a border shows both grades.
    """
    missing = {item.kind: item.reason for item in unmeasured}
    sees_whole_spine = spine_levels(landmarks) == AP_LEVELS
    curves = curves_of(landmarks, context) if landmarks.view.is_coronal else ()
    return (
        *schwab(measurements, context, missing, sees_whole_spine=sees_whole_spine, curves=curves),
        gap(measurements, context, missing),
        roussouly(measurements, context, missing),
        *lenke(measurements, landmarks, context, missing),
        meyerding(measurements),
        genant(measurements),
        INSTABILITY,
    )
