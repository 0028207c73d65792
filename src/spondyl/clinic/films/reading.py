"""The reading of one film: its points, where they came from, how far a person has got with them."""

import json
from dataclasses import dataclass, replace
from typing import Any

from spondyl.anatomy import Landmarks
from spondyl.anatomy.landmark_text import landmarks_from_json, landmarks_to_json
from spondyl.assessment import Assessment
from spondyl.assessment.assess import assess, assess_values
from spondyl.assessment.calibration import Calibration
from spondyl.clinic.films.corrected import is_corrected, moved_levels
from spondyl.clinic.films.facts import FilmFacts
from spondyl.provenance import Provenance


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One version of a film's reading.

    ``original`` is what the detector, a person or a landmark file said; ``points`` what holds now. ``is_detected``
    says that the original is the detector's, whose intervals are calibrated as long as nobody moved a point.
    """

    original: Landmarks
    points: Landmarks
    is_detected: bool

    def __post_init__(self) -> None:
        if self.original.levels != self.points.levels:
            raise ValueError("A reading's points and original must name the same vertebrae.")

    @property
    def is_corrected(self) -> bool:
        """True when a person moved anything."""
        return is_corrected(self.original, self.points)

    @property
    def origin_text(self) -> str:
        """Where the points came from, in words."""
        found = "found by the detector" if self.is_detected else "marked by hand or given as a file"
        moved = ", ".join(level.value for level in moved_levels(self.original, self.points))
        if self.is_corrected:
            return f"Landmarks {found}; {moved or 'femoral heads'} corrected by hand"
        return f"Landmarks {found}"


def assess_reading(reading: Reading, facts: FilmFacts, *, calibration: Calibration | None) -> Assessment:
    """Measure and judge the reading's points; the calibration holds only for untouched points of the detector."""
    return assess(reading.points, facts.context, calibration=_holding(reading, calibration))


def measure_reading(reading: Reading, facts: FilmFacts, *, calibration: Calibration | None) -> Assessment:
    """The same values without classifications and findings, quickly."""
    return assess_values(reading.points, facts.context, calibration=_holding(reading, calibration))


def _holding(reading: Reading, calibration: Calibration | None) -> Calibration | None:
    return calibration if reading.is_detected and not reading.is_corrected else None


def reading_json(reading: Reading) -> dict[str, Any]:
    """The reading as the body of a chart document; :func:`reading_from_json` gives it back."""
    return {
        "format": "spondyl-film-reading",
        "version": 1,
        "is_detected": reading.is_detected,
        "original": points_json(reading.original),
        "points": points_json(reading.points),
    }


def reading_from_json(saved: dict[str, Any]) -> Reading:
    """The reading that :func:`reading_json` wrote."""
    return Reading(
        original=points_from_json(saved["original"]),
        points=points_from_json(saved["points"]),
        is_detected=saved["is_detected"],
    )


def points_json(landmarks: Landmarks) -> dict[str, Any]:
    """Landmarks with who made them; :func:`points_from_json` gives them back."""
    made = landmarks.provenance
    return {
        **landmarks_to_json(landmarks),
        "provenance": {"method": made.method, "inputs": list(made.inputs), "version": made.version},
    }


def points_from_json(saved: dict[str, Any]) -> Landmarks:
    """The landmarks that :func:`points_json` wrote."""

    made = saved["provenance"]
    return replace(
        landmarks_from_json(json.dumps(saved)),
        provenance=Provenance(method=made["method"], inputs=tuple(made["inputs"]), version=made["version"]),
    )
