"""Whether films are all of one patient: asked before what is stated about one person is written on all of them."""

from collections.abc import Sequence
from pathlib import Path

from spondyl.clinic.measure_film import Reader
from spondyl.radiograph import FilmHeader, FilmRefused, printable


def why_not_one_patient(films: Sequence[Path], reader: Reader) -> str | None:
    """A sentence that names two films which are not, by their headers, of one patient; None where all are.

    Films that cannot be read are passed over: nothing is written on them.
    """
    first: tuple[Path, str] | None = None
    for film in films if len(films) > 1 else ():
        try:
            patient = _patient(reader.read(film).header)
        except FilmRefused:
            continue
        if patient is None:
            return printable(f"{film} does not say whose it is.")
        if first is not None and patient != first[1]:
            return printable(f"{first[0]} and {film} name different patients.")
        first = first or (film, patient)
    return None


def _patient(header: FilmHeader) -> str | None:
    """Whom the header names: by the identifier, else by the name."""
    return header.patient_id or header.written_name
