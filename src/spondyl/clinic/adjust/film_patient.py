"""A simulated patient whose spine is that of a film: each segment as stiff as the twin built from its landmarks."""

from dataclasses import dataclass, replace
from pathlib import Path

from spondyl.biomechanics import MeasuredFilm, Segment, build_spine_model
from spondyl.clinic.adjust.patient import NORMAL_N_M, SimulatedPatient
from spondyl.clinic.measure_film import landmarks_for
from spondyl.radiograph import FilmRefused, Radiograph

UNKNOWN = ", not known whether corrected for magnification"


@dataclass(frozen=True, slots=True, kw_only=True)
class FilmOfPatient:
    """A film and the file of its landmarks."""

    film: Path
    landmarks: Path


def with_film(patient: SimulatedPatient, files: FilmOfPatient, segments: tuple[str, ...]) -> SimulatedPatient:
    """The patient on the film's spine; what was drawn (stiff, sore, skin) stays on top of it.

    Raises ValueError for a film that cannot be placed in space, whose millimetres are those at the detector, or that
    does not show a segment of the session.
    """
    film, scale = _measured(files)
    model = build_spine_model((film,))
    missing = [name for name in segments if Segment(name) not in model.geometry.measured]
    if missing:
        raise ValueError(
            f"{files.landmarks.name} does not mark {', '.join(missing)}. Leave these out with --segments."
        )
    stiffness_n_m = {one.value: 1e3 * model.static_stiffness_n_mm(one) for one in Segment}
    tissues = {
        name: replace(tissue, stiffness_n_m=tissue.stiffness_n_m / NORMAL_N_M * stiffness_n_m[name])
        for name, tissue in patient.tissues.items()
    }
    return replace(patient, tissues=tissues, spine=f"the spine of a film ({scale})")


def _measured(files: FilmOfPatient) -> tuple[MeasuredFilm, str]:
    """The film for the twin, and where its millimetres come from."""
    from spondyl.radiograph.read import FilmReader

    try:
        with FilmReader() as reader:
            film = reader.read(files.film)
        landmarks = landmarks_for(film, files.landmarks)
    except FilmRefused as error:
        raise ValueError(str(error)) from error
    spacing_mm = _spacing_at_patient(film, files.film.name)
    return MeasuredFilm(landmarks=landmarks, spacing_mm=spacing_mm), _scale(film)


def _spacing_at_patient(film: Radiograph, name: str) -> tuple[float, float]:
    if film.spacing_mm is None:
        raise ValueError(f"{name} does not say how large a pixel is, so no spine can be built from it.")
    if film.spacing_source.is_at_patient is False:
        raise ValueError(
            f"{name} gives its pixels at the detector only (ImagerPixelSpacing) and no magnification, so a spine built "
            "from it would be too large. Take a film that gives the magnification or a calibrated PixelSpacing."
        )
    return film.spacing_mm


def _scale(film: Radiograph) -> str:
    unknown = film.spacing_source.is_at_patient is None
    return f"scale: {film.spacing_source.value}{UNKNOWN if unknown else ''}"
