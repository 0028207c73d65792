"""The posed spine holds the pose's own numbers: 1e-6 degrees and 1e-6 mm, by plane geometry on 3-D points."""

from itertools import pairwise

import numpy as np
import pytest

from spondyl.anatomy import Level
from spondyl.anatomy.published_sizes import published_size
from spondyl.anatomy.spine_pose import PRESACRAL, Convexity, CurvePose, SpinePose
from spondyl.anatomy.spine_shape import Endplate, build_spine
from spondyl.radiograph.phantom import random_pose

DOUBLE = SpinePose(
    curves=(
        CurvePose(apex=Level.T7, cobb_deg=52.0, convex=Convexity.RIGHT, reach=3),
        CurvePose(apex=Level.L2, cobb_deg=31.0, convex=Convexity.LEFT, reach=2),
    ),
    pelvic_incidence_deg=61.0,
    sacral_slope_deg=43.0,
    lumbar_lordosis_deg=63.0,
    thoracic_kyphosis_deg=28.0,
    cervical_lordosis_deg=12.0,
    trunk_shift_mm=17.0,
    scale=0.9,
)


def seen_deg(plate: Endplate, axis: int) -> float:
    """Tilt of the line in which the endplate's plane meets the coronal (0) or sagittal (1) plane."""
    line = np.cross(plate.axes[:, 2], np.eye(3)[1 - axis])
    return float(np.degrees(np.arctan(line[2] / line[axis])))


def cobb_deg(upper: Endplate, lower: Endplate, axis: int) -> float:
    return seen_deg(upper, axis) - seen_deg(lower, axis)


def test_each_curve_has_its_cobb_angle_seen_from_the_front() -> None:
    spine = build_spine(DOUBLE)
    for curve in DOUBLE.curves:
        upper, lower = spine.of(curve.upper_end).superior, spine.of(curve.lower_end).inferior
        assert abs(cobb_deg(upper, lower, 0)) == pytest.approx(curve.cobb_deg, abs=1e-6)


def test_sagittal_angles_are_those_of_the_pose_in_spite_of_curves_and_rotation() -> None:
    spine = build_spine(DOUBLE)
    slope = seen_deg(spine.sacrum, 1)
    assert slope == pytest.approx(43.0, abs=1e-6)
    assert slope - seen_deg(spine.of(Level.L1).superior, 1) == pytest.approx(63.0, abs=1e-6)
    kyphosis = cobb_deg(spine.of(Level.T4).superior, spine.of(Level.T12).inferior, 1)
    assert kyphosis == pytest.approx(28.0, abs=1e-6)
    neck = cobb_deg(spine.of(Level.C7).inferior, spine.of(Level.C2).inferior, 1)
    assert neck == pytest.approx(12.0, abs=1e-6)


def test_pelvic_incidence_is_tilt_plus_slope() -> None:
    """PI measured between the endplate's normal and the line to the hips; nothing is added up."""
    spine = build_spine(DOUBLE)
    to_hips = spine.femoral_heads_mm.mean(0) - spine.sacrum.centre_mm
    down = -spine.sacrum.axes[:, 2]
    angle = np.degrees(np.arccos(to_hips @ down / np.linalg.norm(to_hips)))
    assert angle == pytest.approx(61.0, abs=1e-6)
    assert DOUBLE.pelvic_tilt_deg == pytest.approx(18.0)


def test_c7_stands_over_the_sacrum_plus_the_trunk_shift() -> None:
    assert build_spine(DOUBLE).of(Level.C7).centre_mm[0] == pytest.approx(17.0 * 0.9, abs=1e-6)


def test_bodies_and_discs_keep_their_heights() -> None:
    spine = build_spine(DOUBLE)
    for above, below in pairwise(spine.vertebrae):
        body = np.linalg.norm(above.superior.centre_mm - above.inferior.centre_mm)
        disc = np.linalg.norm(above.inferior.centre_mm - below.superior.centre_mm)
        assert body == pytest.approx(0.9 * published_size(above.level).height_mm, abs=1e-9)
        assert disc == pytest.approx(0.9 * published_size(above.level).disc_below_mm, abs=1e-9)


def test_endplates_of_the_neck_lean_forwards_of_the_walls() -> None:
    """C3 to C7 by 4.5 to 9.0 degrees on CT (Chen et al. 2013); in the trunk the endplates' mean is square to them."""
    for vertebra in build_spine(SpinePose()).vertebrae:
        wall = np.degrees(np.arctan2(-vertebra.axes[1, 2], vertebra.axes[2, 2]))
        lean = [seen_deg(plate, 1) - wall for plate in (vertebra.superior, vertebra.inferior)]
        if vertebra.level < Level.T1:
            assert all(4.5 <= one <= 9.0 for one in lean)
        else:
            assert sum(lean) == pytest.approx(0.0, abs=1e-6)


def test_a_right_convex_curve_bulges_right_and_its_body_turns_right() -> None:
    spine = build_spine(SpinePose(curves=(CurvePose(apex=Level.T8, cobb_deg=50, convex=Convexity.RIGHT),)))
    apex = spine.of(Level.T8)
    assert apex.centre_mm[0] < spine.of(Level.T5).centre_mm[0] - 5
    assert apex.centre_mm[0] < spine.of(Level.L3).centre_mm[0] - 5
    front = -apex.axes[:, 1]
    assert np.degrees(np.arctan2(-front[0], -front[1])) == pytest.approx(0.35 * 50, abs=1.0)


def test_mirrored_curves_give_the_mirrored_spine() -> None:
    def other(curve: CurvePose) -> CurvePose:
        side = Convexity.LEFT if curve.convex is Convexity.RIGHT else Convexity.RIGHT
        return CurvePose(apex=curve.apex, cobb_deg=curve.cobb_deg, convex=side, reach=curve.reach)

    curves = DOUBLE.curves
    here = build_spine(SpinePose(curves=curves, trunk_shift_mm=9))
    there = build_spine(SpinePose(curves=tuple(other(curve) for curve in curves), trunk_shift_mm=-9))
    for a, b in zip(here.vertebrae, there.vertebrae, strict=True):
        np.testing.assert_allclose(a.centre_mm, b.centre_mm * [-1, 1, 1], atol=1e-6)
        np.testing.assert_allclose(a.pedicle_centre_mm(1), b.pedicle_centre_mm(-1) * [-1, 1, 1], atol=1e-6)


def test_sizes_read_in_a_source_are_met() -> None:
    """CT medians of the alignment reference, section 2: L1 28.8 and 40.7 mm, L5 32.0 and 50.8 mm."""
    first, last = published_size(Level.L1), published_size(Level.L5)
    assert (first.height_mm, first.upper_width_mm) == pytest.approx((28.8, 40.7))
    assert (last.height_mm, last.upper_width_mm) == pytest.approx((32.0, 50.8))


def test_bodies_grow_from_the_axis_to_the_sacrum() -> None:
    depths = [published_size(level).upper_depth_mm for level in PRESACRAL]
    assert all(a <= b for a, b in pairwise(depths))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"scale": 3.0}, "scale"),
        ({"sacral_slope_deg": 80.0}, "75"),
        ({"trunk_shift_mm": 400.0}, "trunk shift"),
    ],
)
def test_impossible_poses_are_refused(change: dict[str, float], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        SpinePose(**change)


@pytest.mark.parametrize("seed", [259, 337])
def test_steep_curves_are_balanced_too(seed: int) -> None:
    """Two random poses whose curves tilt a body by more than 60 degrees."""
    pose = random_pose(np.random.default_rng(seed))
    assert max(curve.cobb_deg for curve in pose.curves) > 80
    c7_mm = build_spine(pose).of(Level.C7).centre_mm
    assert c7_mm[0] == pytest.approx(pose.trunk_shift_mm * pose.scale, abs=1e-5)


def test_curves_that_cannot_be_balanced_are_refused() -> None:
    curves = tuple(CurvePose(apex=level, cobb_deg=99, reach=2) for level in (Level.T3, Level.T8, Level.L1))
    with pytest.raises(ValueError, match="cannot stand"):
        build_spine(SpinePose(curves=curves))


def test_curves_outside_the_column_are_refused() -> None:
    with pytest.raises(ValueError, match="apex"):
        CurvePose(apex=Level.C5, cobb_deg=20)
    with pytest.raises(ValueError, match="Cobb"):
        CurvePose(apex=Level.T8, cobb_deg=130)
