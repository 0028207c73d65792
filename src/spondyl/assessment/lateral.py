"""Points of a lateral film named by the body: anterior and posterior instead of picture left and right.

Coordinates stay those of the picture (x right, y down). ``facing`` is +1 when the patient looks to the right
edge and -1 when to the left; the sign of every angle is the body's, so a mirrored film gives the same values.
"""

from dataclasses import dataclass
from enum import Enum

import numpy as np

from spondyl.anatomy import ImageSide, Landmarks, Level
from spondyl.anatomy.landmarks import FloatArray
from spondyl.assessment.quantity import Points, Segment

FACING: dict[ImageSide, int] = {ImageSide.ANTERIOR: -1, ImageSide.POSTERIOR: 1}
"""Which way the patient looks, from what lies on the left edge of the picture; unknown sides are absent."""


class Plate(Enum):
    """An endplate of a vertebra; the value holds its picture-left and picture-right corner."""

    SUPERIOR = (0, 1)
    INFERIOR = (2, 3)


@dataclass(frozen=True, slots=True, kw_only=True)
class LateralPoints:
    """s drawings of a lateral film; every method returns (s, 2) picture points or (s,) angles in degrees.

    Where the facing is unknown it is taken as +1: only values that a mirror leaves alone may then be used.
    """

    points: Points
    facing: int

    def posterior(self, level: Level, plate: Plate) -> FloatArray:
        """The posterior corner of an endplate."""
        return self.points.of(level)[:, plate.value[0 if self.facing > 0 else 1]]

    def anterior(self, level: Level, plate: Plate) -> FloatArray:
        """The anterior corner of an endplate."""
        return self.points.of(level)[:, plate.value[1 if self.facing > 0 else 0]]

    def midpoint(self, level: Level, plate: Plate) -> FloatArray:
        """The middle of an endplate."""
        return (self.posterior(level, plate) + self.anterior(level, plate)) / 2

    def centre(self, level: Level) -> FloatArray:
        """The mean of the four corners."""
        return self.points.of(level).mean(axis=1)

    def hips(self) -> FloatArray:
        """The mean of the given femoral-head centres: the bicoxofemoral centre."""
        return self.points.femoral_heads[:, :, :2].mean(axis=1)

    def forward(self, a: FloatArray, b: FloatArray) -> FloatArray:
        """How far b lies in front of a, along the horizontal of the film."""
        return self.facing * (b[:, 0] - a[:, 0])

    def slope_deg(self, level: Level, plate: Plate) -> FloatArray:
        """Angle of an endplate to the horizontal, positive when its anterior end is lower."""
        back, front = self.posterior(level, plate), self.anterior(level, plate)
        return np.degrees(np.arctan2(front[:, 1] - back[:, 1], self.forward(back, front)))

    def lean_deg(self, foot: FloatArray, head: FloatArray) -> FloatArray:
        """Angle of the line foot to head with the vertical, positive when the head end lies in front."""
        return np.degrees(np.arctan2(self.forward(foot, head), foot[:, 1] - head[:, 1]))


def lateral(points: Points) -> LateralPoints:
    """Name the points of a lateral film by the body."""
    return LateralPoints(points=points, facing=FACING.get(points.image_left, 1))


def drawn(landmarks: Landmarks) -> LateralPoints:
    """One drawing of the nominal landmarks in film pixels, for overlay lines."""
    return lateral(
        Points(
            view=landmarks.view,
            image_left=landmarks.image_left,
            levels=landmarks.levels,
            corners=landmarks.corners_px[None],
            femoral_heads=landmarks.femoral_heads_px[None],
            pedicles=landmarks.pedicles_px[None],
            height=float("nan"),
            in_mm=False,
        )
    )


def segment(a: FloatArray, b: FloatArray) -> Segment:
    """A line between two (1, 2) points."""
    return (float(a[0, 0]), float(a[0, 1])), (float(b[0, 0]), float(b[0, 1]))


def plumb(top: FloatArray, bottom: FloatArray) -> tuple[Segment, Segment]:
    """The vertical from ``top`` down to the height of ``bottom``, and the offset between them."""
    foot = np.stack([top[:, 0], bottom[:, 1]], axis=1)
    return segment(top, foot), segment(foot, bottom)


def wrapped_deg(angle_deg: FloatArray) -> FloatArray:
    """The same angle between -180 and 180 degrees."""
    return (angle_deg + 180.0) % 360.0 - 180.0


def missing_corners(landmarks: Landmarks, level: Level, plates: tuple[Plate, ...]) -> bool:
    """True when a corner of these endplates was not given."""
    corners = landmarks.corners_of(level)
    wanted = [index for plate in plates for index in plate.value]
    return corners is None or not bool(np.isfinite(corners[wanted]).all())
