"""Lateral spines built by hand from slopes and positions, so that every true value is known in closed form."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from spondyl.anatomy import ImageSide, Landmarks, Level, View, make_landmarks
from spondyl.assessment.quantity import FilmContext, Points, Quantity
from spondyl.provenance import Provenance

DEPTH, HEIGHT, DISC = 34.0, 26.0, 9.0
ROWS, COLUMNS = 1400, 900


@dataclass(frozen=True, kw_only=True)
class HandSpine:
    """C2 to S1. ``slopes_deg`` (superior, inferior) per level; others are level. Millimetres, (forward, up).

    The middle of the S1 endplate is the origin; vertebrae stand above it at equal steps unless ``centres_mm`` says
    otherwise. ``hips_mm`` are the two femoral-head centres.
    """

    slopes_deg: Mapping[Level, tuple[float, float]] = field(default_factory=dict)
    centres_mm: Mapping[Level, tuple[float, float]] = field(default_factory=dict)
    hips_mm: tuple[tuple[float, float], ...] = ((20.0, -90.0), (26.0, -96.0))

    def centre(self, level: Level) -> NDArray[np.float64]:
        step = HEIGHT + DISC
        up = 0.0 if level is Level.S1 else step * (Level.S1.index - level.index) - HEIGHT / 2 + 4
        return np.array(self.centres_mm.get(level, (0.0, up)))

    def plate(self, level: Level, which: int) -> NDArray[np.float64]:
        """Posterior and anterior end of the superior (0) or inferior (1) endplate, (2, 2) forward and up."""
        slope = np.radians(self.slopes_deg.get(level, (0.0, 0.0))[which])
        half = DEPTH / 2 * np.array([np.cos(slope), -np.sin(slope)])
        rise = 0.0 if level is Level.S1 else (HEIGHT / 2, -HEIGHT / 2)[which]
        middle = self.centre(level) + np.array([0.0, rise])
        return np.stack([middle - half, middle + half])


def film_of(
    spine: HandSpine,
    *,
    image_left: ImageSide = ImageSide.ANTERIOR,
    spacing_mm: float = 0.5,
    without: tuple[Level, ...] = (),
) -> Landmarks:
    """The landmarks of a film of the spine; with an unknown side the patient looks to the left, untold."""
    facing = 1.0 if image_left is ImageSide.POSTERIOR else -1.0
    levels = tuple(level for level in Level if level not in without)
    corners = np.array([_corners(spine, level, facing) for level in levels])
    hips = np.array([[*_picture(np.array([hip]), facing)[0], 22.0] for hip in spine.hips_mm]).reshape(-1, 3)
    hips[:, :2] /= spacing_mm
    return make_landmarks(
        view=View.LATERAL,
        image_left=image_left,
        levels=levels,
        corners_px=corners / spacing_mm,
        femoral_heads_px=hips,
        provenance=Provenance(method="built by hand"),
    )


def _corners(spine: HandSpine, level: Level, facing: float) -> NDArray[np.float64]:
    plates = [_picture(spine.plate(level, which), facing) for which in (0, 1)]
    ordered = [plate if facing > 0 else plate[::-1] for plate in plates]
    if level is Level.S1:
        ordered[1] = np.full((2, 2), np.nan)
    return np.concatenate(ordered)


def _picture(points_mm: NDArray[np.float64], facing: float) -> NDArray[np.float64]:
    return np.stack([220 + facing * points_mm[:, 0], 850 - points_mm[:, 1]], axis=1)


def points_of(landmarks: Landmarks, spacing_mm: float = 0.5) -> Points:
    """One drawing of the landmarks, in millimetres."""
    heads = landmarks.femoral_heads_px * spacing_mm
    return Points(
        view=landmarks.view,
        image_left=landmarks.image_left,
        levels=landmarks.levels,
        corners=landmarks.corners_px[None] * spacing_mm,
        femoral_heads=heads[None],
        pedicles=landmarks.pedicles_px[None] * spacing_mm,
        height=ROWS * spacing_mm,
        in_mm=True,
    )


def context(
    *, spacing_mm: float | None = 0.5, age_years: float | None = 45.0, sex: str | None = None
) -> FilmContext:
    pair = None if spacing_mm is None else (spacing_mm, spacing_mm)
    return FilmContext(rows=ROWS, columns=COLUMNS, spacing_mm=pair, age_years=age_years, sex=sex)


def values_of(quantities: tuple[object, ...], points: Points) -> dict[str, float]:
    """The value of every quantity on one drawing."""
    return {item.kind: float(item.compute(points)[0]) for item in quantities if isinstance(item, Quantity)}
