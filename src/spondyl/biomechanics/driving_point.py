"""What one point of the twin answers to a push there, at complex frequencies, with its derivatives by every spring.

A(s) u = b with A = K + s C + s² M is block tridiagonal (6 × 6 blocks, head to foot), so the spine above and the spine
below the pushed segment are folded into it (block elimination). The compliance is H = bᵀ u; A is symmetric, hence
∂H/∂θ = −uᵀ (∂A/∂θ) u: all derivatives come from the one u.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spondyl.biomechanics.probe import FloatArray
from spondyl.biomechanics.segment import Segment
from spondyl.biomechanics.spine_model import DOF, SpineModel, carried

ComplexArray = NDArray[np.complex128]
COUNT = len(Segment)
SPINE_PARAMETERS = 2 * COUNT + 3


@dataclass(frozen=True, slots=True, kw_only=True)
class SpineParts:
    """A twin as its elements: joints (25, 12, 12) over a segment and the one below, supports (25, 3), mass (25, 6)."""

    joint_k: FloatArray
    joint_c: FloatArray
    support_k: FloatArray
    support_c: FloatArray
    mass: FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Factors:
    """This body beside the model, as factors: joints (25,), supports (25,), mass, damping of joints and of supports."""

    joints: FloatArray
    supports: FloatArray
    mass: float
    joint_damping: float
    support_damping: float

    @classmethod
    def of(cls, logs: FloatArray) -> "Factors":
        """From the logarithms (53,) in the order of the fields."""
        values = np.exp(logs)
        return cls(
            joints=values[:COUNT],
            supports=values[COUNT : 2 * COUNT],
            mass=float(values[2 * COUNT]),
            joint_damping=float(values[2 * COUNT + 1]),
            support_damping=float(values[2 * COUNT + 2]),
        )

    @property
    def dragging(self) -> FloatArray:
        """(25,) factor of support damping 2 ζ √(k m)."""
        return np.sqrt(self.supports * self.mass) * self.support_damping


def parts_of(model: SpineModel) -> SpineParts:
    """Take the model apart into elements."""
    geometry, springs = model.geometry, model.springs
    stretch = np.zeros((COUNT, DOF, 2 * DOF))
    for i in range(COUNT):
        turned = np.kron(np.eye(2), springs.joint_axes[i]).T
        stretch[i, :, :DOF] = turned @ carried(geometry.joints_mm[i] - geometry.centres_mm[i])
        if i + 1 < COUNT:
            stretch[i, :, DOF:] = -turned @ carried(geometry.joints_mm[i] - geometry.centres_mm[i + 1])
    across = np.swapaxes(stretch, 1, 2)
    return SpineParts(
        joint_k=across @ (springs.joint_k[:, :, None] * stretch),
        joint_c=across @ (springs.joint_c[:, :, None] * stretch),
        support_k=springs.support_k,
        support_c=springs.support_c,
        mass=np.diag(model.mass).reshape(COUNT, DOF),
    )


def compliance(
    parts: SpineParts, factors: Factors, segment: Segment, push: FloatArray, s: ComplexArray
) -> tuple[ComplexArray, ComplexArray, ComplexArray]:
    """H (f,) [m/N] at the frequencies ``s`` (f,) for the unit wrench ``push`` (6,) at a segment; its derivatives
    (f, 53) by the logarithms of the factors; and the segment's motion (f, 6)."""
    u = _motion(*_blocks(parts, factors, s), segment.index, push)
    pair = np.zeros((len(s), COUNT, 2 * DOF), np.complex128)
    pair[:, :, :DOF] = u
    pair[:, :-1, DOF:] = u[:, 1:]
    squares = u[:, :, :3] ** 2
    lag = s[:, None]
    joints = _work(parts.joint_k, pair) * factors.joints
    drag = _work(parts.joint_c, pair) * factors.joint_damping * lag
    held = np.einsum("fia,ia->fi", squares, parts.support_k) * factors.supports
    slowed = np.einsum("fia,ia->fi", squares, parts.support_c) * factors.dragging * lag
    moved = np.einsum("fia,ia->f", u**2, parts.mass) * factors.mass * s**2
    slope = np.column_stack(
        [joints, held + slowed / 2, moved + slowed.sum(1) / 2, drag.sum(1), slowed.sum(1)]
    )
    return u[:, segment.index] @ push, -slope, u[:, segment.index]


def _work(elements: FloatArray, pair: ComplexArray) -> ComplexArray:
    """(f, 25) uᵀ E u of every joint."""
    return np.einsum("fia,fia->fi", np.einsum("fia,iab->fib", pair, elements, optimize=True), pair)


def _blocks(parts: SpineParts, factors: Factors, s: ComplexArray) -> tuple[ComplexArray, ComplexArray]:
    """Diagonal (25, f, 6, 6) and upper (24, f, 6, 6) blocks of A(s).

    Summed before there are frequencies, and each block contiguous for what solves it: half of a fit's time went here.
    """
    three = np.arange(3)
    joint_k, joint_c = parts.joint_k * factors.joints[:, None, None], parts.joint_c * factors.joint_damping
    k, c = _diagonal(joint_k), _diagonal(joint_c)
    k[:, three, three] += parts.support_k * factors.supports[:, None]
    c[:, three, three] += parts.support_c * factors.dragging[:, None]
    lag = s[:, None, None]
    diagonal = k[:, None] + lag * c[:, None]
    np.einsum("ifaa->ifa", diagonal)[...] += (s**2)[:, None] * (parts.mass * factors.mass)[:, None]
    return diagonal, joint_k[:-1, None, :DOF, DOF:] + lag * joint_c[:-1, None, :DOF, DOF:]


def _diagonal(joints: FloatArray) -> FloatArray:
    """(25, 6, 6) what the joints (25, 12, 12) above and below each segment add on the diagonal."""
    found = joints[:, :DOF, :DOF].copy()
    found[1:] += joints[:-1, DOF:, DOF:]
    return found


def _motion(diagonal: ComplexArray, upper: ComplexArray, at: int, push: FloatArray) -> ComplexArray:
    """(f, 25, 6) motion of all segments under a wrench on segment ``at``."""
    lower = np.swapaxes(upper, 2, 3)
    folded, from_head, from_foot = diagonal[0], [], []
    for i in range(at):
        from_head.append(np.linalg.solve(folded, upper[i]))
        folded = diagonal[i + 1] - lower[i] @ from_head[-1]
    centre, folded = folded, diagonal[-1]
    for i in range(COUNT - 2, at - 1, -1):
        from_foot.append(np.linalg.solve(folded, lower[i]))
        folded = diagonal[i] - upper[i] @ from_foot[-1]
    u = np.zeros((diagonal.shape[1], COUNT, DOF), np.complex128)
    u[:, at] = np.linalg.solve(
        centre + folded - diagonal[at], np.broadcast_to(push, u[:, at].shape)[..., None]
    )[..., 0]
    for i in range(at - 1, -1, -1):
        u[:, i] = -(from_head[i] @ u[:, i + 1, :, None])[..., 0]
    for i in range(at, COUNT - 1):
        u[:, i + 1] = -(from_foot[COUNT - 2 - i] @ u[:, i, :, None])[..., 0]
    return u
