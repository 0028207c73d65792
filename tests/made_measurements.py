"""Measurements made by hand, for tests of what is said of them."""

from statistics import NormalDist

from spondyl.anatomy import Level
from spondyl.assessment.measurement import Flag, Measurement, Unit
from spondyl.provenance import Provenance


def made_measurement(
    kind: str,
    value: float,
    sd: float = 0.0,
    *,
    unit: Unit = Unit.DEG,
    levels: tuple[Level, ...] = (),
    interval_90: tuple[float, float] | None = None,
    flags: tuple[Flag, ...] = (),
) -> Measurement:
    """A measurement without points, with a normal 90 % interval where no other is given."""
    reach = NormalDist().inv_cdf(0.95)
    low, high = interval_90 or (value - reach * sd, value + reach * sd)
    return Measurement(
        kind=kind,
        label=kind,
        value=value,
        unit=unit,
        sd=(high - low) / (2 * reach),
        interval_90=(low, high),
        levels=levels,
        points_px=(),
        definition="d",
        source="s",
        provenance=Provenance(method="by hand"),
        flags=flags,
    )
