"""A picture stored with pixels that are not square bends every angle; without a spacing only its vertebrae tell."""

import numpy as np

from spondyl.anatomy import AP_LEVELS, Landmarks, body_axes

WIDE = 2.5
"""Median width over height of T1 to L5 on AP films: 1.4 to 2.4 on 98 % of 346 films, 2.7 to 3.0 on squeezed ones."""
LEAST_LEVELS = 8


def squeezed_ratio(landmarks: Landmarks) -> float | None:
    """Median width over height of T1 to L5 on an AP film when it exceeds what spines have, else None."""
    marked = [landmarks.corners_px[i] for i, level in enumerate(landmarks.levels) if level in AP_LEVELS]
    complete = np.array([corners for corners in marked if np.isfinite(corners).all()])
    if not landmarks.view.is_coronal or len(complete) < LEAST_LEVELS:
        return None
    width, height = (np.linalg.norm(axis, axis=1) for axis in body_axes(complete))
    ratio = float(np.median(width / np.maximum(height, 1e-9)))
    return ratio if ratio > WIDE else None
