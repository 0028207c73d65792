"""A decoded film: display pixels with their view, side, spacing and where each of these came from."""

from dataclasses import dataclass
from datetime import date
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from spondyl.anatomy import ImageSide, View
from spondyl.provenance import Provenance


class SpacingSource(Enum):
    """How the pixel spacing is known. NONE means: angles and ratios only, millimetres are refused by name."""

    PIXEL_SPACING_CALIBRATED = "PixelSpacing, calibrated"
    PIXEL_SPACING = "PixelSpacing"
    IMAGER_PIXEL_SPACING_CORRECTED = "ImagerPixelSpacing corrected by magnification"
    IMAGER_PIXEL_SPACING = "ImagerPixelSpacing, at the detector (not corrected for magnification)"
    STATED = "stated by the person who ran the measurement"
    NONE = "none"

    @property
    def is_at_patient(self) -> bool | None:
        """False where the spacing is the detector's, which magnification makes too large; None where nobody says."""
        if self is SpacingSource.PIXEL_SPACING:
            return None
        return self is not SpacingSource.IMAGER_PIXEL_SPACING


@dataclass(frozen=True, slots=True, kw_only=True)
class FilmHeader:
    """What the header says about the examination; None where it says nothing. Never guessed."""

    patient_id: str | None = None
    patient_name: str | None = None
    sex: str | None = None
    age_years: float | None = None
    study_date: date | None = None
    study_instance_uid: str | None = None
    series_instance_uid: str | None = None
    sop_class_uid: str | None = None
    modality: str | None = None
    birth_date: date | None = None
    accession_number: str | None = None
    study_id: str | None = None
    study_time: str | None = None
    referring_physician: str | None = None

    @property
    def name_groups(self) -> tuple[str, ...]:
        """The spellings of the name that hold a letter: alphabetic, ideographic, phonetic (DICOM PS3.5, 6.2.1)."""
        groups = (self.patient_name or "").split("=")
        return tuple(group for group in groups if group.replace("^", " ").strip())

    @property
    def written_name(self) -> str | None:
        """The first spelling as words, family name first; None where the header holds none."""
        return " ".join(self.name_groups[0].replace("^", " ").split()) if self.name_groups else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Radiograph:
    """One film, ready to be shown and measured.

    * ``pixels``: (rows, columns) uint8 or uint16 display values after rescale, window and polarity: bright is dense.
    * ``spacing_mm``: (row, column) distance of pixel centres in millimetres, or None when unknown.
    * ``frame``: text naming the coordinate frame of every point on this film.
    * ``sha256``: digest of ``pixels`` (dtype, shape and bytes): the key of every result.
    * ``notes``: what a reader should know (a view missing from the header, a burnt-in annotation flag, a VOI choice).
    """

    pixels: NDArray[np.uint8] | NDArray[np.uint16]
    spacing_mm: tuple[float, float] | None
    spacing_source: SpacingSource
    view: View
    image_left: ImageSide
    sop_uid: str | None
    sha256: str
    header: FilmHeader
    provenance: Provenance
    notes: tuple[str, ...] = ()
    frame: str = "pixels: x right, y down, origin at the centre of the top-left pixel"

    def __post_init__(self) -> None:
        if self.pixels.ndim != 2 or self.pixels.size == 0:
            raise ValueError(f"A film is one grey picture (rows, columns); got shape {self.pixels.shape}.")
        if (self.spacing_mm is None) != (self.spacing_source is SpacingSource.NONE):
            raise ValueError("spacing_mm and spacing_source disagree: give both or neither.")
