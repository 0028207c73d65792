"""What every picture must satisfy, whatever its format: checked on sizes before decoding, on values after."""

import numpy as np
from numpy.typing import NDArray

from spondyl.radiograph.errors import FilmRefused, Refusal
from spondyl.radiograph.limits import DecodeLimits

BYTES_PER_PIXEL, BYTES_PER_SAMPLE = 12, 12
"""What decoding takes at its peak: the picture, its indices and display values; for each sample the file's bytes,
32-bit decoder planes and copies."""

MAX_ASPECT_ERROR = 0.01


def check_size(rows: int, columns: int, *, frames: int, channels: int, limits: DecodeLimits) -> None:
    """Refuse sizes that cannot be a film, or would cost too much, before a byte is decoded."""
    if rows <= 0 or columns <= 0:
        raise FilmRefused(
            Refusal.FILE_DAMAGED,
            what=f"The picture's size is {columns} x {rows} pixels.",
            why="Both must be above zero.",
            do="Export the film again.",
        )
    if rows * columns * max(frames, 1) > limits.max_pixels:
        raise FilmRefused(
            Refusal.TOO_LARGE,
            what=f"The picture has {columns} x {rows} pixels in {max(frames, 1)} frame(s).",
            why=f"Pictures of more than {limits.max_pixels} pixels are not decoded.",
            do="Export the film at a lower resolution.",
        )
    if frames > 1:
        raise FilmRefused(
            Refusal.MULTI_FRAME,
            what=f"The file holds {frames} pictures.",
            why="Spondyl measures single films, and does not choose one for you.",
            do="Export the one film that is to be measured.",
        )
    if min(rows, columns) < limits.min_side_px:
        raise FilmRefused(
            Refusal.TOO_SMALL,
            what=f"The picture is only {columns} x {rows} pixels.",
            why=f"A side of fewer than {limits.min_side_px} pixels cannot show a spine; it may be a preview.",
            do="Export the film in full resolution.",
        )
    if rows * columns * (BYTES_PER_PIXEL + channels * BYTES_PER_SAMPLE) > limits.memory_bytes:
        raise FilmRefused(
            Refusal.MEMORY_LIMIT,
            what=f"The picture of {columns} x {rows} pixels needs more memory than a film may take.",
            why=f"The limit is {limits.memory_bytes} bytes.",
            do="Export the film at a lower resolution, or raise DecodeLimits.memory_bytes.",
        )


def check_square(ratio: float) -> None:
    """Refuse pixels that are not square when no spacing says so: every angle would be wrong."""
    if abs(ratio - 1.0) > MAX_ASPECT_ERROR:
        raise FilmRefused(
            Refusal.PIXELS_UNSUPPORTED,
            what=f"The pixels are not square: they are {ratio:.3g} times as high as wide.",
            why="Angles measured on such a picture would be wrong.",
            do="Export the film with square pixels, or as DICOM with its pixel spacing.",
        )


def check_contrast(pixels: "NDArray[np.uint8] | NDArray[np.uint16]") -> None:
    """Refuse a picture of one grey."""
    if pixels.min() == pixels.max():
        raise FilmRefused(
            Refusal.NO_CONTRAST,
            what="Every pixel of the picture has the same value.",
            why="There is nothing to see on it.",
            do="Check the export: the pixels may have been blanked.",
        )
