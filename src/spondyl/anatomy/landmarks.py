"""Landmarks of a film: four corners a vertebra, femoral heads, pedicles."""

from dataclasses import dataclass, replace
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from spondyl.anatomy.levels import Level
from spondyl.provenance import Confirmation, Provenance

FloatArray = NDArray[np.float64]


class View(Enum):
    """The projection of a film. PA and AP share their geometry and are measured alike."""

    AP = "AP"
    PA = "PA"
    LATERAL = "LATERAL"
    UNKNOWN = "UNKNOWN"

    @property
    def is_coronal(self) -> bool:
        """True for AP and PA."""
        return self in (View.AP, View.PA)


class ImageSide(Enum):
    """What lies on the left edge of the picture. Unknown is never guessed: sided statements are then refused."""

    PATIENT_LEFT = "patient_left"
    PATIENT_RIGHT = "patient_right"
    ANTERIOR = "anterior"
    POSTERIOR = "posterior"
    UNKNOWN = "unknown"

    @property
    def is_lateral_half(self) -> bool:
        """True when it is the patient's left or right."""
        return self in (ImageSide.PATIENT_LEFT, ImageSide.PATIENT_RIGHT)

    def fits(self, view: "View") -> bool:
        """True when it can lie on the left edge of a film of this view. One of unknown view is taken for an AP film,
        the only one on which vertebrae are found."""
        return self is not ImageSide.UNKNOWN and self.is_lateral_half == (
            view is View.UNKNOWN or view.is_coronal
        )

    def contradicts(self, other: "ImageSide") -> bool:
        """True when both are known and differ: of two pictures one is mirrored, or one of two sources is wrong."""
        return ImageSide.UNKNOWN not in (self, other) and self is not other


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelNames:
    """How sure the level names are, all together: where they are wrong, all are one off.

    ``right_p`` is the probability that they are right, 1 when a person said them; ``confirmed`` is who counted the
    levels and found the names right as they are.
    """

    right_p: float
    confirmed: Confirmation | None = None

    def __post_init__(self) -> None:
        if not 0.0 <= self.right_p <= 1.0:
            raise ValueError(f"LevelNames.right_p is {self.right_p}; a probability lies between 0 and 1.")
        if self.confirmed is not None and self.right_p != 1.0:
            raise ValueError(f"Names that a person confirmed are right with 1, not {self.right_p}.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Landmarks:
    """Points on one film, in that film's own pixels (x right, y down, origin at the centre of the top-left pixel).

    * ``levels``: the n vertebrae, cranial to caudal, each once.
    * ``corners_px``: (n, 4, 2), corners TL, TR, BL, BR *as seen in the picture*; TL and TR lie on the superior
      endplate. NaN where a corner was not given (the sacrum has only TL and TR: its superior endplate).
    * ``confidence``: (n,), 0 to 1: probability that this vertebra is found and named right. 1 for a person's points.
    * ``corner_sd_px``: (n, 4) standard deviation of each corner, isotropic; NaN where unknown.
    * ``femoral_heads_px``: (0, 1 or 2, 3): centre x, centre y, radius (radius NaN where unknown).
    * ``pedicles_px``: (n, 2, 2): pedicle centres, picture-left then picture-right; NaN where unknown.
    * ``names``: what is known of the names apart from the confidences; None where nothing is.
    """

    view: View
    image_left: ImageSide
    levels: tuple[Level, ...]
    corners_px: FloatArray
    confidence: FloatArray
    corner_sd_px: FloatArray
    femoral_heads_px: FloatArray
    pedicles_px: FloatArray
    provenance: Provenance
    names: LevelNames | None = None

    def __post_init__(self) -> None:
        n = len(self.levels)
        shapes = {
            "corners_px": (self.corners_px.shape, (n, 4, 2)),
            "confidence": (self.confidence.shape, (n,)),
            "corner_sd_px": (self.corner_sd_px.shape, (n, 4)),
            "pedicles_px": (self.pedicles_px.shape, (n, 2, 2)),
            "femoral_heads_px": (self.femoral_heads_px.shape, (len(self.femoral_heads_px), 3)),
        }
        for name, (found, wanted) in shapes.items():
            if found != wanted:
                raise ValueError(f"Landmarks.{name} has shape {found}, but {n} levels need {wanted}.")
        if any(not a < b for a, b in zip(self.levels, self.levels[1:], strict=False)):
            raise ValueError(
                f"Levels must run head to foot, each once; got {[level.value for level in self.levels]}."
            )

    def corners_of(self, level: Level) -> FloatArray | None:
        """Corners (4, 2) of one level, or None when the film has no such landmark."""
        return self.corners_px[self.levels.index(level)] if level in self.levels else None

    def on_film(self, image_left: ImageSide) -> "Landmarks":
        """These landmarks, where they do not know it with what the film says lies on its left edge."""
        is_told = self.image_left is ImageSide.UNKNOWN and image_left.fits(self.view)
        return replace(self, image_left=image_left) if is_told else self


def make_landmarks(  # noqa: PLR0913
    *,
    view: View,
    levels: tuple[Level, ...],
    corners_px: FloatArray,
    provenance: Provenance,
    image_left: ImageSide = ImageSide.UNKNOWN,
    confidence: FloatArray | None = None,
    corner_sd_px: FloatArray | None = None,
    femoral_heads_px: FloatArray | None = None,
    pedicles_px: FloatArray | None = None,
) -> Landmarks:
    """Build :class:`Landmarks`, filling what was not given with "unknown" (NaN; confidence 1)."""
    n = len(levels)
    return Landmarks(
        view=view,
        image_left=image_left,
        levels=levels,
        corners_px=np.asarray(corners_px, dtype=np.float64),
        confidence=np.ones(n) if confidence is None else np.asarray(confidence, dtype=np.float64),
        corner_sd_px=np.full((n, 4), np.nan)
        if corner_sd_px is None
        else np.asarray(corner_sd_px, np.float64),
        femoral_heads_px=np.empty((0, 3))
        if femoral_heads_px is None
        else np.asarray(femoral_heads_px, np.float64),
        pedicles_px=np.full((n, 2, 2), np.nan)
        if pedicles_px is None
        else np.asarray(pedicles_px, np.float64),
        provenance=provenance,
    )
