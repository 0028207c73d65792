"""What the refiner says of one strip, back in film pixels."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spondyl.radiograph.canvas import STRIP_COLS, Centreline, cut_strip, two_channels
from spondyl.radiograph.strip_guide import guide_channels, log_prior

F32 = NDArray[np.float32]
F64 = NDArray[np.float64]

MIRRORED = (1, 0, 3, 2)
"""Corner order after mirroring left and right."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StripReading:
    """Corners of one strip in film px (17, 4, 2), TL, TR, BL, BR; ``corner_scale_px`` (film px) and
    ``tilt_scale_deg`` (17,) are the network's own Laplace scales; ``shift_logits`` (3,) of the chain lying one level
    too high, right, one level too low."""

    corners_px: F64
    corner_scale_px: F64
    tilt_scale_deg: F64
    shift_logits: F64


def strip_inputs(grey: F32, line: Centreline) -> dict[str, F32]:
    """Named network inputs: strip (1, 2, 896, 160), guide (1, 3, 112, 20), prior (1, 17, 4, 112, 20)."""
    return {
        "strip": two_channels(cut_strip(grey, line))[None],
        "guide": guide_channels(line.centre_rows)[None],
        "prior": log_prior(line.centre_rows)[None],
    }


def mirrored(inputs: dict[str, F32]) -> dict[str, F32]:
    """The same strip with left and right exchanged; guide and prior are symmetric."""
    return inputs | {"strip": np.ascontiguousarray(inputs["strip"][..., ::-1])}


def strip_reading(said: tuple[F32, F32, F32], line: Centreline, *, mirror: bool) -> StripReading:
    """Bring a refiner's corners (17, 4, 2; strip px) and log scales (17, 2) back to the film."""
    corners, logs, shift = said
    points = corners.astype(np.float64)
    if mirror:
        points[..., 0] = STRIP_COLS - 1 - points[..., 0]
        points = points[:, MIRRORED]
    scales = np.exp(logs.astype(np.float64))
    return StripReading(
        corners_px=line.to_film(points),
        corner_scale_px=scales[:, 0] / line.px_per_film_px,
        tilt_scale_deg=scales[:, 1],
        shift_logits=shift.astype(np.float64),
    )


def mean_reading(readings: Sequence[StripReading]) -> StripReading:
    """What several readings of one film say together."""
    corners, corner_scale, tilt_scale, shift = (
        np.mean([values[k] for values in map(_values, readings)], axis=0) for k in range(4)
    )
    return StripReading(
        corners_px=corners, corner_scale_px=corner_scale, tilt_scale_deg=tilt_scale, shift_logits=shift
    )


def _values(r: StripReading) -> tuple[F64, F64, F64, F64]:
    return r.corners_px, r.corner_scale_px, r.tilt_scale_deg, r.shift_logits
