"""A hundred people as dots, drawn so that it prints in black and white."""

from xml.sax.saxutils import escape

from markupsafe import Markup


def hundred_svg(better: int, said: str) -> Markup:
    """Ten rows of ten: full dots are people who were better, empty ones were not. ``said`` is read aloud."""
    dots = "".join(_dot(number, full=number < better) for number in range(100))
    return Markup(
        f'<svg viewBox="0 0 200 200" role="img" data-better="{better}"><title>{escape(said)}</title>{dots}</svg>'
    )


def _dot(number: int, *, full: bool) -> str:
    x, y = 10 + 20 * (number % 10), 10 + 20 * (number // 10)
    return f'<circle class="{"full" if full else "ring"}" cx="{x}" cy="{y}" r="7"/>'
