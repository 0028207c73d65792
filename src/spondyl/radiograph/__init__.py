"""Read a film, find its vertebrae, make synthetic films of known geometry."""

from spondyl.radiograph.digest import pixel_digest
from spondyl.radiograph.errors import FilmRefused, Refusal
from spondyl.radiograph.film import FilmHeader, Radiograph, SpacingSource
from spondyl.radiograph.folder import film_paths
from spondyl.radiograph.limits import DecodeLimits
from spondyl.radiograph.printable import printable
from spondyl.radiograph.read import FilmReader, read_film

__all__ = [
    "DecodeLimits",
    "FilmHeader",
    "FilmReader",
    "FilmRefused",
    "Radiograph",
    "Refusal",
    "SpacingSource",
    "film_paths",
    "pixel_digest",
    "printable",
    "read_film",
]
