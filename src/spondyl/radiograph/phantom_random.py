"""Synthetic films of random patients, for training and for tests of what a program refuses."""

import numpy as np

from spondyl.anatomy.landmarks import ImageSide, View
from spondyl.anatomy.levels import Level
from spondyl.anatomy.spine_pose import MEAN_CERVICAL_LORDOSIS_DEG, Convexity, CurvePose, SpinePose
from spondyl.anatomy.spine_shape import build_spine
from spondyl.radiograph.phantom_exposure import random_appearance
from spondyl.radiograph.phantom_film import PhantomFilm, phantom_film
from spondyl.radiograph.phantom_setup import FilmSetup


def random_phantom(seed: int, *, view: View | str, pixel_mm: float = 0.5) -> PhantomFilm:
    """A film with random pose, size, machine and appearance; for training and for tests of what a program refuses."""
    rng, view = np.random.default_rng(seed), View(view)
    setup = FilmSetup(
        pixel_mm=pixel_mm,
        source_detector_mm=None if rng.uniform() < 0.5 else float(rng.uniform(1500, 2500)),
        image_left=_random_side(view, rng),
    )
    return phantom_film(
        random_pose(rng), view=view, seed=seed, setup=setup, appearance=random_appearance(rng)
    )


def random_pose(rng: np.random.Generator) -> SpinePose:
    """A plausible adult: normal sagittal means and spreads (alignment reference, section 2), any scoliosis.

    Poses whose C7 stands over 60 mm before or 100 mm behind the centre of S1 are drawn again, ten times at most.
    """
    pose = _any_pose(rng)
    for _ in range(10):
        forward_mm = -build_spine(pose).of(Level.C7).centre_mm[1]
        if -100 < forward_mm < 60:
            break
        pose = _any_pose(rng)
    return pose


def _any_pose(rng: np.random.Generator) -> SpinePose:
    incidence = float(np.clip(rng.normal(52.0, 10.7), 30, 80))
    kyphosis = float(np.clip(rng.normal(37.4, 10.9), 5, 65))
    slope = float(np.clip(incidence - rng.normal(12.5, 7.3), 10, 62))
    expected = 8.0 + 0.56 * incidence + 0.55 * kyphosis
    lordosis = float(np.clip(expected + rng.normal(0, 6), max(15.0, slope - 15.0), slope + 35.0))
    return SpinePose(
        curves=_random_curves(rng),
        pelvic_incidence_deg=incidence,
        sacral_slope_deg=slope,
        lumbar_lordosis_deg=lordosis,
        thoracic_kyphosis_deg=kyphosis,
        cervical_lordosis_deg=float(np.clip(rng.normal(MEAN_CERVICAL_LORDOSIS_DEG, 12.7), -13, 38)),
        trunk_shift_mm=float(np.clip(rng.normal(0, 12), -40, 40)),
        scale=float(rng.uniform(0.8, 1.1)),
    )


def _random_curves(rng: np.random.Generator) -> tuple[CurvePose, ...]:
    """Up to three alternating curves, head to foot: proximal thoracic, main thoracic, lumbar."""
    main = float(np.clip(rng.gamma(2.0, 14.0), 0, 90))
    side = Convexity.RIGHT if rng.uniform() < 0.75 else Convexity.LEFT
    other = Convexity.LEFT if side is Convexity.RIGHT else Convexity.RIGHT
    apex = int(rng.integers(Level.T7.index, Level.T10.index + 1))
    levels = list(Level)
    return (
        CurvePose(apex=Level.T3, cobb_deg=main * float(rng.uniform(0.2, 0.6)), convex=other, reach=2),
        CurvePose(apex=levels[apex], cobb_deg=main, convex=side, reach=3),
        CurvePose(
            apex=levels[min(apex + 6, Level.L4.index)],
            cobb_deg=main * float(rng.uniform(0.3, 1.0)),
            convex=other,
        ),
    )


def _random_side(view: View, rng: np.random.Generator) -> ImageSide:
    usual = rng.uniform() < 0.5
    if view is View.LATERAL:
        return ImageSide.ANTERIOR if usual else ImageSide.POSTERIOR
    return ImageSide.PATIENT_RIGHT if usual else ImageSide.PATIENT_LEFT
