"""Where each region of the body map lies in its drawing: two figures of 200 by 460 units, seen from back and front.

Drawn for this software. On the back figure the patient's left is on the left, on the front figure on the right.
"""

from dataclasses import dataclass

from spondyl.assessment.intake import BODY_REGIONS, BodyRegion, InBoth

VIEWS = {
    "back": InBoth("Seen from behind", "De espaldas"),
    "front": InBoth("Seen from the front", "De frente"),
}
OUTLINE = (
    "M100 8c14 0 23 11 23 26 0 12-5 21-11 26v12c8 7 32 8 39 22 7 15 8 48 12 78 3 22 10 34 7 44-4 8-12 4-14-4"
    "-6-22-12-42-16-66-2 20-6 34-3 56 4 30 5 56 1 88-3 30-2 60-6 92-2 16-1 34-2 52-1 12-24 12-25 0-2-44-1-90-5-132"
    "-4 42-3 88-5 132-1 12-24 12-25 0-1-18 0-36-2-52-4-32-3-62-6-92-4-32-3-58 1-88 3-22-1-36-3-56-4 24-10 44-16 66"
    "-2 8-10 12-14 4-3-10 4-22 7-44 4-30 5-63 12-78 7-14 31-15 39-22V60c-6-5-11-14-11-26C77 19 86 8 100 8z"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """A region with its rounded rectangle in units of the drawing: left, top, width, height."""

    region: BodyRegion
    box: tuple[float, float, float, float]


_BACK = {
    "head": (79, 10, 42, 44),
    "neck": (86, 56, 28, 22),
    "upper_back": (72, 80, 56, 44),
    "mid_back": (72, 126, 56, 40),
    "low_back": (72, 168, 56, 38),
    "sacrum": (85, 208, 30, 34),
    "left_shoulder": (44, 82, 26, 32),
    "right_shoulder": (130, 82, 26, 32),
    "left_arm": (31, 118, 24, 104),
    "right_arm": (145, 118, 24, 104),
    "left_buttock": (57, 210, 26, 46),
    "right_buttock": (117, 210, 26, 46),
    "left_thigh_back": (60, 260, 36, 78),
    "right_thigh_back": (104, 260, 36, 78),
    "left_calf": (65, 342, 30, 98),
    "right_calf": (105, 342, 30, 98),
}
_FRONT = {
    "chest": (66, 84, 68, 62),
    "belly": (70, 150, 60, 60),
    "between_legs": (87, 224, 26, 32),
    "right_thigh_front": (59, 216, 26, 122),
    "left_thigh_front": (115, 216, 26, 122),
    "right_shin": (64, 342, 30, 98),
    "left_shin": (106, 342, 30, 98),
}
_BOXES = {"back": _BACK, "front": _FRONT}


def shapes_of(view: str) -> tuple[Shape, ...]:
    """The shapes of one figure, in the order of the list."""
    return tuple(
        Shape(region=region, box=_BOXES[view][region.code]) for region in BODY_REGIONS if region.view == view
    )
