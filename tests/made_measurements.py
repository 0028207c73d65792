"""Measurements made by hand, for tests of what is said of them."""

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
    flags: tuple[Flag, ...] = (),
) -> Measurement:
    """A measurement with a normal 90 % interval and no points."""
    return Measurement(
        kind=kind,
        label=kind,
        value=value,
        unit=unit,
        sd=sd,
        interval_90=(value - 1.645 * sd, value + 1.645 * sd),
        levels=levels,
        points_px=(),
        definition="d",
        source="s",
        provenance=Provenance(method="by hand"),
        flags=flags,
    )
