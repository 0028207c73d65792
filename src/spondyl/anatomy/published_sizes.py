"""Sizes of the vertebrae that the synthetic spine is built from, in millimetres, for an average adult.

Sources. Body height and superior endplate width at L1 and L5 are CT medians read in a source (28.8 and 32.0 mm; 40.7
and 50.8 mm; the alignment reference of this project, section 2). Every other number is **unverified**: it is recalled
from the order of magnitude of Panjabi et al. 1991/1992 (quantitative anatomy of cervical, thoracic and lumbar
vertebrae) and smoothed by hand. They shape pictures of known geometry; no clinical statement rests on them.
"""

from dataclasses import dataclass, fields

import numpy as np

from spondyl.anatomy.levels import Level


@dataclass(frozen=True, slots=True, kw_only=True)
class VertebraSize:
    """Sizes of one vertebra. Widths are left to right, depths front to back; the disc is the one below."""

    upper_width_mm: float
    lower_width_mm: float
    upper_depth_mm: float
    lower_depth_mm: float
    height_mm: float
    disc_below_mm: float
    pedicle_width_mm: float
    pedicle_height_mm: float
    pedicle_distance_mm: float
    transverse_span_mm: float
    spinous_length_mm: float

    def scaled(self, factor: float) -> "VertebraSize":
        """The same vertebra, ``factor`` times as large."""
        return VertebraSize(**{field.name: getattr(self, field.name) * factor for field in fields(self)})


# Anchors: level, then the fields of VertebraSize in order. Levels between anchors are interpolated linearly.
_ANCHORS: tuple[tuple[Level, tuple[float, ...]], ...] = (
    (Level.C2, (16.0, 17.0, 14.5, 15.5, 22.0, 5.0, 6.0, 8.5, 24.0, 50.0, 22.0)),
    (Level.C3, (16.5, 18.0, 15.0, 15.8, 14.5, 5.2, 5.2, 7.3, 25.0, 50.0, 21.0)),
    (Level.C6, (19.5, 22.5, 16.5, 17.2, 14.0, 5.5, 5.8, 7.2, 27.0, 54.0, 30.0)),
    (Level.C7, (22.5, 25.5, 17.0, 17.5, 15.5, 5.0, 6.5, 8.2, 27.0, 64.0, 42.0)),
    (Level.T1, (25.5, 27.0, 17.5, 18.5, 17.0, 4.5, 8.2, 9.6, 27.5, 75.0, 45.0)),
    (Level.T4, (25.0, 26.0, 21.5, 22.5, 18.6, 4.2, 4.7, 11.5, 21.5, 64.0, 44.0)),
    (Level.T8, (28.5, 30.0, 26.5, 27.0, 21.5, 5.0, 5.2, 12.5, 22.0, 62.0, 46.0)),
    (Level.T10, (31.5, 33.5, 28.5, 29.5, 23.5, 5.8, 6.4, 14.0, 23.5, 58.0, 42.0)),
    (Level.T12, (37.5, 40.0, 30.5, 31.5, 26.8, 7.0, 7.6, 15.5, 27.0, 46.0, 36.0)),
    (Level.L1, (40.7, 42.5, 31.5, 32.3, 28.8, 8.2, 7.9, 15.6, 28.5, 66.0, 42.0)),
    (Level.L3, (44.5, 47.0, 33.5, 34.2, 30.4, 10.2, 10.0, 14.8, 31.5, 82.0, 44.0)),
    (Level.L5, (50.8, 51.0, 34.8, 34.2, 32.0, 10.5, 16.0, 14.5, 40.0, 84.0, 34.0)),
)

SACRAL_ENDPLATE_WIDTH_MM = 51.0
SACRAL_ENDPLATE_DEPTH_MM = 34.0
SACRUM_TO_HIP_AXIS_MM = 112.0
HIP_SPREAD_MM = 176.0
FEMORAL_HEAD_RADIUS_MM = 24.0
"""Pelvic sizes, unverified: S1 endplate; its centre to the hip axis; distance between femoral heads; head radius."""


def published_size(level: Level) -> VertebraSize:
    """Size of a vertebra C2–L5 of the average adult; raises ValueError for the sacrum, which has no body size here."""
    if level is Level.S1:
        raise ValueError("S1 has no VertebraSize: use SACRAL_ENDPLATE_WIDTH_MM and SACRAL_ENDPLATE_DEPTH_MM.")
    at = [anchor.index for anchor, _ in _ANCHORS]
    columns = np.array([values for _, values in _ANCHORS]).T
    values = (float(np.interp(level.index, at, column)) for column in columns)
    return VertebraSize(**dict(zip((f.name for f in fields(VertebraSize)), values, strict=True)))
