"""Spines drawn from given tilts, so that every angle is known before anything measures it."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from spondyl.anatomy import AP_LEVELS, ImageSide, Landmarks, Level, View, make_landmarks
from spondyl.assessment import FilmContext
from spondyl.provenance import Provenance

Array = NDArray[np.float64]
FILM = FilmContext(rows=2400, columns=1000)
MM_FILM = FilmContext(rows=2400, columns=1000, spacing_mm=(0.2, 0.2))


def stacked(
    tilts_deg: Array, *, width_px: float = 90.0, height_px: float = 45.0, disc_px: float = 12.0
) -> Array:
    """Rectangles (n, 4, 2) with the given tilts, each standing on the next along their own axes, from the foot up.

    A positive tilt lowers the picture-right end, so the axis leans to the right going up.
    """
    tilt = np.radians(np.asarray(tilts_deg, dtype=np.float64))
    across = np.stack([np.cos(tilt), np.sin(tilt)], axis=1)
    up = np.stack([np.sin(tilt), -np.cos(tilt)], axis=1)
    step = (height_px + disc_px) * up
    half_steps = (step[:-1] + step[1:]) / 2.0
    centre = np.zeros((len(tilt), 2))
    centre[:-1] = np.cumsum(half_steps[::-1], axis=0)[::-1]
    side, rise = across * width_px / 2.0, up * height_px / 2.0
    corners = np.stack(
        [centre - side + rise, centre + side + rise, centre - side - rise, centre + side - rise], 1
    )
    return corners + np.array([500.0, 1500.0])


def film(tilts_deg: Array, *, levels: tuple[Level, ...] = AP_LEVELS, **more: Any) -> Landmarks:
    """Landmarks of an AP film with those vertebral tilts."""
    return on_film(stacked(tilts_deg), levels=levels, **more)


def on_film(corners_px: Array, *, levels: tuple[Level, ...] = AP_LEVELS, **more: Any) -> Landmarks:
    defaults: dict[str, Any] = {"view": View.AP, "provenance": Provenance(method="drawn for a test")}
    return make_landmarks(**(defaults | {"levels": levels, "corners_px": corners_px} | more))


def mirrored(landmarks: Landmarks, columns: int = 1000) -> Landmarks:
    """The same film turned over: left and right corners change places, and so do the patient's sides."""
    other = {
        ImageSide.PATIENT_LEFT: ImageSide.PATIENT_RIGHT,
        ImageSide.PATIENT_RIGHT: ImageSide.PATIENT_LEFT,
    }
    flip = np.array([-1.0, 1.0])
    corners = landmarks.corners_px[:, [1, 0, 3, 2]] * flip + [columns - 1.0, 0.0]
    pedicles = landmarks.pedicles_px[:, ::-1] * flip + [columns - 1.0, 0.0]
    heads = landmarks.femoral_heads_px * [-1.0, 1.0, 1.0] + [columns - 1.0, 0.0, 0.0]
    return on_film(
        corners,
        levels=landmarks.levels,
        image_left=other.get(landmarks.image_left, landmarks.image_left),
        corner_sd_px=landmarks.corner_sd_px[:, [1, 0, 3, 2]],
        pedicles_px=pedicles,
        femoral_heads_px=heads,
    )


def turned(corners_px: Array, angle_deg: float) -> Array:
    """The corners turned about the middle of the film, clockwise as seen."""
    a = np.radians(angle_deg)
    turn = np.array([[np.cos(a), -np.sin(a)], [np.sin(a), np.cos(a)]])
    return (corners_px - 1000.0) @ turn.T + 1000.0


BELOW_20 = np.interp(np.arange(17), [0, 5, 11, 16], [4.0, 20.0, -25.0, 3.0])
"""Right-lowered by 20° at T6, left-lowered by 25° at T12: a 45° main thoracic curve, convex to the picture's left."""
