"""The film as a picture with its outlines, level names and measured lines (PNG)."""

import io
import math
from collections.abc import Iterator
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from spondyl.clinic.report.drawing import (
    Drawing,
    Label,
    Point,
    Role,
    Stroke,
    drawing_of,
    label_box_px,
    label_lines_px,
    text_size_px,
)
from spondyl.clinic.report.typeface import BOLD, font_path
from spondyl.clinic.result import FilmResult
from spondyl.radiograph import Radiograph

COLOUR = {
    Role.VERTEBRA: "#8fd3ff",
    Role.END_VERTEBRA: "#ffd34d",
    Role.UNSURE: "#ff9ecb",
    Role.MEASURE: "#ffd34d",
    Role.HEAD: "#8fd3ff",
}
WIDTH = {Role.VERTEBRA: 1.0, Role.END_VERTEBRA: 2.0, Role.UNSURE: 1.3, Role.MEASURE: 1.5, Role.HEAD: 1.0}
BOX = "#101418"


def overlay_png(result: FilmResult, *, longest_px: int | None = None) -> bytes:
    """PNG bytes of the film with its drawing, in its own size or with the longer side at ``longest_px``.

    Raises ValueError when the film was never decoded.
    """
    drawing = drawing_of(result)
    assert result.radiograph is not None  # drawing_of has raised otherwise
    grey = grey_picture(result.radiograph, longest_px=longest_px)
    picture = grey.convert("RGB")
    scale = picture.width / drawing.columns
    pen = ImageDraw.Draw(picture)
    for stroke in drawing.strokes:
        _stroke(pen, stroke, drawing, scale)
    for label in drawing.labels:
        _label(pen, label, scale)
    return png_bytes(picture)


def grey_picture(radiograph: Radiograph, *, longest_px: int | None = None) -> Image.Image:
    """The film as 8-bit grey, shrunk (never enlarged) so that its longer side is at most ``longest_px``."""
    picture = Image.fromarray(_eight_bit(radiograph.pixels))
    if longest_px is None or max(picture.size) <= longest_px:
        return picture
    factor = longest_px / max(picture.size)
    size = (max(1, round(picture.width * factor)), max(1, round(picture.height * factor)))
    return picture.resize(size, Image.Resampling.BOX)


def png_bytes(picture: Image.Image) -> bytes:
    """The picture as PNG, without any time stamp."""
    buffer = io.BytesIO()
    picture.save(buffer, format="PNG", compress_level=6)
    return buffer.getvalue()


def _eight_bit(pixels: NDArray[np.uint8] | NDArray[np.uint16]) -> NDArray[np.uint8]:
    """Display values as 8 bit; 16-bit films are stretched between their own 0.5th and 99.5th percentile."""
    if pixels.dtype == np.uint8:
        return pixels.astype(np.uint8, copy=False)
    low, high = np.percentile(pixels[:: max(1, pixels.shape[0] // 512)], (0.5, 99.5))
    stretched = (pixels.astype(np.float32) - low) / max(float(high - low), 1.0)
    return np.asarray(np.clip(stretched, 0, 1) * 255, dtype=np.uint8)


def _stroke(pen: ImageDraw.ImageDraw, stroke: Stroke, drawing: Drawing, scale: float) -> None:
    """A dark line under a light one: readable on bright bone and on dark lung."""
    width = max(1, round(drawing.line_px * scale * WIDTH[stroke.role]))
    points = [((x + 0.5) * scale - 0.5, (y + 0.5) * scale - 0.5) for x, y in stroke.points_px]
    path = [*points, points[0]] if stroke.closed else points
    pieces = list(_dashes(path, 7.0 * width)) if stroke.role is Role.UNSURE else [path]
    for piece in pieces:
        pen.line(piece, fill="black", width=width + 2 * max(1, round(0.6 * width)), joint="curve")
    for piece in pieces:
        pen.line(piece, fill=COLOUR[stroke.role], width=width, joint="curve")


def _dashes(path: list[Point], dash_px: float) -> Iterator[list[Point]]:
    """Cut a path into dashes with gaps of the same length."""
    for (x0, y0), (x1, y1) in pairwise(path):
        length = math.hypot(x1 - x0, y1 - y0)
        count = max(1, round(length / (2 * dash_px)))
        for number in range(count):
            a, b = (number + 0.2) / count, (number + 0.75) / count
            yield [(x0 + a * (x1 - x0), y0 + a * (y1 - y0)), (x0 + b * (x1 - x0), y0 + b * (y1 - y0))]


def _label(pen: ImageDraw.ImageDraw, label: Label, scale: float) -> None:
    x0, y0, x1, y1 = (bound * scale for bound in label_box_px(label))
    font = ImageFont.truetype(str(font_path(BOLD)), size=max(1.0, text_size_px(label) * scale))
    pen.rounded_rectangle((x0, y0, x1, y1), radius=0.3 * label.height_px * scale, fill=BOX)
    for line, x, y in label_lines_px(label):
        pen.text((x * scale, y * scale), line, fill=COLOUR[label.role], font=font, anchor="mm")
