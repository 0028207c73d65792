"""The same twin in MuJoCo, as an independent check. Needs ``pip install mujoco``.

Nothing of the assembly is shared. MuJoCo gets bodies nested from the sacrum up, each with three slides and three hinges
along its joint's axes (their springs are the joint), and long tendons to the world (the supports); it makes its own
mass matrix and kinematics, with finite rotations.
"""

from typing import Any

import numpy as np

from spondyl.biomechanics.probe import FloatArray
from spondyl.biomechanics.respond import Load
from spondyl.biomechanics.segment import Segment
from spondyl.biomechanics.spine_model import SpineModel

_TENDON_M = 20.0


def mjcf_of(model: SpineModel, *, step_s: float, integrator: str = "implicitfast") -> str:
    """The twin as a MuJoCo XML document, gravity off."""
    worlds, tendons = [], []
    for segment in Segment:
        centre = model.geometry.centres_mm[segment.index] * 1e-3
        for axis in range(3):
            name = f"{segment.value}_{axis}"
            far = centre + _TENDON_M * np.eye(3)[axis]
            k, c = model.springs.support_k[segment.index, axis], model.springs.support_c[segment.index, axis]
            worlds.append(f'<site name="w_{name}" pos="{_text(far)}"/>')
            tendons.append(
                f'<spatial name="t_{name}" stiffness="{k:.12g}" damping="{c:.12g}" springlength="{_TENDON_M}">'
                f'<site site="w_{name}"/><site site="s_{segment.value}"/></spatial>'
            )
    return (
        f'<mujoco><compiler angle="radian" autolimits="true"/><option timestep="{step_s}" gravity="0 0 0" '
        f'integrator="{integrator}"/><worldbody>{"".join(worlds)}{_nested(model)}</worldbody>'
        f"<tendon>{''.join(tendons)}</tendon></mujoco>"
    )


def _nested(model: SpineModel) -> str:
    """S1 in the world, L5 in S1, … C1 innermost."""
    inner = ""
    for segment in Segment:
        i = segment.index
        centre = model.geometry.centres_mm[i] * 1e-3
        parent = model.geometry.centres_mm[i + 1] * 1e-3 if i + 1 < len(Segment) else np.zeros(3)
        inertia = model.inertias_kg_m2[i]
        inner = (
            f'<body name="{segment.value}" pos="{_text(centre - parent)}">{_joints(model, i)}'
            f'<inertial pos="0 0 0" mass="{model.masses_kg[i]:.12g}" diaginertia="{_text(np.full(3, inertia))}"/>'
            f'<site name="s_{segment.value}" pos="0 0 0"/>{inner}</body>'
        )
    return inner


def _joints(model: SpineModel, i: int) -> str:
    arm = (model.geometry.joints_mm[i] - model.geometry.centres_mm[i]) * 1e-3
    return "".join(
        f'<joint type="{"slide" if axis < 3 else "hinge"}" axis="{_text(model.springs.joint_axes[i][:, axis % 3])}" '
        f'pos="{_text(arm)}" stiffness="{model.springs.joint_k[i, axis]:.12g}" '
        f'damping="{model.springs.joint_c[i, axis]:.12g}"/>'
        for axis in range(6)
    )


def _text(values: FloatArray) -> str:
    return " ".join(f"{value:.12g}" for value in values)


def mujoco_displacement_mm(model: SpineModel, load: Load, *, integrator: str = "implicitfast") -> FloatArray:
    """(samples, 25, 3) displacement of the body centres, stepped at the load's own step."""
    import mujoco  # pyright: ignore[reportMissingImports]

    simulator: Any = mujoco
    world = simulator.MjModel.from_xml_string(mjcf_of(model, step_s=load.step_s, integrator=integrator))
    state = simulator.MjData(world)
    simulator.mj_forward(world, state)
    body = 1 + (len(Segment) - 1 - load.segment.index)
    rest = np.array(state.xpos[1:][::-1])
    wrench = model.direction(load.segment, load.point_mm, load.towards)
    wrench = wrench.reshape(len(Segment), 6)[load.segment.index]
    out = np.zeros((len(load.force_n), len(Segment), 3))
    for n, force in enumerate(load.force_n[:-1]):
        state.xfrc_applied[body] = (force + load.force_n[n + 1]) / 2 * wrench
        simulator.mj_step(world, state)
        simulator.mj_kinematics(world, state)
        out[n + 1] = 1e3 * (state.xpos[1:][::-1] - rest)
    return out
