"""From one probe to mass, damping, stiffness and contact, or a refusal with its reason."""

from collections.abc import Sequence
from functools import partial

import numpy as np

from spondyl.biomechanics.averaged import Found, averaged, likely
from spondyl.biomechanics.between_samples import guesses
from spondyl.biomechanics.estimate import Abstention, AbstentionReason, Estimated, SegmentEstimate
from spondyl.biomechanics.levenberg import best_start, fit_logs, fit_near
from spondyl.biomechanics.one_thread import on_one_thread
from spondyl.biomechanics.probe import FloatArray, Probe
from spondyl.biomechanics.tip_model import CONTACT_PARAMETERS, MODE_PARAMETERS
from spondyl.provenance import Provenance

P_LIMIT = 0.01
MAX_MODES = 3
MAX_RELATIVE_SD = 0.10
PLAUSIBLE_N_MM = (1.0, 300.0)
PEAK_LIMITS_N = (2.0, 400.0)
_KC, _CC, _EXPONENT = 40e3, 25.0, 1.5
_EXPONENT_LIMITS = (0.9, 4.0)
_HOPELESS = 4.0
"""A mean square of this many times the noise is not mended by another way between the samples."""


@on_one_thread
def identify(probe: Probe, *, max_modes: int = MAX_MODES) -> SegmentEstimate | Abstention:
    """Fit the tip–contact–tissue model; the smallest number of modes whose residuals are noise is taken.

    Residuals pass when neither the chi-square nor the Ljung–Box test rejects them at 1 %. When no model up to
    ``max_modes`` passes, nothing is reported: a model that ignored the skin was once wrong by 88 % (reference page,
    section 3), and its residuals said so. How the force ran between the samples is not known: each number of modes is
    tried with every guess of :mod:`between_samples`, and those that pass are weighed (:mod:`averaged`).
    """
    refused = unusable(probe)
    if refused is not None:
        return refused
    straight, *bent = guesses(probe.force_n, probe.noise.force_sd_n)
    start = best_start(probe, _starts())
    found: list[Found] = []
    for modes in range(1, max_modes + 1):
        if modes > 1:
            start = best_start(probe, _with_one_more_mode(likely(found).logs))
        found = [fit_logs(probe, start, straight)]
        if float(np.mean(found[0].residual ** 2)) < _HOPELESS:
            found += [fit_near(probe, found[0].logs, guess) for guess in bent]
        passing = [one for one in found if one.converged and min(one.p_values) >= P_LIMIT]
        if passing:
            return _reported(probe, passing, modes)
    return misfit(probe, likely(found))


def unusable(probe: Probe) -> Abstention | None:
    """Why no fit is tried: no pulse stands out of the noise."""
    low, high = PEAK_LIMITS_N
    peak = float(np.abs(probe.force_n).max())
    if not low <= peak <= high:
        text = f"The largest force is {peak:.1f} N; no pulse between {low:g} and {high:g} N stands out. Probe again."
    elif np.ptp(probe.acceleration_m_s2) < 8 * probe.noise.acceleration_sd_m_s2:
        text = (
            f"The force reached {peak:.1f} N, and no acceleration stands out of the noise. Check that sensor."
        )
    else:
        return None
    return Abstention(segment=probe.segment, reason=AbstentionReason.NO_PULSE, text=text)


def _starts() -> FloatArray:
    grid = np.meshgrid([1.0, 3.0, 0.4], [1.0, 2.5, 0.4], [1.0, 2.5, 0.5], indexing="ij")
    contact, mass, stiffness = (part.ravel() for part in grid)
    ones = np.ones_like(contact)
    k, m = 30e3 * stiffness, 0.5 * mass
    return np.log(np.stack([_KC * contact, _CC * ones, _EXPONENT * ones, m, 0.6 * np.sqrt(k * m), k]))


def _with_one_more_mode(logs: FloatArray) -> FloatArray:
    """Starts (p + 3, columns) that add a stiffer or a softer mode to the series."""
    m, _, k = np.exp(logs[CONTACT_PARAMETERS : CONTACT_PARAMETERS + MODE_PARAMETERS])
    grid = np.meshgrid([2.0, 5.0, 20.0], [0.3, 0.6, 1.7, 3.0], indexing="ij")
    stiffer, faster = (part.ravel() for part in grid)
    stiffness = k * stiffer
    mass = m * stiffer / faster**2
    added = np.log(np.stack([mass, 0.6 * np.sqrt(stiffness * mass), stiffness]))
    return np.vstack([np.repeat(logs[:, None], added.shape[1], axis=1), added])


def _reported(probe: Probe, passing: Sequence[Found], modes: int) -> SegmentEstimate | Abstention:
    best, told = likely(passing), partial(averaged, passing)
    tissue = [CONTACT_PARAMETERS + MODE_PARAMETERS * j for j in range(modes)]
    stiffness, exponent = told([at + 2 for at in tissue], 1e-3), told([2], 1.0)
    doubt = _doubt(probe, stiffness, exponent.value)
    if doubt is not None:
        return doubt
    return SegmentEstimate(
        segment=probe.segment,
        mass_kg=told(tissue, 1.0),
        damping_ns_m=told([at + 1 for at in tissue], 1.0),
        stiffness_n_mm=stiffness,
        contact_stiffness_n_mm=told([0], 1e-3),
        contact_damping_ns_m=told([1], 1.0),
        contact_exponent=exponent,
        preload_n=probe.preload_n,
        modes=modes,
        chi_square_p=best.p_values[0],
        whiteness_p=best.p_values[1],
        provenance=Provenance(method="spondyl.biomechanics.identify"),
    )


def _doubt(probe: Probe, stiffness: Estimated, exponent: float) -> Abstention | None:
    low, high = PLAUSIBLE_N_MM
    if not low <= stiffness.value <= high or not _EXPONENT_LIMITS[0] <= exponent <= _EXPONENT_LIMITS[1]:
        text = (
            f"The fit gives {stiffness.value:.1f} N/mm and a contact exponent of {exponent:.2f}; tissue lies between "
            f"{low:g} and {high:g} N/mm, contacts between {_EXPONENT_LIMITS[0]:g} and {_EXPONENT_LIMITS[1]:g}. Check "
            "where the tip stands and probe again."
        )
        return Abstention(segment=probe.segment, reason=AbstentionReason.IMPLAUSIBLE, text=text)
    if stiffness.sd > MAX_RELATIVE_SD * stiffness.value:
        text = (
            f"The stiffness is known to {100 * stiffness.sd / stiffness.value:.0f} % only (limit "
            f"{100 * MAX_RELATIVE_SD:.0f} %). Use a longer or larger pulse within the cap."
        )
        return Abstention(segment=probe.segment, reason=AbstentionReason.TOO_UNCERTAIN, text=text)
    return None


def misfit(probe: Probe, fit: Found) -> Abstention:
    """Why a fit is not reported: it found no minimum, or its residuals are more than noise."""
    chi, white = fit.p_values
    if not fit.converged:
        reason, seen = AbstentionReason.NOT_CONVERGED, "The fit found no minimum."
    elif chi < P_LIMIT:
        size = float(np.sqrt(np.mean(fit.residual**2)))
        reason, seen = (
            AbstentionReason.MODEL_DOES_NOT_FIT,
            f"Residuals are {size:.1f} times the sensors' noise.",
        )
    else:
        reason, seen = AbstentionReason.RESIDUALS_COLOURED, f"Residuals are not white (p = {white:.1g})."
    text = f"{seen} No stiffness is reported. Check contact, preload and movement, then probe again."
    return Abstention(segment=probe.segment, reason=reason, text=text)
