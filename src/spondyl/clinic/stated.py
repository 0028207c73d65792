"""Put what a person states about a film beside what its header says, and record it in the film's notes."""

from dataclasses import replace

from spondyl.anatomy import ImageSide, View
from spondyl.clinic.settings import StatedFacts
from spondyl.radiograph import FilmHeader, Radiograph, SpacingSource
from spondyl.radiograph.picture_checks import check_square


def with_stated_facts(radiograph: Radiograph, stated: StatedFacts) -> Radiograph:
    """The film with the stated view, side, spacing, age, sex and patient; each stated fact adds one note.

    A side that no film of this view can have on its left edge is not used, and the note says so. Raises
    :class:`FilmRefused` where one spacing is stated for pixels that the header says are not square.
    """
    if stated.spacing_mm and radiograph.spacing_mm:
        check_square(radiograph.spacing_mm[0] / radiograph.spacing_mm[1])
    view, side = stated.view or radiograph.view, stated.image_left
    return replace(
        radiograph,
        view=view,
        image_left=side if side is not None and side.fits(view) else radiograph.image_left,
        spacing_mm=(stated.spacing_mm,) * 2 if stated.spacing_mm else radiograph.spacing_mm,
        spacing_source=SpacingSource.STATED if stated.spacing_mm else radiograph.spacing_source,
        header=_header(radiograph.header, stated),
        notes=radiograph.notes + _notes(radiograph, stated) + _side_note(radiograph, side, view),
    )


def _side_note(radiograph: Radiograph, side: ImageSide | None, view: View) -> tuple[str, ...]:
    if side is None:
        return ()
    words, said = side.value.replace("_", " "), radiograph.image_left.value.replace("_", " ")
    if not side.fits(view):
        return (f"Left edge {words} was stated and not used: it fits no film of the view {view.value}.",)
    return (
        f"Left edge {words} was stated by the person who ran the measurement; the header says "
        f"{'nothing' if radiograph.image_left is ImageSide.UNKNOWN else said}.",
    )


def _header(header: FilmHeader, stated: StatedFacts) -> FilmHeader:
    return replace(
        header,
        age_years=header.age_years if stated.age_years is None else stated.age_years,
        sex=stated.sex or header.sex,
        patient_id=stated.patient_id or header.patient_id,
        patient_name=None if stated.patient_id else header.patient_name,
        birth_date=None if stated.patient_id else header.birth_date,
    )


def _notes(radiograph: Radiograph, stated: StatedFacts) -> tuple[str, ...]:
    header, spacing = radiograph.header, radiograph.spacing_mm
    facts = (
        ("View", stated.view and stated.view.value, radiograph.view.value),
        (
            "Pixel spacing",
            stated.spacing_mm and f"{stated.spacing_mm:g} mm",
            spacing and f"{spacing[0]:g} mm",
        ),
        ("Age", _years(stated.age_years), _years(header.age_years)),
        ("Sex", stated.sex, header.sex),
    )
    notes = tuple(
        f"{name} {value} was stated by the person who ran the measurement; the header says {said or 'nothing'}."
        for name, value, said in facts
        if value
    )
    return (*notes, _PSEUDONYM) if stated.patient_id else notes


_PSEUDONYM = (
    "The patient's identifier was stated by the person who ran the measurement and replaces the header's. "
    "The name and the day of birth in the header were left out with it."
)


def _years(age_years: float | None) -> str | None:
    return None if age_years is None else f"{age_years:g} years"
