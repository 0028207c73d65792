"""The stored pixel values of a DICOM film, decoded after every size has been checked."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom import uid
from pydicom.dataset import Dataset
from pydicom.pixels.decoders.base import get_decoder
from pydicom.pixels.processing import apply_color_lut

from spondyl.radiograph.dicom_fields import Fields
from spondyl.radiograph.errors import FilmRefused, Refusal
from spondyl.radiograph.grey_values import StoredPixels, grey_of_colours, unsigned_grey
from spondyl.radiograph.limits import DecodeLimits
from spondyl.radiograph.picture_checks import check_size

# One known decoder for each syntax: the same file must not be read by whichever library happens to succeed.
_DECODERS = {
    uid.ImplicitVRLittleEndian: "",
    uid.ExplicitVRLittleEndian: "",
    uid.ExplicitVRBigEndian: "",
    uid.DeflatedExplicitVRLittleEndian: "",
    uid.RLELossless: "pydicom",
    uid.JPEGBaseline8Bit: "pillow",
    uid.JPEGExtended12Bit: "pillow",
    uid.JPEGLossless: "gdcm",
    uid.JPEGLosslessSV1: "gdcm",
    uid.JPEGLSLossless: "pyjpegls",
    uid.JPEGLSNearLossless: "pyjpegls",
    uid.JPEG2000Lossless: "pylibjpeg",
    uid.JPEG2000: "pylibjpeg",
    uid.HTJ2KLossless: "pylibjpeg",
    uid.HTJ2KLosslessRPCL: "pylibjpeg",
    uid.HTJ2K: "pylibjpeg",
}
_GREY = ("MONOCHROME1", "MONOCHROME2")
_COLOUR = ("RGB", "YBR_FULL", "YBR_FULL_422", "YBR_ICT", "YBR_RCT")


@dataclass(frozen=True, slots=True, kw_only=True)
class PixelLayout:
    """The header's description of the pixels (PS3.3 C.7.6.3), checked."""

    photometric: str
    samples: int
    bits_allocated: int
    bits_stored: int
    high_bit: int
    is_signed: bool


def pixel_layout(fields: Fields, limits: DecodeLimits) -> PixelLayout:
    """Read and check the description of the pixels. Raises FilmRefused."""
    if "PixelData" not in fields.dataset:
        raise _no_pixels(fields)
    rows, columns = fields.whole("Rows"), fields.whole("Columns")
    frames, samples = fields.whole("NumberOfFrames"), fields.whole("SamplesPerPixel") or 1
    check_size(rows or 0, columns or 0, frames=frames or 1, channels=samples, limits=limits)
    allocated = fields.whole("BitsAllocated") or 0
    stored = fields.whole("BitsStored") or allocated
    high_bit = fields.whole("HighBit")
    layout = PixelLayout(
        photometric=fields.word("PhotometricInterpretation") or "",
        samples=samples,
        bits_allocated=allocated,
        bits_stored=stored,
        high_bit=stored - 1 if high_bit is None else high_bit,
        is_signed=fields.whole("PixelRepresentation") == 1,
    )
    _check(layout)
    return layout


def _check(layout: PixelLayout) -> None:
    grey = layout.photometric in _GREY and layout.samples == 1
    colour = layout.photometric in _COLOUR and layout.samples == 3
    palette = layout.photometric == "PALETTE COLOR" and layout.samples == 1
    bits = layout.bits_allocated in (8, 16) and 2 <= layout.bits_stored <= layout.high_bit + 1
    if (grey or colour or palette) and bits and layout.high_bit < layout.bits_allocated:
        return
    raise FilmRefused(
        Refusal.PIXELS_UNSUPPORTED,
        what=(
            f"The pixels are {layout.photometric or 'of no stated kind'}, {layout.samples} sample(s), "
            f"{layout.bits_stored} of {layout.bits_allocated} bits up to bit {layout.high_bit}."
        ),
        why="Spondyl reads grey, palette and RGB films of 8 to 16 bits.",
        do="Export the film as MONOCHROME2 of 8 to 16 bits.",
    )


def _no_pixels(fields: Fields) -> FilmRefused:
    floats = any(name in fields.dataset for name in ("FloatPixelData", "DoubleFloatPixelData"))
    return FilmRefused(
        Refusal.PIXELS_UNSUPPORTED if floats else Refusal.NO_PIXELS,
        what="The file has pixels with fractions." if floats else "The file has a header but no pixels.",
        why="Films have whole grey values."
        if floats
        else "It is no picture, or it was cut off before its pixels.",
        do="Export the film again, with its pixels.",
    )


def transfer_syntax_of(dataset: Dataset) -> uid.UID:
    """The syntax that the file names; without a Part 10 header, the one in which it could be parsed."""
    meta = dataset.file_meta
    if stated := str(meta.get("TransferSyntaxUID") or ""):
        return uid.UID(stated)
    implicit, little = dataset.original_encoding
    if implicit:
        return uid.ImplicitVRLittleEndian
    return uid.ExplicitVRLittleEndian if little else uid.ExplicitVRBigEndian


def decode_pixels(fields: Fields, layout: PixelLayout) -> tuple[StoredPixels, bool]:
    """Decode the pixels; also whether real colour was turned into grey."""
    syntax = transfer_syntax_of(fields.dataset)
    raw = _decoded(fields.dataset, syntax, layout)
    if raw.ndim == 3 or layout.photometric == "PALETTE COLOR":
        colours = apply_color_lut(raw, fields.dataset) if raw.ndim == 2 else raw
        grey, has_colour = grey_of_colours(colours[..., :3])
        bits = layout.bits_stored if raw.ndim == 3 else 8 * grey.dtype.itemsize
        return StoredPixels(words=grey, bits=bits), has_colour
    return replace(_stored(raw, layout, syntax), padding=_padding(fields)), False


def _decoded(dataset: Dataset, syntax: uid.UID, layout: PixelLayout) -> NDArray[Any]:
    if syntax not in _DECODERS or (syntax == uid.JPEGExtended12Bit and layout.bits_stored > 8):
        raise FilmRefused(
            Refusal.TRANSFER_SYNTAX_UNSUPPORTED,
            what=f"The pixels are compressed as {syntax.name} ({syntax}).",
            why="Spondyl has no decoder for it.",
            do="Export the film uncompressed, or as JPEG 2000, JPEG-LS or RLE.",
        )
    dataset.file_meta.TransferSyntaxUID = syntax
    options: dict[str, Any] = {
        "correct_unused_bits": False,
        "view_only": True,
        "decoding_plugin": _DECODERS[syntax],
    }
    pixels, _ = get_decoder(syntax).as_array(dataset, index=0, raw=False, **options)
    return pixels


def _stored(raw: NDArray[Any], layout: PixelLayout, syntax: uid.UID) -> StoredPixels:
    """Old films keep overlays in the bits that are not stored ones. Compressed values have no such bits."""
    unsigned = raw.view(np.dtype(raw.dtype.str.replace("i", "u")))
    own_bits = syntax.is_encapsulated and syntax != uid.RLELossless
    bits = 8 * unsigned.dtype.itemsize if own_bits else layout.bits_stored
    shift = 0 if own_bits else layout.high_bit + 1 - layout.bits_stored
    return StoredPixels(
        words=unsigned_grey(unsigned), bits=bits, shift=shift, is_signed=raw.dtype.kind == "i"
    )


def _padding(fields: Fields) -> tuple[int, int] | None:
    """PixelPaddingValue to PixelPaddingRangeLimit (PS3.3 C.7.5.1.1.2)."""
    value = fields.whole("PixelPaddingValue")
    if value is None:
        return None
    limit = fields.whole("PixelPaddingRangeLimit")
    limit = value if limit is None else limit
    return min(value, limit), max(value, limit)
