"""One film: read it, find or take its landmarks, assess them."""

import logging
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from spondyl.anatomy import Landmarks, View
from spondyl.anatomy.landmarks import FloatArray
from spondyl.anatomy.marked_film import MarkedFilm
from spondyl.assessment import Assessment
from spondyl.assessment.assess import assess
from spondyl.assessment.calibration import Calibration
from spondyl.assessment.quantity import FilmContext
from spondyl.assessment.representative import representative
from spondyl.clinic.landmark_file import read_landmarks_of
from spondyl.clinic.report.signature import signed
from spondyl.clinic.result import FilmResult
from spondyl.clinic.settings import Settings
from spondyl.clinic.stated import with_stated_facts
from spondyl.radiograph import FilmRefused, Radiograph, Refusal, printable
from spondyl.radiograph.abstain import check_view

log = logging.getLogger(__name__)

OUTSIDE_MARGIN = 0.1
"""How far outside the picture a marked point may lie, as a share of the picture's size: cut-off vertebrae."""


class Reader(Protocol):
    """What reads a film: :class:`spondyl.radiograph.read.FilmReader`."""

    def read(self, path: Path, /) -> Radiograph:
        """Decode one film, or raise FilmRefused."""
        ...


class SpineDetector(Protocol):
    """What finds vertebrae: :class:`spondyl.radiograph.detector.Detector`."""

    @property
    def model_id(self) -> str:
        """Name and digest of the weights."""
        ...

    def detect(self, radiograph: Radiograph, /) -> Landmarks:
        """Landmarks of an AP film, or FilmRefused with the reason."""
        ...

    def calibration_json(self) -> dict[str, Any] | None:
        """The calibration of the intervals that ships with the weights."""
        ...


def measure_film(
    path: Path, *, reader: Reader, detector: SpineDetector, settings: Settings, landmarks: Path | None = None
) -> FilmResult:
    """Measure one film. Every expected failure is a refusal in the result; a fault of our own is one too, and logged.

    ``landmarks`` is a landmark file to use instead of the detector. A landmark file that merely lies beside the film is
    never used.
    """
    radiograph: Radiograph | None = None
    points: Landmarks | None = None
    assessment: Assessment | None = None
    refusal: FilmRefused | None = None
    try:
        radiograph = with_stated_facts(reader.read(path), settings.stated)
        points = _landmarks_of(radiograph, detector, landmarks)
        assessment = assess(
            points, _context(radiograph), calibration=None if landmarks else _calibration(detector)
        )
    except FilmRefused as reason:
        refusal = reason
    except MissingModelError:
        raise
    except Exception as error:
        log.exception("Spondyl failed on %s", path)
        refusal = internal_error(error)
    result = FilmResult(
        film=printable(str(path)),
        radiograph=radiograph,
        landmarks=points,
        assessment=assessment,
        refusal=refusal,
    )
    return signed(result, settings.signature) if settings.signature and assessment else result


class MissingModelError(Exception):
    """The detector's weights are missing or damaged: no film can be measured, so the run stops."""


def internal_error(error: Exception) -> FilmRefused:
    """The refusal of a film on which Spondyl itself failed."""
    return FilmRefused(
        Refusal.INTERNAL_ERROR,
        what="Spondyl failed on this film.",
        why=f"This is a fault in the software: {type(error).__name__}: {error}.",
        do="Please report it with the film's header; the other films are not affected.",
    )


def _landmarks_of(radiograph: Radiograph, detector: SpineDetector, file: Path | None) -> Landmarks:
    if file is None:
        check_view(radiograph.view)  # before the detector, which loads its model at its first film
        return representative(detector.detect(radiograph), _context(radiograph))
    return landmarks_for(radiograph, file)


def landmarks_for(radiograph: Radiograph, file: Path) -> Landmarks:
    """The landmarks in ``file``; raises FilmRefused when it is invalid or not for this film.

    Where the file does not say what lies on the picture's left edge, the film does, if it knows.
    """
    landmarks, marked = read_landmarks_of(file)
    _check_film(marked, radiograph, file)
    _check_they_belong(landmarks, radiograph, file)
    return landmarks.on_film(radiograph.image_left)


def _check_film(marked: MarkedFilm, radiograph: Radiograph, file: Path) -> None:
    rows, columns = radiograph.pixels.shape
    why = marked.why_not(sha256=radiograph.sha256, rows=rows, columns=columns)
    if why is not None:
        raise FilmRefused(
            Refusal.LANDMARKS_INVALID,
            what=f"The landmark file {file.name} does not fit this film.",
            why=why,
            do="Give the film's own file; where you know that the points are right, take the key out of the file.",
        )


def _check_they_belong(landmarks: Landmarks, radiograph: Radiograph, file: Path) -> None:
    film_view, marked_view = radiograph.view, landmarks.view
    if View.UNKNOWN not in (film_view, marked_view) and film_view.is_coronal != marked_view.is_coronal:
        raise FilmRefused(
            Refusal.LANDMARKS_INVALID,
            what=f"The landmark file {file.name} does not fit this film.",
            why=f"It is for a {marked_view.value} film, and this film is {film_view.value}.",
            do="Give the right file, or state the view with --view when the film's header is wrong.",
        )
    sides = radiograph.image_left, landmarks.image_left
    if sides[0].contradicts(sides[1]):
        film_side, marked_side = (side.value.replace("_", " ") for side in sides)
        raise FilmRefused(
            Refusal.LANDMARKS_INVALID,
            what=f"The landmark file {file.name} does not fit this film.",
            why=f"It says that the left of the picture is {marked_side}, and this film says {film_side}.",
            do="Look at the film and correct the side in the file, or in the film's header if that is wrong.",
        )
    size = np.array(radiograph.pixels.shape[::-1], dtype=np.float64)
    margin = OUTSIDE_MARGIN * size
    marked = _points_of(landmarks)
    if ((marked < -margin) | (marked > size + margin)).any():
        raise FilmRefused(
            Refusal.LANDMARKS_INVALID,
            what=f"The landmark file {file.name} does not fit this film.",
            why=f"Some points lie far outside its {size[0]:.0f} x {size[1]:.0f} pixels.",
            do="Mark the film in its own pixels, at its full size.",
        )


def _points_of(landmarks: Landmarks) -> FloatArray:
    """Every point (n, 2) that was given: corners, pedicles and the centres of the femoral heads."""
    groups = landmarks.corners_px, landmarks.pedicles_px, landmarks.femoral_heads_px[:, :2]
    points = np.concatenate([group.reshape(-1, 2) for group in groups])
    return points[np.isfinite(points).all(axis=1)]


def _context(radiograph: Radiograph) -> FilmContext:
    rows, columns = radiograph.pixels.shape
    return FilmContext(
        rows=rows,
        columns=columns,
        spacing_mm=radiograph.spacing_mm,
        spacing_at_patient=radiograph.spacing_source.is_at_patient,
        age_years=radiograph.header.age_years,
        sex=radiograph.header.sex,
    )


def _calibration(detector: SpineDetector) -> Calibration | None:
    saved = detector.calibration_json()
    return None if saved is None else Calibration.from_dict(saved)
