"""How a synthetic film is taken: view, side, distances, pixel size, field."""

from dataclasses import dataclass, replace

import numpy as np

from spondyl.anatomy.landmarks import FloatArray, ImageSide, View
from spondyl.anatomy.levels import Level
from spondyl.anatomy.spine_shape import SpineShape
from spondyl.radiograph.projection import FilmGeometry


@dataclass(frozen=True, slots=True, kw_only=True)
class FilmSetup:
    """How the film is taken.

    * ``image_left``: what lies on the left edge (patient's right on an AP film, the front on a lateral one, if None).
    * ``pixel_mm``: pixel size at the detector.
    * ``source_detector_mm``: None for parallel rays; with a number the source stands that far from the detector and the
      spine ``patient_detector_mm`` before it.
    * ``field_mm``: (height, width) in the plane of the spine; fitted to the spine when None.
    """

    image_left: ImageSide | None = None
    pixel_mm: float = 0.5
    source_detector_mm: float | None = None
    patient_detector_mm: float = 250.0
    field_mm: tuple[float, float] | None = None

    def __post_init__(self) -> None:
        if not 0.05 <= self.pixel_mm <= 10:
            raise ValueError(f"A pixel of {self.pixel_mm} mm makes no film; give 0.05 to 10 mm.")
        if self.source_detector_mm is not None and self.source_detector_mm < self.patient_detector_mm + 500:
            raise ValueError(
                "The source stands inside the patient; give source_detector_mm of 1000 mm or more."
            )

    def facing(self, view: View) -> "FilmSetup":
        """The same setup, with the usual side on the left where ``image_left`` belongs to another view."""
        sagittal = self.image_left in (ImageSide.ANTERIOR, ImageSide.POSTERIOR)
        fits = self.image_left is not None and sagittal == (view is View.LATERAL)
        return self if fits else replace(self, image_left=None)


_RIGHTWARD: dict[ImageSide, FloatArray] = {
    ImageSide.PATIENT_RIGHT: np.array([1.0, 0.0, 0.0]),
    ImageSide.PATIENT_LEFT: np.array([-1.0, 0.0, 0.0]),
    ImageSide.ANTERIOR: np.array([0.0, 1.0, 0.0]),
    ImageSide.POSTERIOR: np.array([0.0, -1.0, 0.0]),
}
_BEAM: dict[View, FloatArray] = {
    View.AP: np.array([0.0, 1.0, 0.0]),
    View.PA: np.array([0.0, -1.0, 0.0]),
    View.LATERAL: np.array([1.0, 0.0, 0.0]),
}


def film_geometry(spine: SpineShape, *, view: View, setup: FilmSetup) -> FilmGeometry:
    """Where source and detector stand for a view; the reference plane passes through the middle of the spine."""
    if view not in _BEAM:
        raise ValueError("A synthetic film is AP, PA or LATERAL; choose one of them.")
    side = setup.image_left or (ImageSide.ANTERIOR if view is View.LATERAL else ImageSide.PATIENT_RIGHT)
    right, beam = _RIGHTWARD[side], _BEAM[view]
    if abs(right @ beam) > 0.5:
        raise ValueError(
            f"A {view.value} film cannot have {side.value} on its left edge; choose the other pair."
        )
    top, bottom = _extent(spine)
    height, width = setup.field_mm or (top - bottom, 400.0 * spine.pose.scale)
    middle = np.array([0.0, spine.of(Level.T12).centre_mm[1], (top + bottom) / 2])
    source = None
    if setup.source_detector_mm is not None:
        source = setup.source_detector_mm - setup.patient_detector_mm
    spacing = setup.pixel_mm * (
        1.0 if source is None or setup.source_detector_mm is None else source / setup.source_detector_mm
    )
    rows, columns = max(16, round(height / spacing)), max(16, round(width / spacing))
    return FilmGeometry(
        rows=rows,
        columns=columns,
        detector_pixel_mm=setup.pixel_mm,
        right=right,
        beam=beam,
        isocentre_mm=middle,
        principal_px=((columns - 1) / 2, (rows - 1) / 2),
        source_isocentre_mm=source,
        source_detector_mm=setup.source_detector_mm,
    )


def image_left_of(geometry: FilmGeometry) -> ImageSide:
    """What lies on the left edge of a film with this geometry."""
    return next(side for side, right in _RIGHTWARD.items() if right @ geometry.right > 0.5)


def _extent(spine: SpineShape) -> tuple[float, float]:
    """Upper and lower edge of a full-spine film: from above C2 to below the hips."""
    k = spine.pose.scale
    return float(spine.of(Level.C2).centre_mm[2]) + 45 * k, float(spine.femoral_heads_mm[:, 2].min()) - 75 * k
