"""The film and its drawing on a PDF page: the picture as pixels, the lines and names as vectors and text."""

from typing import TYPE_CHECKING

from spondyl.clinic.report.drawing import (
    Drawing,
    Label,
    Role,
    Stroke,
    drawing_of,
    label_box_px,
    label_lines_px,
    text_size_px,
)
from spondyl.clinic.report.overlay import BOX, COLOUR, WIDTH, grey_picture
from spondyl.clinic.report.pdf_style import printable, register_fonts
from spondyl.clinic.result import FilmResult

if TYPE_CHECKING:
    from reportlab.pdfgen.canvas import Canvas

Box = tuple[float, float, float, float]


def draw_film(canvas: "Canvas", result: FilmResult, *, box: Box, longest_px: int = 1400) -> None:
    """Fit the film into ``box`` (x, y, width, height in points, y up), at its top left.

    Raises ValueError when the film was never decoded.
    """
    from reportlab.lib.utils import ImageReader

    drawing = drawing_of(result)
    assert result.radiograph is not None  # drawing_of has raised otherwise
    register_fonts()
    x, y, width, height = box
    scale = min(width / drawing.columns, height / drawing.rows)
    picture = ImageReader(grey_picture(result.radiograph, longest_px=longest_px))
    canvas.saveState()
    canvas.translate(x, y + height)
    canvas.scale(scale, scale)
    canvas.drawImage(picture, 0, -drawing.rows, drawing.columns, drawing.rows)
    for stroke in drawing.strokes:
        _stroke(canvas, stroke, drawing)
    for label in drawing.labels:
        _label(canvas, label)
    canvas.restoreState()


def _stroke(canvas: "Canvas", stroke: Stroke, drawing: Drawing) -> None:
    width = drawing.line_px * WIDTH[stroke.role]
    path = canvas.beginPath()
    first, *rest = [(x + 0.5, -(y + 0.5)) for x, y in stroke.points_px]
    path.moveTo(*first)
    for point in rest:
        path.lineTo(*point)
    if stroke.closed:
        path.close()
    canvas.setDash([7 * width, 5 * width] if stroke.role is Role.UNSURE else [])
    for colour, factor in (("#000000", 2.2), (COLOUR[stroke.role], 1.0)):
        canvas.setStrokeColor(colour)
        canvas.setLineWidth(factor * width)
        canvas.drawPath(path, stroke=1, fill=0)


def _label(canvas: "Canvas", label: Label) -> None:
    x0, y0, x1, y1 = label_box_px(label)
    size = text_size_px(label)
    canvas.setFillColor(BOX)
    canvas.roundRect(x0, -y1, x1 - x0, y1 - y0, 0.3 * label.height_px, stroke=0, fill=1)
    canvas.setFillColor(COLOUR[label.role])
    canvas.setFont("DejaVuSans-Bold", size)
    for line, x, y in label_lines_px(label):
        canvas.drawCentredString(x, -y - 0.35 * size, printable(line))
