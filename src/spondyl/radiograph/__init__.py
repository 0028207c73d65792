"""Read a film, find its vertebrae, make synthetic films of known geometry."""

from spondyl.radiograph.errors import FilmRefused, Refusal
from spondyl.radiograph.film import FilmHeader, Radiograph, SpacingSource

__all__ = ["FilmHeader", "FilmRefused", "Radiograph", "Refusal", "SpacingSource"]
