"""The instrument's tip pressed through skin onto the twin: what a force sensor and an accelerometer would see.

The spine is linear and stepped exactly (:mod:`respond`); the contact is the nonlinear law of :mod:`contact`. Its force
at the end of a step is found by fixed-point iteration (the spine's answer to it is one number), the tip by
the trapezoidal rule: order 2.
"""

from dataclasses import dataclass

import numpy as np

from spondyl.biomechanics.contact import SkinContact
from spondyl.biomechanics.probe import FloatArray
from spondyl.biomechanics.respond import Load, Modes, hold
from spondyl.biomechanics.spine_model import SpineModel

_ROUNDS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Press:
    """Per sample: the tip's acceleration, the skin's force above the preload, the bone's way along the push."""

    tip_acceleration_m_s2: FloatArray
    skin_force_n: FloatArray
    bone_mm: FloatArray


def press(
    model: SpineModel, load: Load, contact: SkinContact, *, modes: Modes, tip_mass_kg: float = 0.1
) -> Press:
    """``load.force_n`` drives the tip (on top of the preload); the answer starts from rest at the preload."""
    n, h = len(model.mass), load.step_s
    push = model.direction(load.segment, load.point_mm, load.towards)
    decay, now, after = hold(modes.poles, h)
    entry = modes.push[:, n:] @ (push / np.diag(model.mass))
    now, after = now * entry, after * entry
    seen = np.stack([push @ modes.shapes[:n], push @ modes.shapes[n:]])
    gain = (seen @ after).real
    q = np.zeros(len(decay), np.complex128)
    place = speed = skin = before = 0.0
    last = load.force_n[0] / tip_mass_kg
    out = np.zeros((3, len(load.force_n)))
    out[0, 0] = last
    for i in range(1, len(load.force_n)):
        q = decay * q + now * skin
        free = (seen @ q).real
        guess = 2 * skin - before
        acceleration, fast, deep, bone = last, speed, place, free
        for _ in range(_ROUNDS):
            acceleration = (load.force_n[i] - guess) / tip_mass_kg
            fast = speed + h / 2 * (last + acceleration)
            deep = place + h * speed + h * h / 4 * (last + acceleration)
            bone = free + gain * guess
            guess = contact.force_n(deep - bone[0], fast - bone[1]) - contact.preload_n
        q = q + after * guess
        place, speed, last, before, skin = deep, fast, acceleration, skin, guess
        out[:, i] = acceleration, skin, 1e3 * bone[0]
    return Press(tip_acceleration_m_s2=out[0], skin_force_n=out[1], bone_mm=out[2])
