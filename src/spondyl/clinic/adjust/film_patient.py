"""A simulated patient whose spine is that of a film: each segment as stiff as the twin built from its landmarks."""

from dataclasses import dataclass, replace
from pathlib import Path

from spondyl.biomechanics import MeasuredFilm, Segment, build_spine_model
from spondyl.clinic.adjust.patient import NORMAL_N_M, SimulatedPatient
from spondyl.clinic.measure_film import landmarks_for
from spondyl.radiograph import FilmRefused


@dataclass(frozen=True, slots=True, kw_only=True)
class FilmOfPatient:
    """A film and the file of its landmarks."""

    film: Path
    landmarks: Path


def with_film(patient: SimulatedPatient, files: FilmOfPatient, segments: tuple[str, ...]) -> SimulatedPatient:
    """The patient on the film's spine; what was drawn (stiff, sore, skin) stays on top of it.

    Raises ValueError for a film that cannot be placed in space or does not show a segment of the session.
    """
    film = _measured(files)
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
    return replace(patient, tissues=tissues)


def _measured(files: FilmOfPatient) -> MeasuredFilm:
    from spondyl.radiograph.read import FilmReader

    try:
        with FilmReader() as reader:
            film = reader.read(files.film)
        landmarks = landmarks_for(film, files.landmarks)
    except FilmRefused as error:
        raise ValueError(str(error)) from error
    if film.spacing_mm is None:
        raise ValueError(
            f"{files.film.name} does not say how large a pixel is, so no spine can be built from it."
        )
    return MeasuredFilm(landmarks=landmarks, spacing_mm=film.spacing_mm)
