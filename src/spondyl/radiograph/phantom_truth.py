"""What a perfect measurement of a synthetic film gives, in closed form from the pose and never from the corners.

Tilts come from the normals of the endplates, positions from the projected centres of endplates and femoral heads. With
parallel rays they equal the pose's own numbers (PI, SS, LL, TK …); with a point source the positions are those on the
film (the nearer femoral head is magnified more), in millimetres of the reference plane. Signs: lordosis, kyphosis,
slopes and forward offsets are positive; coronal offsets are positive to the patient's left.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

import numpy as np

from spondyl.anatomy.landmarks import FloatArray, View
from spondyl.anatomy.levels import Level
from spondyl.anatomy.spine_pose import CurvePose
from spondyl.anatomy.spine_shape import Endplate, SpineShape
from spondyl.radiograph.projection import FilmGeometry

Side = Literal["superior", "inferior"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PhantomTruth:
    """True values of one film. ``tilts_deg`` (24, 2): superior and inferior endplates, C2 to S1 (S1 inferior is NaN).

    A tilt is that of the upward normal: positive to the patient's left on coronal films, forwards on lateral ones.
    ``angles_deg`` and ``lengths_mm`` are keyed by measurement kind. On a coronal film ``cobb_endplates_T5_T12`` is the
    angle between the superior endplate of T5 and the inferior one of T12, for each posed curve; its
    ``apical_translation_T8`` is measured from the C7 plumb line down to T11, from the CSVL below.
    """

    view: View
    tilts_deg: FloatArray
    angles_deg: Mapping[str, float]
    lengths_mm: Mapping[str, float]

    def endplate_angle_deg(self, upper: Level, upper_side: Side, lower: Level, lower_side: Side) -> float:
        """Signed angle between two endplates on this film: upper minus lower tilt.

        Positive is kyphotic on a lateral film and convex to the patient's right on a coronal one.
        """
        if Level.S1 in (upper, lower) and "inferior" in (upper_side, lower_side):
            sides = {upper: upper_side, lower: lower_side}
            if sides[Level.S1] == "inferior":
                raise ValueError("S1 has only a superior endplate; ask for that one.")
        column = {"superior": 0, "inferior": 1}
        return float(
            self.tilts_deg[upper.index, column[upper_side]] - self.tilts_deg[lower.index, column[lower_side]]
        )


def phantom_truth(spine: SpineShape, geometry: FilmGeometry, *, view: View) -> PhantomTruth:
    """The truth of one view."""
    leading = _X if view.is_coronal else -_Y
    tilts = np.full((len(Level), 2), np.nan)
    for i, vertebra in enumerate(spine.vertebrae):
        tilts[i] = [_tilt_deg(plate, leading) for plate in (vertebra.superior, vertebra.inferior)]
    tilts[-1, 0] = _tilt_deg(spine.sacrum, leading)
    seen = _Seen(spine=spine, geometry=geometry, leading=leading)
    make = _coronal if view.is_coronal else _sagittal
    angles, lengths = make(tilts, seen)
    return PhantomTruth(
        view=view, tilts_deg=tilts, angles_deg=MappingProxyType(angles), lengths_mm=MappingProxyType(lengths)
    )


_X, _Y = np.array([1.0, 0.0, 0.0]), np.array([0.0, 1.0, 0.0])


def _tilt_deg(plate: Endplate, leading: FloatArray) -> float:
    normal = plate.axes[:, 2]
    return float(np.degrees(np.arctan2(normal @ leading, normal[2])))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """Points as the film shows them: (leading, up) in millimetres of the reference plane."""

    spine: SpineShape
    geometry: FilmGeometry
    leading: FloatArray

    def point(self, point_mm: FloatArray) -> FloatArray:
        offset = point_mm - self.geometry.isocentre_mm
        depth = offset @ self.geometry.beam
        local = self.geometry.magnification_at(depth) / self.geometry.magnification
        return np.array([offset @ self.leading, offset[2]]) * local

    def centroid(self, level: Level) -> FloatArray:
        vertebra = self.spine.of(level)
        return (self.point(vertebra.superior.centre_mm) + self.point(vertebra.inferior.centre_mm)) / 2

    def sacrum(self) -> FloatArray:
        return self.point(self.spine.sacrum.centre_mm)

    def hips(self) -> FloatArray:
        right, left = self.spine.femoral_heads_mm
        return (self.point(right) + self.point(left)) / 2

    def sacrum_back(self) -> FloatArray:
        """Posterior corner of the S1 endplate: its centre less half its depth along the sacral slope."""
        slope, depth = np.radians(self.spine.pose.sacral_slope_deg), self.spine.sacrum.half_depth_mm
        return self.point(self.spine.sacrum.centre_mm + depth * np.array([0.0, np.cos(slope), np.sin(slope)]))


def _lean_deg(low: FloatArray, high: FloatArray) -> float:
    """Angle to the vertical of the line between two points, positive when the upper one leads."""
    across, up = high - low
    return float(np.degrees(np.arctan2(across, up)))


def _coronal(tilts: FloatArray, seen: _Seen) -> tuple[dict[str, float], dict[str, float]]:
    curves = seen.spine.pose.curves
    angles = {
        f"cobb_endplates_{curve.upper_end.value}_{curve.lower_end.value}": _cobb_deg(tilts, curve)
        for curve in curves
    }
    csvl, plumb = float(seen.sacrum()[0]), float(seen.centroid(Level.C7)[0])
    lengths = {"coronal_balance": plumb - csvl}
    for curve in curves:
        line = plumb if curve.apex < Level.T12 else csvl
        lengths[f"apical_translation_{curve.apex.value}"] = float(seen.centroid(curve.apex)[0]) - line
    return angles, lengths


def _cobb_deg(tilts: FloatArray, curve: CurvePose) -> float:
    return float(abs(tilts[curve.upper_end.index, 0] - tilts[curve.lower_end.index, 1]))


def _sagittal(tilts: FloatArray, seen: _Seen) -> tuple[dict[str, float], dict[str, float]]:
    slope, tilt = float(tilts[-1, 0]), -_lean_deg(seen.hips(), seen.sacrum())
    angles = {
        "sacral_slope": slope,
        "pelvic_tilt": tilt,
        "pelvic_incidence": slope + tilt,
        "lumbar_lordosis_l1_s1": slope - float(tilts[Level.L1.index, 0]),
        "lordosis_l4_s1": slope - float(tilts[Level.L4.index, 0]),
        "thoracic_kyphosis_t4_t12": float(tilts[Level.T4.index, 0] - tilts[Level.T12.index, 1]),
        "t1_pelvic_angle": _lean_deg(seen.hips(), seen.centroid(Level.T1)) + tilt,
        "cervical_lordosis_c2_c7": float(tilts[Level.C7.index, 1] - tilts[Level.C2.index, 1]),
        "t1_slope": float(tilts[Level.T1.index, 0]),
    }
    return angles, {"sva": float((seen.centroid(Level.C7) - seen.sacrum_back())[0])}
