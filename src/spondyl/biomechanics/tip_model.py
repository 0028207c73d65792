"""Tip, contact and tissue in time: what the fit compares with the measurement.

    m_t ẍ_t = F(t) − (f_c − F₀),   f_c the contact law of :mod:`contact` of x_t − Σ y_j and its rate,
    m_j ÿ_j + c_j ẏ_j + k_j y_j = f_c − F₀   for each tissue mode j.

One mode is the two-degree-of-freedom model (tissue and contact). The modes are in series: the tissue under the tip
moves by their sum, so its static stiffness is 1/Σ(1/k_j). Integrated by the classical Runge–Kutta method (order 4) at
the sampling step, with the force taken as linear between samples, or as a guess of :mod:`between_samples`.
"""

import numpy as np

from spondyl.biomechanics.contact import contact_force_n
from spondyl.biomechanics.probe import FloatArray

CONTACT_PARAMETERS = 3
MODE_PARAMETERS = 3


def tip_acceleration_m_s2(
    logs: FloatArray,
    force_n: FloatArray,
    *,
    step_s: float,
    preload_n: float,
    tip_mass_kg: float,
    inside_n: FloatArray | None = None,
) -> FloatArray:
    """(n, columns) acceleration of the tip for the parameter columns ``logs`` (3 + 3 modes, columns).

    Rows are natural logarithms of: contact stiffness [N/m], contact damping [N·s/m], exponent; then m, c, k of
    each mode. ``inside_n`` (n,) is a constant force more in the step that ends at each sample, none by default.
    """
    more = np.zeros(len(force_n)) if inside_n is None else inside_n
    values = np.exp(logs)
    kc, cc, p = values[:CONTACT_PARAMETERS]
    law = np.stack([np.full_like(p, preload_n), kc / (p * preload_n), cc / preload_n, p])
    tissue = values[CONTACT_PARAMETERS:].reshape(-1, MODE_PARAMETERS, logs.shape[1])
    modes = len(tissue)
    place = np.zeros((1 + modes, logs.shape[1]))
    speed = np.zeros_like(place)
    minus_k, minus_c, per_mass = -tissue[:, 2], -tissue[:, 1], 1 / tissue[:, 0]
    out = np.empty((len(force_n), logs.shape[1]))

    def acceleration(x: FloatArray, v: FloatArray, force: float) -> FloatArray:
        push = contact_force_n(x[0] - x[1:].sum(0), v[0] - v[1:].sum(0), law) - preload_n
        result = np.empty_like(x)
        result[0] = (force - push) / tip_mass_kg
        result[1:] = (push + minus_k * x[1:] + minus_c * v[1:]) * per_mass
        return result

    half = step_s / 2
    for n, force in enumerate(force_n):
        a1 = acceleration(place, speed, force)
        out[n] = a1[0]
        if n + 1 == len(force_n):
            break
        end = force_n[n + 1] + more[n + 1]
        mid = (force + more[n + 1] + end) / 2
        a1[0] += more[n + 1] / tip_mass_kg
        v2 = speed + half * a1
        a2 = acceleration(place + half * speed, v2, mid)
        v3 = speed + half * a2
        a3 = acceleration(place + half * v2, v3, mid)
        v4 = speed + step_s * a3
        a4 = acceleration(place + step_s * v3, v4, end)
        place = place + step_s / 6 * (speed + 2 * v2 + 2 * v3 + v4)
        speed = speed + step_s / 6 * (a1 + 2 * a2 + 2 * a3 + a4)
    return out
