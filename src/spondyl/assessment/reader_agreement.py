"""How far two human readers of one film lie apart: the spread of values read off a person's landmarks.

A person's points come without an error, so the value that another reader would have found stands for the unknown
truth. Source of every number: alignment section 1 (human limit), adult deformity and inter-radiologist studies.
Limits of agreement hold 95 % of differences, so their half width is 1.96 standard deviations of the difference; a
mean absolute difference is sqrt(2/π) of it, both for normal differences.
"""

import math

LIMIT_95 = 1.96
MEAN_ABSOLUTE = math.sqrt(2.0 / math.pi)

READER_SD = {
    "pelvic_incidence": 14.0 / LIMIT_95,
    "sacral_slope": 11.0 / LIMIT_95,
    "pelvic_tilt": 5.0 / LIMIT_95,
    "sva": 7.0 / LIMIT_95,
    "cobb_major": 3.3 / MEAN_ABSOLUTE,
    "cobb_pt": 3.3 / MEAN_ABSOLUTE,
    "cobb_mt": 3.3 / MEAN_ABSOLUTE,
    "cobb_tl_l": 3.3 / MEAN_ABSOLUTE,
}
"""Standard deviation between two readers by kind, degrees or millimetres: PI 7.1, SS 5.6, PT 2.6, SVA 3.6, Cobb 4.1."""

CORNER_DISTANCE_SHARE = 10.9 / 95.0
"""Median distance of a corner between two labellings of one film, in vertebral widths (10.9 px of about 95 px)."""
RAYLEIGH_MEDIAN = math.sqrt(2.0 * math.log(2.0))

CORNER_SD_SHARE = CORNER_DISTANCE_SHARE / (RAYLEIGH_MEDIAN * math.sqrt(2.0))
"""Standard deviation of one labelling's corner along each axis, in vertebral widths (0.069): two equally noisy
labellings lie a Rayleigh-distributed distance apart, with median 1.18·sqrt(2) standard deviations."""
