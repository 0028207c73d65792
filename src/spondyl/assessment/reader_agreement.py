"""How far one human reading lies from what many readers find: the spread of values read off a person's landmarks.

A person's points come without an error, so the mean of many readers stands for the unknown truth, and the spread is
that of one reading about it: the spread of the difference between two readers by sqrt(2). Source of every number:
alignment section 1 (human limit), adult deformity and inter-radiologist studies. Limits of agreement hold 95 % of
differences, so their half width is 1.96 standard deviations of the difference; a mean absolute difference is
sqrt(2/π) of it, both for normal differences.
"""

import math

from spondyl.assessment.measurement import is_cobb

LIMIT_95 = 1.96
MEAN_ABSOLUTE = math.sqrt(2.0 / math.pi)
OF_A_PAIR = math.sqrt(2.0)

READER_SD = {
    "pelvic_incidence": 14.0 / LIMIT_95 / OF_A_PAIR,
    "sacral_slope": 11.0 / LIMIT_95 / OF_A_PAIR,
    "pelvic_tilt": 5.0 / LIMIT_95 / OF_A_PAIR,
    "sva": 7.0 / LIMIT_95 / OF_A_PAIR,
}
"""Standard deviation of one reading by kind, degrees or millimetres: PI 5.1, SS 4.0, PT 1.8, SVA 2.5."""
COBB_READER_SD_DEG = 3.3 / MEAN_ABSOLUTE / OF_A_PAIR
"""The same for every clinical Cobb angle: 2.9°."""

CORNER_DISTANCE_SHARE = 10.9 / 95.0
"""Median distance of a corner between two labellings of one film, in vertebral widths (10.9 px of about 95 px)."""
RAYLEIGH_MEDIAN = math.sqrt(2.0 * math.log(2.0))

CORNER_SD_SHARE = CORNER_DISTANCE_SHARE / (RAYLEIGH_MEDIAN * OF_A_PAIR)
"""Standard deviation of one labelling's corner along each axis, in vertebral widths (0.069): two equally noisy
labellings lie a Rayleigh-distributed distance apart, with median 1.18·sqrt(2) standard deviations."""


def reader_sd(kind: str) -> float | None:
    """The published standard deviation of one reading of this kind; None where there is none."""
    return COBB_READER_SD_DEG if is_cobb(kind) else READER_SD.get(kind)
