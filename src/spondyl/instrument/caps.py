"""Regions and the caps of each: engineering placeholders, not clinical advice (docs/reference/hazards.md).

The values are the software caps of the project's adjustment notes, section 4. No source gives a safe force; these
bound a simulator and a bench, and are marked unverified wherever they are shown.
"""

from dataclasses import dataclass
from enum import Enum
from math import pi


class Region(Enum):
    """A part of the spine with caps of its own."""

    CERVICAL = "cervical"
    THORACIC = "thoracic"
    LUMBAR = "lumbar"


_LEVELS = {
    Region.CERVICAL: tuple(f"C{number}" for number in range(1, 8)),
    Region.THORACIC: tuple(f"T{number}" for number in range(1, 13)),
    Region.LUMBAR: (*(f"L{number}" for number in range(1, 6)), "S1"),
}

SEGMENTS: tuple[str, ...] = tuple(name for names in _LEVELS.values() for name in names)
"""C1 to S1, head to foot; the wire numbers them in this order from 1."""

REGION_OF: dict[str, Region] = {name: region for region, names in _LEVELS.items() for name in names}
"""The region of every segment that may be touched; another name has no region and is refused."""

PLACEHOLDER_PEAK_N: dict[Region, float] = {
    Region.CERVICAL: 50.0,
    Region.THORACIC: 150.0,
    Region.LUMBAR: 150.0,
}
"""Most force at the tip, preload included, by region. Engineering placeholder."""

PLACEHOLDER_PROBE_N: tuple[float, float] = (20.0, 50.0)
"""Usual peak of a probing pulse. Engineering placeholder."""

PLACEHOLDER_PRELOAD_N: tuple[float, float] = (10.0, 30.0)
"""Least and most steady force at the tip before a pulse. Engineering placeholder."""

PLACEHOLDER_DURATION_US: tuple[int, int] = (2_000, 5_000)
"""Shortest and longest half-sine. Engineering placeholder."""

PLACEHOLDER_COUNT_SEGMENT = 40
PLACEHOLDER_COUNT_SESSION = 400
PLACEHOLDER_IMPULSE_SEGMENT_NS = 6.0
PLACEHOLDER_IMPULSE_SESSION_NS = 40.0
"""Most pulses and most impulse (newton seconds) for one segment and one session. Engineering placeholders."""

SENSOR_RANGE_N = 200.0
"""A force reading at or beyond this is saturated."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PulseShape:
    """A half-sine of force above the preload: F(t) = peak · sin(π t / duration)."""

    peak_n: float
    duration_us: int

    @property
    def impulse_ns(self) -> float:
        """The area under the half-sine in N·s: 2/π · peak · duration.

        >>> round(PulseShape(peak_n=50.0, duration_us=4000).impulse_ns, 4)
        0.1273
        """
        return impulse_of_ns(self.peak_n, self.duration_us)


def impulse_of_ns(peak_n: float, duration_us: int) -> float:
    """Impulse of a half-sine in newton seconds."""
    return peak_n * duration_us * 1e-6 * 2.0 / pi


def peak_of_n(impulse_ns: float, duration_us: int) -> float:
    """Peak in newtons of the half-sine with this impulse: the inverse of :func:`impulse_of_ns`."""
    return impulse_ns * pi / (2.0 * duration_us * 1e-6)
