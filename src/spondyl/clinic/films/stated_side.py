"""What lies on the left edge of a picture that does not say it itself, stated by a person who looked at it."""

from dataclasses import replace

from spondyl.anatomy import ImageSide, Landmarks, View
from spondyl.anatomy.landmark_text import LandmarkTextError
from spondyl.provenance import Provenance

BY_HAND = "side of the picture stated by hand in the clinic's viewer"
SIDE_WORDS = {
    ImageSide.PATIENT_LEFT: "the patient's left",
    ImageSide.PATIENT_RIGHT: "the patient's right",
    ImageSide.ANTERIOR: "the front",
    ImageSide.POSTERIOR: "the back",
    ImageSide.UNKNOWN: "not known",
}


_OFFERED = (ImageSide.PATIENT_RIGHT, ImageSide.PATIENT_LEFT, ImageSide.ANTERIOR, ImageSide.POSTERIOR)


def sides_of(view: View) -> tuple[ImageSide, ...]:
    """What may lie on the left edge of a film of this view; nothing can be said while the view is unknown."""
    return () if view is View.UNKNOWN else tuple(side for side in _OFFERED if side.fits(view))


def check_side(original: Landmarks, side: ImageSide | None) -> None:
    """Raise LandmarkTextError for a side that these points cannot have, or where they say theirs; None is none."""
    where = "the side of the picture"
    if original.image_left is not ImageSide.UNKNOWN:
        raise LandmarkTextError(
            where=where,
            what="it is known already.",
            why="The film or its landmarks say what lies on the left edge.",
            do="If that is wrong, correct it there, or mark the film anew by hand.",
        )
    if side is not None and side not in sides_of(original.view):
        raise LandmarkTextError(
            where=where,
            what=f"{side.value} cannot lie on the left edge.",
            why=f"This is a film of the view {original.view.value}.",
            do="Choose a side of this view.",
        )


def with_side(landmarks: Landmarks, side: ImageSide) -> Landmarks:
    """The landmarks of a picture whose left edge is known by a person's word; no point moves."""
    made = landmarks.provenance
    method = f"{BY_HAND}; before: {made.method}"
    return replace(
        landmarks,
        image_left=side,
        provenance=Provenance(method=method, inputs=made.inputs, version=made.version),
    )
