"""The twin: 25 rigid bodies, six degrees of freedom each, joined by springs and dampers."""

from dataclasses import dataclass
from enum import Enum

import numpy as np

from spondyl.anatomy.spine_pose import SpinePose
from spondyl.biomechanics import tables
from spondyl.biomechanics.geometry import MeasuredFilm, SpineGeometry, spine_geometry
from spondyl.biomechanics.probe import FloatArray
from spondyl.biomechanics.segment import Segment
from spondyl.biomechanics.tagged import Tagged

DOF = 6
ANTERIOR = (0.0, -1.0, 0.0)
"""Posterior to anterior: where a push on a prone patient goes."""


class ContactSite(Enum):
    """Where a tip stands on a segment."""

    SPINOUS = "spinous process"
    LEFT_FACET = "left facet"
    RIGHT_FACET = "right facet"


@dataclass(frozen=True, slots=True, kw_only=True)
class BodyState:
    """What changes a spine from minute to minute.

    ``tone``: muscle tone, a share added to moving mass (V5 measured +0.17) and, chosen, to all stiffness.
    ``compression_n``: axial preload that stiffens joints. ``joint_factor``, ``support_factor``: (25,) this person's
    stiffness beside the tables', None for 1.
    """

    tone: float = 0.0
    compression_n: float = 0.0
    joint_factor: FloatArray | None = None
    support_factor: FloatArray | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.tone <= 1:
            raise ValueError(
                f"A tone of {self.tone} is out of range; give the share added, 0 to 1 (0.17 measured)."
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Springs:
    """Stiffness and damping in SI units: joints (25, 6) in the joint's axes, supports (25, 3) in the body frame."""

    joint_k: FloatArray
    joint_c: FloatArray
    joint_axes: FloatArray
    support_k: FloatArray
    support_c: FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class SpineModel:
    """M ẍ + C ẋ + K x = f in SI units (150 × 150). x holds, per segment, translation [m] and small rotation [rad]."""

    geometry: SpineGeometry
    springs: Springs
    masses_kg: FloatArray
    inertias_kg_m2: FloatArray
    mass: FloatArray
    damping: FloatArray
    stiffness: FloatArray
    sources: tuple[Tagged, ...]

    def contact_point_mm(self, segment: Segment, site: ContactSite = ContactSite.SPINOUS) -> FloatArray:
        """Where a tip on this site touches bone."""
        if site is ContactSite.SPINOUS:
            return self.geometry.spinous_mm[segment.index]
        return self.geometry.facets_mm[segment.index, 0 if site is ContactSite.LEFT_FACET else 1]

    def direction(self, segment: Segment, point_mm: FloatArray, towards: FloatArray) -> FloatArray:
        """(150,) generalised unit force: a unit push ``towards`` at a point of the segment."""
        unit = np.asarray(towards, np.float64) / np.linalg.norm(towards)
        arm = (point_mm - self.geometry.centres_mm[segment.index]) * 1e-3
        result = np.zeros(DOF * len(Segment))
        result[DOF * segment.index : DOF * (segment.index + 1)] = [*unit, *np.cross(arm, unit)]
        return result

    def static_stiffness_n_mm(self, segment: Segment, site: ContactSite = ContactSite.SPINOUS) -> float:
        """Posterior-to-anterior driving-point stiffness of the bone, without skin."""
        push = self.direction(segment, self.contact_point_mm(segment, site), np.array(ANTERIOR))
        return float(1e-3 / (push @ np.linalg.solve(self.stiffness, push)))


def build_spine_model(
    films: tuple[MeasuredFilm, ...] = (), *, pose: SpinePose | None = None, state: BodyState | None = None
) -> SpineModel:
    """A person's twin from films (or the norm) and the tables; without films every place is the norm's."""
    geometry, state = spine_geometry(films, pose=pose), state or BodyState()
    joints = [tables.joint_below(segment) for segment in Segment]
    masses = [tables.moving_mass(segment) for segment in Segment]
    masses_kg = np.array([mass.value for mass in masses]) * (1 + state.tone)
    springs = _springs(geometry, joints, masses_kg, state)
    inertias = masses_kg * (tables.GYRATION_MM.value * 1e-3) ** 2
    stiffness = assembled(geometry, springs, joints=springs.joint_k, supports=springs.support_k)
    return SpineModel(
        geometry=geometry,
        springs=springs,
        masses_kg=masses_kg,
        inertias_kg_m2=inertias,
        mass=np.diag(np.repeat(np.stack([masses_kg, inertias], axis=1), 3, axis=1).ravel()),
        damping=assembled(geometry, springs, joints=springs.joint_c, supports=springs.support_c),
        stiffness=stiffness,
        sources=(
            *(value for joint in joints for value in joint),
            *masses,
            tables.DISC_DAMPING,
            tables.MOVING_SHARE,
        ),
    )


def _springs(
    geometry: SpineGeometry, joints: list[tuple[Tagged, ...]], masses_kg: FloatArray, state: BodyState
) -> Springs:
    units = np.array([1e3] * 3 + [180 / np.pi] * 3)
    table_k = np.array([[value.value for value in joint] for joint in joints]) * units
    lag_s = tables.DISC_DAMPING.value / table_k[:, 2:3]
    ones = np.ones(len(Segment))
    personal = (ones if state.joint_factor is None else state.joint_factor) * tables.stiffening(
        state.compression_n
    )
    joint_k = table_k * (personal * (1 + state.tone))[:, None]
    held = np.array([tables.SUPPORT_N_MM[segment.region] for segment in Segment]) * 1e3
    held = held * (ones if state.support_factor is None else state.support_factor) * (1 + state.tone)
    support_k = held[:, None] * np.array([0.5, 1.0, 0.5])
    axes = geometry.axes
    mean = np.stack([*(axes[:-1] + axes[1:]), 2 * axes[-1]])
    left, _, right = np.linalg.svd(mean)
    return Springs(
        joint_k=joint_k,
        joint_c=table_k * lag_s,
        joint_axes=left @ right,
        support_k=support_k,
        support_c=2 * tables.SUPPORT_DAMPING_RATIO.value * np.sqrt(support_k * masses_kg[:, None]),
    )


def assembled(
    geometry: SpineGeometry, springs: Springs, *, joints: FloatArray, supports: FloatArray
) -> FloatArray:
    """(150, 150) matrix of joints (25, 6) and supports (25, 3); S1's joint ends in the pelvis, which does not move."""
    n = len(Segment)
    matrix = np.zeros((DOF * n, DOF * n))
    for i in range(n):
        above = slice(DOF * i, DOF * (i + 1))
        turn = np.kron(np.eye(2), springs.joint_axes[i])
        local = turn @ np.diag(joints[i]) @ turn.T
        upper = carried(geometry.joints_mm[i] - geometry.centres_mm[i])
        matrix[above, above] += upper.T @ local @ upper
        matrix[above, above][:3, :3] += np.diag(supports[i])
        if i + 1 < n:
            below = slice(DOF * (i + 1), DOF * (i + 2))
            lower = carried(geometry.joints_mm[i] - geometry.centres_mm[i + 1])
            matrix[below, below] += lower.T @ local @ lower
            matrix[above, below] -= upper.T @ local @ lower
            matrix[below, above] -= lower.T @ local @ upper
    return matrix


def carried(arm_mm: FloatArray) -> FloatArray:
    """(6, 6) motion of a point that is ``arm_mm`` from a body's centre: u + θ × r, θ."""
    x, y, z = arm_mm * 1e-3
    result = np.eye(6)
    result[:3, 3:] = [[0, z, -y], [-z, 0, x], [y, -x, 0]]
    return result
