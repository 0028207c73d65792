"""The reading of one film: its points, where they came from, how far a person has got with them."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import Any

from spondyl.anatomy import ImageSide, Landmarks, Level, LevelNames
from spondyl.anatomy.landmark_text import landmarks_from_json, landmarks_to_json
from spondyl.anatomy.levels import in_runs
from spondyl.assessment import Assessment
from spondyl.assessment.assess import assess, assess_values, names_right_p
from spondyl.assessment.calibration import Calibration
from spondyl.clinic.films.corrected import is_corrected, moved_levels
from spondyl.clinic.films.facts import FilmFacts
from spondyl.clinic.films.renamed import renamed, with_names_confirmed, words_of
from spondyl.clinic.films.stated_side import SIDE_WORDS, with_side
from spondyl.clinic.report.day_text import moment_text
from spondyl.clinic.report.signature import names_line
from spondyl.provenance import Confirmation, Provenance

POINTS_IN_MEMORY = 16
"""Of so many readings the points stay in memory, as they were read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One version of a film's reading.

    ``original`` is what the detector, a person or a landmark file said; ``placed`` where its points lie now, under the
    names of the original; ``renamed_by`` how many levels a person moved all names towards the feet. ``is_detected``
    says that the original is the detector's, whose intervals are calibrated as long as nobody moved anything.
    ``names_confirmed`` is who counted the levels and found the names that hold right. ``stated_left`` is what a person
    said lies on the picture's left edge, where the original does not say it. ``set_aside`` is another reading
    of the same film, in whose place this one stands.
    """

    original: Landmarks
    placed: Landmarks
    is_detected: bool
    renamed_by: int = 0
    names_confirmed: Confirmation | None = None
    stated_left: ImageSide | None = None
    set_aside: "Reading | None" = None

    def __post_init__(self) -> None:
        if self.original.levels != self.placed.levels:
            raise ValueError("A reading's points and original must name the same vertebrae.")
        renamed(self.placed, self.renamed_by, named_right_p=1.0)  # raises when no vertebra is left
        if self.set_aside is not None and self.set_aside.set_aside is not None:
            raise ValueError("Only one reading is set aside at a time.")

    @property
    def points(self) -> Landmarks:
        """What holds now, under the names that hold now.

        How sure the names are is what the original said: a moved corner says nothing about a name.
        """
        named_p = names_right_p(self.original)
        points = replace(self.placed, names=LevelNames(right_p=named_p))
        points = renamed(points, self.renamed_by, named_right_p=named_p)
        if self.stated_left is not None:
            points = with_side(points, self.stated_left)
        return points if self.names_confirmed is None else with_names_confirmed(points, self.names_confirmed)

    @property
    def moved(self) -> tuple[Level, ...]:
        """The vertebrae whose corners a person moved, under the names that hold now (the old one beyond C2 or S1)."""
        return tuple(one.moved(self.renamed_by) or one for one in moved_levels(self.original, self.placed))

    @property
    def is_corrected(self) -> bool:
        """True when a person moved anything, a corner or the names."""
        return self.renamed_by != 0 or is_corrected(self.original, self.placed)

    def origin_text(self, when: Callable[[datetime], str] = moment_text) -> str:
        """Where the points and their names came from, in words; ``when`` writes a moment."""
        found = "found by the detector" if self.is_detected else "marked by hand or given as a file"
        parts = [f"Landmarks {found}"]
        if is_corrected(self.original, self.placed):
            parts.append(f"{in_runs(self.moved) or 'femoral heads'} corrected by hand")
        if self.renamed_by:
            parts.append(f"levels renamed by hand ({words_of(self.placed.levels, self.renamed_by)})")
        if self.stated_left is not None:
            parts.append(f"left edge of the picture by hand: {SIDE_WORDS[self.stated_left]}")
        if self.names_confirmed is not None:
            line = names_line(self.names_confirmed, when)
            parts.append(f"{line[0].lower()}{line[1:]}")
        return "; ".join(parts)


def says_alike(one: Reading, other: Reading) -> bool:
    """Whether two readings of a film place every point alike, under the same names, with the same say about them and
    about the side of the picture."""
    named_alike = one.renamed_by == other.renamed_by and (one.names_confirmed is None) == (
        other.names_confirmed is None
    )
    same_side = one.stated_left is other.stated_left
    return named_alike and same_side and landmarks_to_json(one.placed) == landmarks_to_json(other.placed)


def assess_reading(reading: Reading, facts: FilmFacts, *, calibration: Calibration | None) -> Assessment:
    """Measure and judge the reading's points; the calibration holds only for untouched points of the detector."""
    return assess(reading.points, facts.context, calibration=_holding(reading, calibration))


def measure_reading(reading: Reading, facts: FilmFacts, *, calibration: Calibration | None) -> Assessment:
    """The same values without classifications and findings, quickly."""
    return assess_values(reading.points, facts.context, calibration=_holding(reading, calibration))


def _holding(reading: Reading, calibration: Calibration | None) -> Calibration | None:
    return calibration if reading.is_detected and not reading.is_corrected else None


def reading_json(reading: Reading) -> dict[str, Any]:
    """The reading as the body of a chart document; :func:`reading_from_json` gives it back.

    ``points`` bear the names that hold; ``placed`` (the same points under the names of the original, with the doubt
    about them and the side as the original knows it) is there when names were moved or confirmed or the side was
    stated, so that this can be taken back without losing anything.
    """
    body: dict[str, Any] = {
        "format": "spondyl-film-reading",
        "version": 1,
        "is_detected": reading.is_detected,
        "original": points_json(reading.original),
        "points": points_json(reading.points),
    }
    if reading.renamed_by:
        body["renamed_by"] = reading.renamed_by
    if reading.names_confirmed is not None:
        who = reading.names_confirmed
        body["names_confirmed"] = {"person": who.person, "at": who.at.isoformat()}
    if reading.stated_left is not None:
        body["stated_left"] = reading.stated_left.value
    if reading.renamed_by or reading.names_confirmed is not None or reading.stated_left is not None:
        body["placed"] = points_json(reading.placed)
    if reading.set_aside is not None:
        body["set_aside"] = reading_json(reading.set_aside)
    return body


def reading_from_json(saved: dict[str, Any]) -> Reading:
    """The reading that :func:`reading_json` wrote."""
    aside, named, left = (saved.get(key) for key in ("set_aside", "names_confirmed", "stated_left"))
    return Reading(
        original=points_from_json(saved["original"]),
        placed=points_from_json(saved.get("placed", saved["points"])),
        is_detected=saved["is_detected"],
        renamed_by=saved.get("renamed_by", 0),
        names_confirmed=None
        if named is None
        else Confirmation(person=named["person"], at=datetime.fromisoformat(named["at"])),
        stated_left=None if left is None else ImageSide(left),
        set_aside=None if aside is None else reading_from_json(aside),
    )


def points_json(landmarks: Landmarks) -> dict[str, Any]:
    """Landmarks with who made them; :func:`points_from_json` gives them back."""
    made = landmarks.provenance
    return {
        **landmarks_to_json(landmarks),
        "provenance": {"method": made.method, "inputs": list(made.inputs), "version": made.version},
    }


def points_from_json(saved: dict[str, Any]) -> Landmarks:
    """The landmarks that :func:`points_json` wrote. Their arrays cannot be written to."""
    return _points_of(json.dumps(saved))


@lru_cache(maxsize=POINTS_IN_MEMORY)
def _points_of(text: str) -> Landmarks:
    """By the whole text, so that nothing else can stand for it: a landmark that is dragged asks ten times a second."""
    made = json.loads(text)["provenance"]
    points = replace(
        landmarks_from_json(text, is_kept=True),
        provenance=Provenance(method=made["method"], inputs=tuple(made["inputs"]), version=made["version"]),
    )
    for array in (
        points.corners_px,
        points.confidence,
        points.corner_sd_px,
        points.femoral_heads_px,
        points.pedicles_px,
    ):
        array.flags.writeable = False
    return points
