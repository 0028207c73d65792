"""The one typeface of every picture and page, shipped with the package."""

from functools import cache
from importlib.resources import files
from pathlib import Path

REGULAR = "DejaVuSans.ttf"
BOLD = "DejaVuSans-Bold.ttf"


@cache
def font_path(name: str) -> Path:
    """Where the TrueType file of that name lies."""
    return Path(str(files("spondyl.clinic.report") / "fonts" / name))
