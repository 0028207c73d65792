"""What the chart keeps of a decoded film besides its file: everything about it but the pixels."""

from dataclasses import dataclass
from typing import Any

from spondyl.anatomy import ImageSide, View
from spondyl.assessment.quantity import FilmContext
from spondyl.clinic.report.day_text import day_text
from spondyl.radiograph import FilmHeader, Radiograph, SpacingSource
from spondyl.radiograph.film_message import film_message, header_from_message


@dataclass(frozen=True, slots=True, kw_only=True)
class FilmFacts:
    """One decoded film without its pixels; ``sha256`` is that of the pixels."""

    rows: int
    columns: int
    spacing_mm: tuple[float, float] | None
    spacing_source: SpacingSource
    view: View
    image_left: ImageSide
    sop_uid: str | None
    sha256: str
    header: FilmHeader
    notes: tuple[str, ...]

    @property
    def context(self) -> FilmContext:
        """What a measurement needs to know besides the points."""
        return FilmContext(
            rows=self.rows,
            columns=self.columns,
            spacing_mm=self.spacing_mm,
            spacing_at_patient=self.spacing_source.is_at_patient,
            age_years=self.header.age_years,
            sex=self.header.sex,
        )


def film_name(facts: FilmFacts) -> str:
    """``AP film of 2 March 2026``."""
    day = facts.header.study_date
    view = facts.view.value if facts.view.value != "UNKNOWN" else "Spine"
    view = "Lateral" if view == "LATERAL" else view
    return f"{view} film{f' of {day_text(day)}' if day else ', date unknown'}"


def facts_json(film: Radiograph) -> dict[str, Any]:
    """The facts as plain JSON values; :func:`facts_from_json` gives them back."""
    message, _ = film_message(film)
    return message


def facts_from_json(saved: dict[str, Any]) -> FilmFacts:
    """The facts that :func:`facts_json` wrote."""
    spacing_mm = saved["spacing_mm"]
    rows, columns = saved["shape"]
    return FilmFacts(
        rows=rows,
        columns=columns,
        spacing_mm=None if spacing_mm is None else (float(spacing_mm[0]), float(spacing_mm[1])),
        spacing_source=SpacingSource[saved["spacing_source"]],
        view=View[saved["view"]],
        image_left=ImageSide[saved["image_left"]],
        sop_uid=saved["sop_uid"],
        sha256=saved["sha256"],
        header=header_from_message(saved["header"]),
        notes=tuple(saved["notes"]),
    )
