"""What the refiner says of one strip, back in film pixels."""

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
    ``tilt_scale_deg`` (17,) are the network's own Laplace scales."""

    corners_px: F64
    corner_scale_px: F64
    tilt_scale_deg: F64


def strip_inputs(grey: F32, line: Centreline, *, mirror: bool) -> dict[str, F32]:
    """Named network inputs: strip (1, 2, 896, 160), guide (1, 3, 112, 20), prior (1, 17, 4, 112, 20)."""
    channels = two_channels(cut_strip(grey, line))
    if mirror:
        channels = channels[:, :, ::-1]
    return {
        "strip": np.ascontiguousarray(channels[None]),
        "guide": guide_channels(line.centre_rows)[None],
        "prior": log_prior(line.centre_rows)[None],
    }


def strip_reading(corners: F32, logs: F32, line: Centreline, *, mirror: bool) -> StripReading:
    """Bring the network's corners (17, 4, 2; strip px) and log scales (17, 2) back to the film."""
    points = corners.astype(np.float64)
    if mirror:
        points[..., 0] = STRIP_COLS - 1 - points[..., 0]
        points = points[:, MIRRORED]
    scales = np.exp(logs.astype(np.float64))
    return StripReading(
        corners_px=line.to_film(points),
        corner_scale_px=scales[:, 0] / line.px_per_film_px,
        tilt_scale_deg=scales[:, 1],
    )
