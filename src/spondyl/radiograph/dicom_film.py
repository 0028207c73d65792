"""Films kept as DICOM: CR, DX, RG, RF and secondary captures, in every common transfer syntax."""

import hashlib
import io
import warnings
import zlib
from pathlib import Path

import pydicom.config
from pydicom import dcmread
from pydicom.dataset import FileDataset
from pydicom.filereader import read_file_meta_info
from pydicom.uid import DeflatedExplicitVRLittleEndian

from spondyl.provenance import Provenance
from spondyl.radiograph.decode import METHOD
from spondyl.radiograph.dicom_fields import Fields
from spondyl.radiograph.dicom_grey import grey_scale
from spondyl.radiograph.dicom_kind import FOR_PROCESSING, check_kind
from spondyl.radiograph.dicom_patient import header_of
from spondyl.radiograph.dicom_pixels import PixelLayout, decode_pixels, pixel_layout
from spondyl.radiograph.dicom_spacing import spacing_of
from spondyl.radiograph.dicom_view import view_and_side
from spondyl.radiograph.digest import pixel_digest
from spondyl.radiograph.errors import FilmRefused, Refusal
from spondyl.radiograph.film import Radiograph
from spondyl.radiograph.grey_values import GreyPixels, show
from spondyl.radiograph.limits import DecodeLimits
from spondyl.radiograph.picture_checks import check_contrast

_CHUNK_BYTES = 1024 * 1024
_META_REACH_BYTES = 4096
_META_START = 144
"""Preamble, prefix and the group length element come first (PS3.10 clause 7.1); the length counts from here."""


def read_dicom_film(path: Path, limits: DecodeLimits) -> Radiograph:
    """Decode one DICOM film. Raises FilmRefused, or whatever pydicom and the decoders raise on damaged files."""
    pydicom.config.settings.reading_validation_mode = pydicom.config.IGNORE
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return _read(path, limits)


def _read(path: Path, limits: DecodeLimits) -> Radiograph:
    content = path.read_bytes()
    _check_inflated_size(path, content, limits)
    # From memory: a damaged length field then meets the end of the file instead of asking for that much memory.
    dataset = dcmread(io.BytesIO(content), force=True)
    fields = Fields(dataset=dataset)
    _check_is_filled(fields)
    check_kind(fields, _media_class(dataset))
    layout = pixel_layout(fields, limits)
    spacing_mm, spacing_source = spacing_of(fields)
    pixels = _shown(fields, layout)
    view, image_left = view_and_side(fields)
    header = header_of(fields)
    _note_the_rest(fields)
    return Radiograph(
        pixels=pixels,
        spacing_mm=spacing_mm,
        spacing_source=spacing_source,
        view=view,
        image_left=image_left,
        sop_uid=fields.text("SOPInstanceUID"),
        sha256=pixel_digest(pixels),
        header=header,
        provenance=Provenance(method=METHOD, inputs=(hashlib.sha256(content).hexdigest(),)),
        notes=tuple(dict.fromkeys(fields.notes)),
    )


def _shown(fields: Fields, layout: PixelLayout) -> GreyPixels:
    stored, has_colour = decode_pixels(fields, layout)
    scale = grey_scale(fields, photometric=layout.photometric, is_signed=stored.is_signed)
    display = show(stored, scale, is_narrow=layout.bits_stored <= 8)
    check_contrast(display.pixels)
    fields.notes.extend(display.notes)
    if has_colour:
        fields.note("Colours were turned into grey.")
    return display.pixels


def _check_is_filled(fields: Fields) -> None:
    if not any(fields.values(keyword) for keyword in ("SOPClassUID", "Modality", "Rows")):
        raise FilmRefused(
            Refusal.FILE_DAMAGED,
            what="The file begins like DICOM, but has no readable header.",
            why="It says neither what it is nor how large its picture is; it was cut off or overwritten.",
            do="Export or copy the film again.",
        )


def _media_class(dataset: FileDataset) -> str | None:
    return str(dataset.file_meta.get("MediaStorageSOPClassUID") or "") or None


def _check_inflated_size(path: Path, content: bytes, limits: DecodeLimits) -> None:
    """Refuse a deflated file that would fill the memory: pydicom inflates it whole (PS3.5 clause A.5)."""
    if DeflatedExplicitVRLittleEndian.encode() not in content[:_META_REACH_BYTES]:
        return
    meta = read_file_meta_info(path)
    if meta.get("TransferSyntaxUID") != DeflatedExplicitVRLittleEndian:
        return
    deflated = io.BytesIO(content[_META_START + int(meta.FileMetaInformationGroupLength) :])
    inflater, total = zlib.decompressobj(-zlib.MAX_WBITS), 0
    while chunk := inflater.unconsumed_tail or deflated.read(_CHUNK_BYTES):
        total += len(inflater.decompress(chunk, _CHUNK_BYTES))
        if total > limits.max_inflated_bytes:
            raise _too_inflated(limits)


def _too_inflated(limits: DecodeLimits) -> FilmRefused:
    return FilmRefused(
        Refusal.TOO_LARGE,
        what=f"The file grows to more than {limits.max_inflated_bytes} bytes when it is inflated.",
        why="No film is that large; files are made like this to fill a computer's memory.",
        do="Export the film without deflate compression.",
    )


def _note_the_rest(fields: Fields) -> None:
    if fields.word("BurnedInAnnotation") == "YES":
        fields.note("The header says that text is burnt into the picture.")
    if fields.text("SOPClassUID") == FOR_PROCESSING:
        fields.note("This is a raw film (for processing): its greys are not those meant for reading.")
    if laterality := fields.word("ImageLaterality") or fields.word("Laterality"):
        fields.note(
            f"Laterality {laterality} names a body part; it says nothing about the sides of the picture."
        )
