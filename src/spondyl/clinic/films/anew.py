"""A film that was read already is marked anew by hand: both readings are kept, one of them holds."""

import json
import math
from dataclasses import replace
from typing import Any

from spondyl.anatomy import Landmarks, View
from spondyl.anatomy.landmark_text import LandmarkTextError, landmarks_from_json
from spondyl.anatomy.marked_film import MarkedFilm, marked_film
from spondyl.clinic.films.corrected import check_inside
from spondyl.clinic.films.facts import FilmFacts
from spondyl.clinic.films.reading import Reading


def marked_anew(reading: Reading, facts: FilmFacts, *, given: dict[str, Any]) -> Reading:
    """A reading of the landmarks that a person gave (a landmark file's body), with the detector's set aside.

    Raises LandmarkTextError for landmarks that are no spine, or not of this film.
    """
    text = json.dumps(given)
    points = landmarks_from_json(text)
    _check_film(marked_film(text), facts)
    _check_view(points, facts)
    _check_side(points, facts)
    points = points.on_film(facts.image_left)
    check_inside(facts, [(x, y) for x, y in points.corners_px.reshape(-1, 2).tolist() if not math.isnan(x)])
    before = reading if reading.is_detected else reading.set_aside or reading
    return Reading(
        original=points, placed=points, is_detected=False, set_aside=replace(before, set_aside=None)
    )


def exchanged(reading: Reading) -> Reading:
    """The reading that was set aside in the place of this one. Raises LookupError when none was."""
    other = reading.set_aside
    if other is None:
        raise LookupError("This film has one reading only: nothing to go back to.")
    return replace(other, set_aside=replace(reading, set_aside=None))


def by_hand(reading: Reading) -> Landmarks | None:
    """What a person marked on this film, be it what holds now or what is set aside; None for none."""
    if not reading.is_detected:
        return reading.points
    return None if reading.set_aside is None else by_hand(reading.set_aside)


def other_text(reading: Reading) -> str | None:
    """How a page names the reading that is set aside."""
    if reading.set_aside is None:
        return None
    return "the detector's points" if reading.set_aside.is_detected else "the points marked by hand"


def _check_film(marked: MarkedFilm, facts: FilmFacts) -> None:
    why = marked.why_not(sha256=facts.sha256, rows=facts.rows, columns=facts.columns)
    if why is not None:
        raise LandmarkTextError(
            where="the file",
            what="it is not for this film.",
            why=why,
            do="Give the points of this film.",
        )


def _check_view(points: Landmarks, facts: FilmFacts) -> None:
    known = View.UNKNOWN not in (facts.view, points.view)
    if known and facts.view.is_coronal != points.view.is_coronal:
        raise LandmarkTextError(
            where="the points",
            what=f"they are for a {points.view.value} film.",
            why=f"This film is {facts.view.value}.",
            do="Give the points of this film.",
        )


def _check_side(points: Landmarks, facts: FilmFacts) -> None:
    sides = facts.image_left, points.image_left
    if sides[0].contradicts(sides[1]):
        film_side, marked_side = (side.value.replace("_", " ") for side in sides)
        raise LandmarkTextError(
            where="the points",
            what=f"they say that the left of the picture is {marked_side}.",
            why=f"This film says that it is {film_side}.",
            do="Look at the film and correct the side of the points, or of the film's header if that is wrong.",
        )
