"""Contact point, direction and length of the pulse that move a joint most for each newton, told by the twin."""

from dataclasses import dataclass
from itertools import product
from math import cos, radians, sin

import numpy as np

from spondyl.biomechanics import (
    ContactSite,
    Load,
    Modes,
    Segment,
    SpineModel,
    half_sine_n,
    intersegmental_mm,
    respond,
)
from spondyl.biomechanics.probe import FloatArray

TILTS_DEG = (-20.0, -10.0, 0.0, 10.0, 20.0)
DURATIONS_US = (2_000, 3_000, 4_000, 5_000)
_STEP_S, _END_S = 2e-4, 0.06
_CLEARLY = 1.02
"""Another site or tilt than straight on the spinous process must move the joint this much more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Approach:
    """Where and how to push. ``mm_per_n``: peak motion of the joint below the segment (of S1: above) for each newton
    of peak force on bone, for a segment of ``twin_n_mm``."""

    segment: str
    site: str
    left_mm: float
    cranial_mm: float
    cranial_tilt_deg: float
    duration_us: int
    mm_per_n: float
    twin_n_mm: float


def best_approach(model: SpineModel, modes: Modes, segment: str) -> Approach:
    """The approach that needs least force; of nearly equal ones, straight on the spinous process."""
    of = Segment(segment)
    found = [
        _approach(model, modes, of, site, duration_us)
        for site, duration_us in product(ContactSite, DURATIONS_US)
    ]
    best = max(found, key=lambda one: one.mm_per_n)
    plain = [one for one in found if one.site == ContactSite.SPINOUS.value]
    simple = max(plain, key=lambda one: one.mm_per_n)
    return best if best.mm_per_n > _CLEARLY * simple.mm_per_n else simple


def _approach(model: SpineModel, modes: Modes, of: Segment, site: ContactSite, duration_us: int) -> Approach:
    straight, up = (
        _joint_motion(model, modes, of, site, duration_us, towards)
        for towards in ((0.0, -1.0, 0.0), (0.0, 0.0, 1.0))
    )
    # The twin is linear: a tilted push is the sum of its parts.
    peaks = {
        tilt: float(np.linalg.norm(cos(radians(tilt)) * straight + sin(radians(tilt)) * up, axis=1).max())
        for tilt in TILTS_DEG
    }
    tilt = max(peaks, key=lambda one: peaks[one] / (1.0 if one == 0.0 else _CLEARLY))
    offset = model.contact_point_mm(of, site) - model.contact_point_mm(of)
    return Approach(
        segment=of.value,
        site=site.value,
        left_mm=round(float(offset[0]), 1),
        cranial_mm=round(float(offset[2]), 1),
        cranial_tilt_deg=tilt,
        duration_us=duration_us,
        mm_per_n=float(f"{peaks[tilt]:.4g}"),
        twin_n_mm=float(f"{model.static_stiffness_n_mm(of, site):.4g}"),
    )


def _joint_motion(
    model: SpineModel,
    modes: Modes,
    of: Segment,
    site: ContactSite,
    duration_us: int,
    towards: tuple[float, float, float],
) -> FloatArray:
    """(samples, 3) in mm for a half-sine of 1 N."""
    force_n = half_sine_n(
        np.arange(0.0, _END_S, _STEP_S), peak_n=1.0, width_s=duration_us * 1e-6, start_s=0.0
    )
    load = Load(
        segment=of,
        point_mm=model.contact_point_mm(of, site),
        towards=np.array(towards),
        force_n=force_n,
        step_s=_STEP_S,
    )
    motion = intersegmental_mm(model, respond(model, load, modes=modes))
    return motion[:, min(of.index, motion.shape[1] - 1)]
