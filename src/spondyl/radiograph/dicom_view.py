"""Which projection a DICOM film is, and what lies on its left edge: from the header, never guessed."""

from spondyl.anatomy import ImageSide, View
from spondyl.radiograph.dicom_fields import Fields

_OF_POSITION = {
    "AP": View.AP,
    "PA": View.PA,
    "LL": View.LATERAL,
    "RL": View.LATERAL,
    "LAT": View.LATERAL,
    "LATERAL": View.LATERAL,
}
_DECUBITUS = ("LLD", "RLD")

# DICOM PS3.16 CID 4010 "DX View", SNOMED CT codes and their predecessors.
_OF_CODE = {
    "399348003": View.AP,
    "R-10206": View.AP,
    "272479007": View.PA,
    "R-10214": View.PA,
    "R-40888": View.PA,
    "399173006": View.LATERAL,
    "R-10236": View.LATERAL,
    "399198007": View.LATERAL,
    "R-10232": View.LATERAL,
    "399067008": View.LATERAL,
    "R-102CD": View.LATERAL,
}

# What lies on the left edge, by the direction in which a row of pixels runs (PS3.3 C.7.6.1.1.1).
_LEFT_EDGE = {
    "L": ImageSide.PATIENT_RIGHT,
    "R": ImageSide.PATIENT_LEFT,
    "A": ImageSide.POSTERIOR,
    "P": ImageSide.ANTERIOR,
}
_SAGITTAL_SIDES = (ImageSide.ANTERIOR, ImageSide.POSTERIOR)


def view_and_side(fields: Fields) -> tuple[View, ImageSide]:
    """The film's view and left edge; UNKNOWN, with a note, where the header is silent or contradicts itself."""
    stated = _stated_view(fields)
    side = _left_edge(fields)
    view = _with_orientation(stated, side, fields)
    if _contradict(stated, side):
        fields.note(f"View {view.value} and PatientOrientation contradict each other; the side is unknown.")
        side = ImageSide.UNKNOWN
    if view is View.UNKNOWN:
        fields.note("The header does not say which view this is.")
    if side is ImageSide.UNKNOWN:
        fields.note("The header does not say which side of the patient lies on the left of the picture.")
    return view, side


def _contradict(stated: View, side: ImageSide) -> bool:
    known = stated is not View.UNKNOWN and side is not ImageSide.UNKNOWN
    return known and stated.is_coronal == (side in _SAGITTAL_SIDES)


def _stated_view(fields: Fields) -> View:
    by_position, by_code = _by_position(fields), _by_code(fields)
    if View.UNKNOWN not in (by_position, by_code) and by_position is not by_code:
        fields.note(
            f"ViewPosition says {by_position.value}, but ViewCodeSequence says {by_code.value}; the view is unknown."
        )
        return View.UNKNOWN
    return by_code if by_position is View.UNKNOWN else by_position


def _by_position(fields: Fields) -> View:
    word = fields.word("ViewPosition")
    if word in _DECUBITUS:
        fields.note(f"ViewPosition {word} (decubitus) says how the patient lay, not which view this is.")
    elif word and word not in _OF_POSITION:
        fields.note(f"ViewPosition {word} is none of AP, PA and lateral.")
    return _OF_POSITION.get(word or "", View.UNKNOWN)


def _by_code(fields: Fields) -> View:
    for item in fields.items("ViewCodeSequence"):
        code = item.word("CodeValue") or ""
        if code not in _OF_CODE:
            fields.note(f"View code {code or '(empty)'} is none of AP, PA and lateral.")
        return _OF_CODE.get(code, View.UNKNOWN)
    return View.UNKNOWN


def _left_edge(fields: Fields) -> ImageSide:
    directions = [str(value).strip().upper() for value in fields.values("PatientOrientation")]
    if len(directions) != 2 or not all(directions):
        if directions:
            fields.note("PatientOrientation does not name two directions and was not used.")
        return ImageSide.UNKNOWN
    row, column = directions
    if column[0] == "H":
        fields.note("PatientOrientation says that the picture is upside down.")
    if row[0] in "HF":
        fields.note("PatientOrientation says that the picture lies on its side.")
    return _LEFT_EDGE.get(row[0], ImageSide.UNKNOWN)


def _with_orientation(stated: View, side: ImageSide, fields: Fields) -> View:
    """The stated view; where none is stated, the one that the picture's directions leave."""
    if stated is not View.UNKNOWN or side is ImageSide.UNKNOWN:
        return stated
    if _names_another_view(fields):
        return View.UNKNOWN
    view = View.LATERAL if side in _SAGITTAL_SIDES else View.AP
    which = "lateral" if view is View.LATERAL else "frontal (AP or PA, which are measured alike; kept as AP)"
    fields.note(f"The view is {which} by PatientOrientation.")
    return view


def _names_another_view(fields: Fields) -> bool:
    word = fields.word("ViewPosition")
    return bool(fields.items("ViewCodeSequence")) or (word is not None and word not in _DECUBITUS)
