"""The film as SVG in film pixels: the picture, and every outline and line as an element with id and title."""

import base64
from xml.sax.saxutils import escape, quoteattr

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
from spondyl.clinic.report.overlay import BOX, COLOUR, WIDTH, grey_picture, png_bytes
from spondyl.clinic.result import FilmResult


def film_svg(
    result: FilmResult, *, longest_px: int = 1400, picture_href: str | None = None, id_prefix: str = ""
) -> str:
    """A complete ``<svg>`` element, its viewBox in film pixels (the first pixel's centre at 0, 0).

    The picture is embedded with its longer side at most ``longest_px``, or linked when ``picture_href`` is
    given. ``id_prefix`` keeps ids apart when two films lie on one page. Raises ValueError when the film was
    never decoded.
    """
    drawing = drawing_of(result)
    assert result.radiograph is not None  # drawing_of has raised otherwise
    href = picture_href or _data_uri(png_bytes(grey_picture(result.radiograph, longest_px=longest_px)))
    box = f"-0.5 -0.5 {drawing.columns} {drawing.rows}"
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{box}" role="img" '
        f"aria-labelledby={quoteattr(id_prefix + 'film-title')}>"
        f"<title id={quoteattr(id_prefix + 'film-title')}>{escape(drawing.description)}</title>"
        f'<image x="-0.5" y="-0.5" width="{drawing.columns}" height="{drawing.rows}" '
        f'preserveAspectRatio="none" href={quoteattr(href)}/>'
    )
    strokes = "".join(_stroke(stroke, drawing, id_prefix) for stroke in drawing.strokes)
    labels = "".join(_label(label) for label in drawing.labels)
    return f'{head}<g fill="none" stroke-linejoin="round">{strokes}</g>{labels}</svg>'


def _data_uri(png: bytes) -> str:
    return "data:image/png;base64," + base64.b64encode(png).decode("ascii")


def _stroke(stroke: Stroke, drawing: Drawing, id_prefix: str) -> str:
    width = drawing.line_px * WIDTH[stroke.role]
    tag = "polygon" if stroke.closed else "polyline"
    points = " ".join(f"{x:.2f},{y:.2f}" for x, y in stroke.points_px)
    dashes = f' stroke-dasharray="{7 * width:.1f} {5 * width:.1f}"' if stroke.role is Role.UNSURE else ""
    shape = f'<{tag} points="{points}"{dashes}'
    return (
        f"<g id={quoteattr(id_prefix + stroke.identifier)} class={quoteattr(stroke.role.value)}>"
        f"<title>{escape(stroke.title)}</title>"
        f'{shape} stroke="#000" stroke-width="{2.2 * width:.2f}"/>'
        f'{shape} stroke="{COLOUR[stroke.role]}" stroke-width="{width:.2f}"/></g>'
    )


def _label(label: Label) -> str:
    x0, y0, x1, y1 = label_box_px(label)
    size = text_size_px(label)
    texts = "".join(
        f'<text x="{x:.1f}" y="{y + 0.35 * size:.1f}" font-size="{size:.1f}" font-weight="bold" '
        f'font-family="DejaVu Sans, Verdana, sans-serif" text-anchor="middle" fill="{COLOUR[label.role]}">'
        f"{escape(line)}</text>"
        for line, x, y in label_lines_px(label)
    )
    return (
        f'<rect x="{x0:.1f}" y="{y0:.1f}" width="{x1 - x0:.1f}" height="{y1 - y0:.1f}" '
        f'rx="{0.3 * label.height_px:.1f}" fill="{BOX}"/>{texts}'
    )
