"""Which DICOM objects are films: projection radiographs and secondary captures of them."""

from spondyl.radiograph.dicom_fields import Fields
from spondyl.radiograph.errors import FilmRefused, Refusal

_STORAGE = "1.2.840.10008.5.1.4.1.1."
_RADIOGRAPHS = frozenset({_STORAGE + "1", _STORAGE + "1.1", _STORAGE + "1.1.1", _STORAGE + "12.2"})
"""CR, DX for presentation, DX for processing, RF (PS3.4 table B.5-1)."""

FOR_PROCESSING = _STORAGE + "1.1.1"
_CAPTURES = frozenset(_STORAGE + "7" + tail for tail in ("", ".2", ".3", ".4"))
_MODALITIES = ("CR", "DX", "RG", "RF")
_CAPTURE_MODALITIES = (*_MODALITIES, "OT", "SC", "")

_OTHER_CLASSES = {
    "1.2.840.10008.1.3.10": "a DICOMDIR, the table of contents of a disc",
    _STORAGE + "2": "a CT slice",
    _STORAGE + "4": "an MR slice",
    _STORAGE + "104.1": "a PDF document in DICOM",
    _STORAGE + "11.1": "a presentation state without pixels",
    _STORAGE + "88.11": "a structured report",
    _STORAGE + "88.22": "a structured report",
    _STORAGE + "88.33": "a structured report",
    _STORAGE + "88.59": "a list of key objects",
}


def check_kind(fields: Fields, media_class: str | None) -> None:
    """Refuse every object that is no projection radiograph."""
    sop_class, modality = fields.text("SOPClassUID") or media_class or "", fields.word("Modality") or ""
    if sop_class in _RADIOGRAPHS and modality in (*_MODALITIES, ""):
        return
    if (sop_class in _CAPTURES or not sop_class) and modality in _CAPTURE_MODALITIES:
        return
    raise FilmRefused(
        Refusal.MODALITY_UNSUPPORTED,
        what=f"The file is {_name(sop_class, modality)}.",
        why="Spondyl measures projection radiographs: CR, DX, RG, RF, and secondary captures of them.",
        do="Choose the spine radiograph of the study.",
    )


def _name(sop_class: str, modality: str) -> str:
    if sop_class in _OTHER_CLASSES:
        return _OTHER_CLASSES[sop_class]
    kinds = (f"of modality {modality}" if modality else "", f"of SOP class {sop_class}" if sop_class else "")
    return "an object " + " and ".join(kind for kind in kinds if kind)
