"""From landmarks with an error to measurements with an interval: draw the points many times, compute everything on all.

Error model. A corner's error has two equal, independent halves (of its variance): one shared by the four corners of
its vertebra, which shifts the vertebra and leaves angles alone, and one of its own, which tilts endplates. Vertebrae
err independently. Half and half is an assumption; a calibration on films corrects its scale for each kind. Draws come
in pairs of opposite sign, so their mean is the nominal film. They are the same for every film, level by level: where a
point moves, no interval changes but of what it is part of, and the same points have the same interval on every machine.
Of the trunk, and of the neck, they are made exactly uncorrelated, so that a difference of two tilts has the spread that
the error model gives it, to the first order.
"""

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from spondyl.anatomy import Landmarks, Level
from spondyl.anatomy.landmarks import FloatArray
from spondyl.assessment.calibration import NORMAL_90, Calibration, IntervalRule, bounded_below
from spondyl.assessment.measurement import Flag, Measurement, Unmeasured
from spondyl.assessment.quantity import FilmContext, Points, Quantity
from spondyl.assessment.reader_agreement import CORNER_SD_SHARE, reader_sd
from spondyl.provenance import Provenance

DRAWS = 300
SEED = 1895
SHARED_VARIANCE = 0.5
FALLBACK_WIDTH_PX = 95.0
METHOD = f"spondyl.assessment.propagate, {DRAWS} drawings"


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """Propagated result of one quantity: value, standard deviation of the drawings, and their mean less the value."""

    value: float
    sd: float
    shift: float


def landmarks_digest(landmarks: Landmarks) -> str:
    """SHA-256 of everything about the landmarks that can change a value."""
    names = ",".join([landmarks.view.value, landmarks.image_left.value, *(x.value for x in landmarks.levels)])
    digest = hashlib.sha256(names.encode())
    for array in _arrays(landmarks):
        digest.update(np.ascontiguousarray(array, dtype="<f8").tobytes())
    return digest.hexdigest()


def _arrays(landmarks: Landmarks) -> tuple[FloatArray, ...]:
    return (
        landmarks.corners_px,
        landmarks.confidence,
        landmarks.corner_sd_px,
        landmarks.femoral_heads_px,
        landmarks.pedicles_px,
    )


def errors_known(landmarks: Landmarks) -> bool:
    """True when the landmarks carry an error of their own (a detector's); a person's points do not."""
    return bool(np.isfinite(landmarks.corner_sd_px).any())


def vertebral_width_px(landmarks: Landmarks) -> float:
    """Median length of the marked endplates; a typical width where none is complete."""
    widths = _endplates(landmarks.corners_px)
    return float(np.nanmedian(widths)) if np.isfinite(widths).any() else FALLBACK_WIDTH_PX


def _endplates(corners: FloatArray) -> FloatArray:
    """Lengths (n, 2) of the upper and lower endplates; NaN where a corner is not marked."""
    return np.asarray(np.linalg.norm(corners[:, 1::2] - corners[:, 0::2], axis=-1))


def _own_widths(landmarks: Landmarks, scale: FloatArray) -> FloatArray:
    """The width (n) of each vertebra, which its points' error is a share of: whatever else is marked."""
    lengths = _endplates(landmarks.corners_px * scale)
    widths = np.nanmean(np.where(np.isfinite(lengths).any(axis=1, keepdims=True), lengths, np.inf), axis=1)
    return np.where(np.isfinite(widths), widths, vertebral_width_px(landmarks) * scale[0])


def draw_points(landmarks: Landmarks, context: FilmContext, *, draws: int = DRAWS) -> Points:
    """The nominal landmarks (first) and ``draws`` perturbed sets, in millimetres where the spacing is known.

    ``draws`` is rounded up to an even number.
    """
    scale = np.array(context.scale_xy)
    unknown_sd = CORNER_SD_SHARE * _own_widths(landmarks, scale)[:, None, None]
    sd_px = landmarks.corner_sd_px[..., None]
    sd = np.where(np.isfinite(sd_px), sd_px * scale, unknown_sd)
    standard = _standard_errors((draws + 1) // 2)
    rows = [level.index for level in landmarks.levels]
    corners = _opposed(standard.corners[:, rows] * sd)
    pedicles = _opposed(standard.pedicles[:, rows] * unknown_sd)
    hips_sd = unknown_sd[-1] if rows else CORNER_SD_SHARE * FALLBACK_WIDTH_PX * scale[0]  # beside the lowest
    heads = _opposed(standard.femoral_heads[:, : len(landmarks.femoral_heads_px)] * hips_sd)
    return Points(
        view=landmarks.view,
        image_left=landmarks.image_left,
        levels=landmarks.levels,
        corners=landmarks.corners_px * scale + corners,
        femoral_heads=landmarks.femoral_heads_px * [*scale, scale[0]] + heads,
        pedicles=landmarks.pedicles_px * scale + pedicles,
        height=context.rows * context.scale_xy[1],
        in_mm=context.spacing_mm is not None,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Errors:
    """Errors of spread 1 by level: corners (half, 24, 4, 2), pedicles (half, 24, 2, 2); femoral heads (half, 2, 3)."""

    corners: FloatArray
    pedicles: FloatArray
    femoral_heads: FloatArray


@cache
def _standard_errors(half: int) -> _Errors:
    rng = np.random.default_rng(SEED)
    levels = len(Level)
    trunk = levels - Level.T1.index
    parts = [_uncorrelated(rng, half, trunk), _uncorrelated(rng, half, levels - trunk)]
    shared = np.linalg.cholesky(np.eye(4) * (1.0 - SHARED_VARIANCE) + SHARED_VARIANCE)
    return _Errors(
        corners=np.einsum("ij,hljk->hlik", shared, np.concatenate(parts[::-1], axis=1)),
        pedicles=rng.standard_normal((half, levels, 2, 2)),
        femoral_heads=np.repeat(rng.standard_normal((half, 1, 3)), 2, axis=1),
    )


def _uncorrelated(rng: np.random.Generator, half: int, levels: int) -> FloatArray:
    """Errors (half, levels, 4, 2) whose mean square is 1 and whose mean products are 0, where ``half`` suffices.

    Rounded, so that the last bits of LAPACK, which hang on machine and threads, change no result.
    """
    drawn = rng.standard_normal((half, levels * 8))
    if half >= drawn.shape[1]:
        drawn = np.round(np.linalg.qr(drawn)[0] * math.sqrt(half), 6)
    return drawn.reshape(half, levels, 4, 2)


def _opposed(errors: FloatArray) -> FloatArray:
    """No error first, then every drawing and its opposite."""
    return np.concatenate([np.zeros((1, *errors.shape[1:])), errors, -errors])


def spread_of(quantity: Quantity, points: Points) -> Spread | Unmeasured:
    """Value on the nominal film and standard deviation over the drawings."""
    return spreads_of((quantity,), points)[0]


def spreads_of(quantities: Sequence[Quantity], points: Points) -> tuple[Spread | Unmeasured, ...]:
    """The spread of every quantity; the statistics of all are taken at once."""
    if not quantities:
        return ()
    values = np.stack([quantity.compute(points) for quantity in quantities])
    finite = np.asarray(np.isfinite(values).all(axis=1))
    nominal, drawn = values[finite, 0], values[finite, 1:]
    statistics = nominal.tolist(), drawn.std(axis=1).tolist(), (drawn.mean(axis=1) - nominal).tolist()
    spreads = (Spread(value=value, sd=sd, shift=shift) for value, sd, shift in zip(*statistics, strict=True))
    known: list[bool] = finite.tolist()
    reason = "these points give no finite number: two of them may coincide"
    return tuple(
        next(spreads) if is_finite else Unmeasured(kind=quantity.kind, label=quantity.label, reason=reason)
        for quantity, is_finite in zip(quantities, known, strict=True)
    )


def measure_all(
    quantities: tuple[Quantity, ...],
    landmarks: Landmarks,
    context: FilmContext,
    *,
    calibration: Calibration | None = None,
    points: Points | None = None,
) -> tuple[Measurement | Unmeasured, ...]:
    """Measure every quantity on the same drawings.

    A detector's landmarks use the calibration, and kinds it does not know are flagged UNCALIBRATED_INTERVAL. A
    person's landmarks use the published spread of one reading where there is one, else the propagated noise of one
    labelling; no calibration on films holds for them, so they carry the flag too.
    """
    drawn = draw_points(landmarks, context) if points is None else points
    provenance = Provenance(method=METHOD, inputs=(landmarks_digest(landmarks),))
    is_known = errors_known(landmarks)
    fitting = calibration if is_known else None
    return tuple(
        spread
        if isinstance(spread, Unmeasured)
        else _measured(
            quantity, spread, landmarks, fitting, None if is_known else reader_sd(quantity.kind), provenance
        )
        for quantity, spread in zip(quantities, spreads_of(quantities, drawn), strict=True)
    )


def _measured(
    quantity: Quantity,
    spread: Spread,
    landmarks: Landmarks,
    calibration: Calibration | None,
    published_sd: float | None,
    provenance: Provenance,
) -> Measurement:
    rule = calibration.rule_for(quantity.kind) if calibration else None
    applied = rule or IntervalRule()
    raw_sd = spread.sd if published_sd is None else published_sd
    low, high = applied.interval_90(spread.value, raw_sd, shift=spread.shift)
    return Measurement(
        kind=quantity.kind,
        label=quantity.label,
        value=spread.value,
        unit=quantity.unit,
        sd=(high - low) / (2.0 * NORMAL_90),
        interval_90=bounded_below(quantity.kind, spread.value, (low, high)),
        levels=quantity.levels,
        points_px=quantity.draw(landmarks),
        definition=quantity.definition,
        source=quantity.source,
        provenance=provenance,
        flags=() if rule else (Flag.UNCALIBRATED_INTERVAL,),
        convex_to=quantity.convex_to,
    )
