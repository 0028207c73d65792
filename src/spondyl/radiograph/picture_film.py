"""Films kept as PNG, JPEG or TIFF. They have no header to trust: view, side and spacing stay unknown."""

import hashlib
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, TiffImagePlugin, UnidentifiedImageError

from spondyl.anatomy import ImageSide, View
from spondyl.provenance import Provenance
from spondyl.radiograph.decode import METHOD
from spondyl.radiograph.digest import pixel_digest
from spondyl.radiograph.errors import FilmRefused, Refusal
from spondyl.radiograph.film import FilmHeader, Radiograph, SpacingSource
from spondyl.radiograph.grey_values import (
    Display,
    GreyPixels,
    GreyScale,
    StoredPixels,
    grey_of_colours,
    show,
)
from spondyl.radiograph.limits import DecodeLimits
from spondyl.radiograph.picture_checks import check_contrast, check_size, check_square

_PHOTOMETRIC, _ORIENTATION, _X_RESOLUTION, _Y_RESOLUTION = 262, 274, 282, 283
_WHITE_IS_ZERO = 0
# Deep white-is-zero pictures in Motorola byte order are missing from Pillow's list of TIFF layouts.
TiffImagePlugin.OPEN_INFO[(TiffImagePlugin.MM, _WHITE_IS_ZERO, (1,), 1, (16,), ())] = ("I;16B", "I;16B")

_NO_HEADER = (
    "A picture file says nothing about view, side or spacing; printing resolutions (dpi) are not used."
)


def read_picture_film(path: Path, limits: DecodeLimits) -> Radiograph:
    """Decode one PNG, JPEG or TIFF. Raises FilmRefused, or whatever the decoder raises on damaged files."""
    Image.MAX_IMAGE_PIXELS = None  # our own limit is checked between opening and decoding
    # Given a name, Pillow maps an uncompressed TIFF as if it were turned already: one on its side comes out torn.
    with path.open("rb") as file, _opened(file, path.name) as picture:
        _check_before_decoding(picture, limits)
        notes = [_NO_HEADER, *_notes_on(picture, path)]
        white_is_zero = picture.format == "TIFF" and _tag(picture, _PHOTOMETRIC) == _WHITE_IS_ZERO
        picture.load()
        upright = ImageOps.exif_transpose(picture)
        display = _display(upright, white_is_zero=white_is_zero)
    check_contrast(display.pixels)
    return Radiograph(
        pixels=display.pixels,
        spacing_mm=None,
        spacing_source=SpacingSource.NONE,
        view=View.UNKNOWN,
        image_left=ImageSide.UNKNOWN,
        sop_uid=None,
        sha256=pixel_digest(display.pixels),
        header=FilmHeader(),
        provenance=Provenance(method=METHOD, inputs=(file_digest(path),)),
        notes=(*notes, *display.notes),
    )


def _opened(file: BinaryIO, name: str) -> Image.Image:
    try:
        return Image.open(file, formats=["PNG", "JPEG", "TIFF"])
    except UnidentifiedImageError:
        raise FilmRefused(
            Refusal.FILE_DAMAGED,
            what=f"{name} is damaged, or stored in an unusual way.",
            why="It begins like a PNG, JPEG or TIFF, but its header makes no sense to the decoder.",
            do="Open it in a picture program and save it as PNG.",
        ) from None


def file_digest(path: Path) -> str:
    """SHA-256 (hex) of the file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _check_before_decoding(picture: Image.Image, limits: DecodeLimits) -> None:
    columns, rows = picture.size
    # A phone's JPEG may carry a preview as a second picture (MPO); its first is the film.
    frames = 1 if picture.format in ("JPEG", "MPO") else _frames(picture)
    check_size(rows, columns, frames=frames, channels=len(picture.getbands()), limits=limits)
    if picture.mode in ("1", "F"):
        raise unsupported(
            f"The picture has {'one bit' if picture.mode == '1' else 'fractions'} for pixel values."
        )
    check_square(_pixel_height_to_width(picture))


def unsupported(what: str) -> FilmRefused:
    """The refusal of pixel values that no film has."""
    return FilmRefused(
        Refusal.PIXELS_UNSUPPORTED,
        what=what,
        why="Films have whole grey values of 8 to 16 bits.",
        do="Export the film as 8- or 16-bit grey values.",
    )


def _frames(picture: Any) -> int:
    return int(picture.n_frames) if picture.format == "TIFF" or picture.info.get("loop") is not None else 1


def _tag(picture: Any, tag: int) -> Any:
    return picture.tag_v2.get(tag) if picture.format == "TIFF" else None


def _pixel_height_to_width(picture: Any) -> float:
    """Height of a pixel over its width, as far as the file states resolutions; 1 where it does not."""
    if picture.format == "TIFF":
        across, down = _tag(picture, _X_RESOLUTION), _tag(picture, _Y_RESOLUTION)
    elif picture.format in ("JPEG", "MPO"):
        across, down = picture.info.get("jfif_density") or (None, None)
    else:
        across, down = picture.info.get("dpi") or picture.info.get("aspect") or (None, None)
    return float(across) / float(down) if across and down else 1.0


def _notes_on(picture: Image.Image, path: Path) -> list[str]:
    notes: list[str] = []
    if picture.getexif().get(_ORIENTATION, 1) not in (0, 1):
        notes.append(
            "The picture was turned upright as its orientation tag says; points refer to the upright picture."
        )
    if picture.format == "PNG" and picture.mode not in ("I;16", "I"):
        with path.open("rb") as file:
            bit_depth = file.read(25)[24]
        if bit_depth == 16:
            notes.append("16-bit colours were read with 8 bits.")
    return notes


def _display(picture: Image.Image, *, white_is_zero: bool) -> Display:
    if picture.mode.startswith("I"):
        # Pillow turns 8-bit white-is-zero pictures over by itself, and leaves deeper ones as they are.
        return _deep(_whole_numbers(picture), white_is_zero=white_is_zero)
    if picture.mode == "L":
        return Display(pixels=np.array(picture))
    opaque, notes = _without_alpha(picture)
    if opaque.mode == "L":
        return Display(pixels=np.array(opaque), notes=notes)
    grey, has_colour = grey_of_colours(np.asarray(opaque.convert("RGB")))
    return Display(pixels=grey, notes=(*notes, "Colours were turned into grey.") if has_colour else notes)


def _without_alpha(picture: Image.Image) -> tuple[Image.Image, tuple[str, ...]]:
    if not picture.has_transparency_data:
        return picture, ()
    with_alpha = picture.convert("LA" if picture.mode in ("LA", "La") else "RGBA")
    solid = with_alpha.getchannel("A").getextrema() == (255, 255)
    base = Image.new(with_alpha.mode, with_alpha.size, (0,) * (len(with_alpha.mode) - 1) + (255,))
    opaque = with_alpha if solid else _over(base, with_alpha)
    notes = () if solid else ("Transparent parts are shown black.",)
    return opaque.convert("L" if with_alpha.mode == "LA" else "RGB"), notes


def _over(base: Image.Image, picture: Image.Image) -> Image.Image:
    base.paste(picture, mask=picture.getchannel("A"))
    return base


def _whole_numbers(picture: Image.Image) -> NDArray[np.uint16]:
    values: NDArray[np.int64] = np.asarray(picture).astype(np.int64)
    if values.min() < 0 or values.max() > 65535:
        raise unsupported(f"The picture has values from {values.min()} to {values.max()}.")
    return values.astype(np.uint16)


def _deep(values: GreyPixels, *, white_is_zero: bool) -> Display:
    return show(StoredPixels(words=values, bits=16), GreyScale(is_inverted=white_is_zero), is_narrow=False)
