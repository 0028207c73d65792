"""The fast engine: the twin's answer to a force, exact for a force that is linear between samples.

The first-order form of M ẍ + C ẋ + K x = b f(t) is taken apart into its complex modes once; each mode is then the
scalar recursion q' = eᶻ q + h b[(φ₁ − φ₂) f + φ₂ f'], z = λh, φ₁ = (eᶻ − 1)/z, φ₂ = (eᶻ − 1 − z)/z² (first-order
hold; exact for piecewise linear f, order 2 for a smooth one).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spondyl.biomechanics.one_thread import on_one_thread
from spondyl.biomechanics.probe import FloatArray
from spondyl.biomechanics.segment import Segment
from spondyl.biomechanics.spine_model import ANTERIOR, DOF, SpineModel, carried

ComplexArray = NDArray[np.complex128]
_RESIDUAL_LIMIT = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """A force in time at a point of a segment; ``point_mm`` and ``towards`` in the twin's frame."""

    segment: Segment
    point_mm: FloatArray
    towards: FloatArray
    force_n: FloatArray
    step_s: float

    def __post_init__(self) -> None:
        if not (np.isfinite(self.force_n).all() and self.step_s > 0 and np.linalg.norm(self.towards) > 0):
            raise ValueError(
                "A load needs finite forces, a step above zero and a direction that is not zero."
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Convergence:
    """``order`` in the step for a smooth force; ``residual`` of the modes; ``halved_mm``: largest change of any
    displacement when every second sample of the force is left out, an upper bound for the error of sampling."""

    order: int
    residual: float
    halved_mm: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """Answer of all segments: ``displacement_mm`` and ``rotation_deg`` (samples, 25, 3) of the body centres."""

    load: Load
    displacement_mm: FloatArray
    rotation_deg: FloatArray
    convergence: Convergence

    def peak_mm(self) -> FloatArray:
        """(25,) largest displacement of each segment's centre."""
        return np.linalg.norm(self.displacement_mm, axis=2).max(axis=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Modes:
    """Complex modes of a twin: ``poles`` (m,), ``shapes`` (300, m), ``push`` (m, 300); one of each conjugate pair.

    A pair counts twice: real motion is Re(shapes · q) with ``shapes`` already doubled for pairs.
    """

    poles: ComplexArray
    shapes: ComplexArray
    push: ComplexArray
    residual: float


@on_one_thread
def modes_of(model: SpineModel) -> Modes:
    """Take the model apart; raises ArithmeticError in the rare case that its modes do not span the motion."""
    n = len(model.mass)
    inverse = 1 / np.diag(model.mass)
    system = np.block(
        [
            [np.zeros((n, n)), np.eye(n)],
            [-inverse[:, None] * model.stiffness, -inverse[:, None] * model.damping],
        ]
    )
    found, columns = np.linalg.eig(system)
    poles, shapes = np.asarray(found, np.complex128), np.asarray(columns, np.complex128)
    push = np.linalg.inv(shapes)
    apart = np.abs((shapes * poles) @ push - system).max() / np.abs(system).max()
    if apart > _RESIDUAL_LIMIT:
        raise ArithmeticError(
            f"The modes miss the system by {apart:.1e} (limit {_RESIDUAL_LIMIT}); change damping by 1 %."
        )
    kept = poles.imag >= 0
    weight = np.where(poles.imag[kept] > 0, 2.0, 1.0)
    return Modes(
        poles=poles[kept].astype(np.complex128),
        shapes=(shapes[:, kept] * weight).astype(np.complex128),
        push=push[kept].astype(np.complex128),
        residual=float(apart),
    )


def hold(poles: ComplexArray, step_s: float) -> tuple[ComplexArray, ComplexArray, ComplexArray]:
    """eᶻ, h(φ₁ − φ₂), hφ₂ of the first-order hold."""
    z = poles * step_s
    decay = np.exp(z)
    phi1, phi2 = (decay - 1) / z, (decay - 1 - z) / z**2
    return decay, step_s * (phi1 - phi2), step_s * phi2


def respond(model: SpineModel, load: Load, *, modes: Modes | None = None) -> Response:
    """The twin's answer, from rest. Pass ``modes`` (:func:`modes_of`) to answer many loads of one twin."""
    modes = modes or modes_of(model)
    motion = _motion(model, modes, load, load.force_n, load.step_s)
    coarse = _motion(model, modes, load, load.force_n[::2], 2 * load.step_s)
    moved = motion.reshape(len(load.force_n), len(Segment), DOF)
    halved = 1e3 * np.abs(coarse.reshape(-1, len(Segment), DOF)[..., :3] - moved[::2, :, :3]).max()
    return Response(
        load=load,
        displacement_mm=1e3 * moved[..., :3],
        rotation_deg=np.degrees(moved[..., 3:]),
        convergence=Convergence(order=2, residual=modes.residual, halved_mm=float(halved)),
    )


def _motion(model: SpineModel, modes: Modes, load: Load, force_n: FloatArray, step_s: float) -> FloatArray:
    n = len(model.mass)
    push = model.direction(load.segment, load.point_mm, load.towards) / np.diag(model.mass)
    entry = modes.push[:, n:] @ push
    decay, now, after = hold(modes.poles, step_s)
    q = np.zeros((len(force_n), len(decay)), np.complex128)
    q[1:] = np.outer(force_n[:-1], entry * now) + np.outer(force_n[1:], entry * after)
    for i in range(1, len(force_n)):
        q[i] += decay * q[i - 1]
    shapes = modes.shapes[:n]
    return q.real @ shapes.real.T - q.imag @ shapes.imag.T


def intersegmental_mm(model: SpineModel, response: Response) -> FloatArray:
    """(samples, 24, 3) motion of each segment relative to the one below it, at the joint between them."""
    joints, centres = model.geometry.joints_mm, model.geometry.centres_mm
    turned, n = np.radians(response.rotation_deg), len(Segment)
    place = response.displacement_mm
    upper = np.stack(
        [place[:, i] + turned[:, i] @ _lever(joints[i] - centres[i]) for i in range(n - 1)], axis=1
    )
    lower = np.stack(
        [place[:, i + 1] + turned[:, i + 1] @ _lever(joints[i] - centres[i + 1]) for i in range(n - 1)],
        axis=1,
    )
    return upper - lower


def _lever(arm_mm: FloatArray) -> FloatArray:
    """(3, 3) for ``turned @ lever``: θ × r in mm."""
    return 1e3 * carried(arm_mm)[:3, 3:].T


def push_at(model: SpineModel, segment: Segment, force_n: FloatArray, step_s: float) -> Load:
    """The usual load: on the spinous process, from behind."""
    return Load(
        segment=segment,
        point_mm=model.contact_point_mm(segment),
        towards=np.array(ANTERIOR),
        force_n=force_n,
        step_s=step_s,
    )
