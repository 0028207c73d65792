"""When the detector refuses: not an AP spine film, a lateral one, part of the spine missing, or too unsure.

Thresholds come with the weights (model.json); how they were set is in training/RESULTS.md.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spondyl.anatomy import AP_LEVELS, View
from spondyl.radiograph.errors import FilmRefused, Refusal
from spondyl.radiograph.plausible import implausible

F64 = NDArray[np.float64]

AP, LATERAL, OTHER = 0, 1, 2
"""Film classes of the locator, in the order of its output."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What a decision rests on: ``film_p`` (3,) class probabilities; ``seen`` and ``mass`` (17,) of the locator; the
    corners (17, 4, 2) in film px; the film's ``shape`` (rows, columns)."""

    film_p: F64
    seen: F64
    mass: F64
    corners_px: F64
    shape: tuple[int, ...]


def check_view(view: View) -> None:
    """Refuse a film whose header already says that it is lateral."""
    if view is View.LATERAL:
        raise _lateral("This is a lateral film.")


def check_picture(film_p: F64, thresholds: Mapping[str, float], *, stated: View = View.UNKNOWN) -> None:
    """Refuse a picture that is no AP spine film by the locators' class probabilities (3,), before it is read closely;
    one whose header states AP is never called lateral."""
    if film_p[AP] < thresholds["film"]:
        if film_p[LATERAL] > film_p[OTHER] and not stated.is_coronal:
            raise _lateral("This picture looks like a lateral film.")
        raise _no_spine("The picture does not look like an AP film of the whole spine.")


def check_film(evidence: Evidence, thresholds: Mapping[str, float], *, stated: View = View.UNKNOWN) -> None:
    """Refuse what is no whole AP spine film."""
    check_picture(evidence.film_p, thresholds, stated=stated)
    missing = [
        level.value for level, p in zip(AP_LEVELS, evidence.seen, strict=True) if p < thresholds["seen"]
    ]
    if len(missing) > len(AP_LEVELS) // 2:
        raise _no_spine("No chain of vertebrae from T1 to L5 was found.")
    if missing or _outside(evidence):
        raise _incomplete(missing)
    if float(evidence.mass.mean()) < thresholds["mass"]:
        raise _no_spine("The vertebrae found do not form a chain that can be trusted.")
    reason = implausible(evidence.corners_px)
    if reason is not None:
        raise _no_spine(f"What was found cannot be a spine from T1 to L5: {reason}.")


def check_confidence(confidence: F64, thresholds: Mapping[str, float]) -> None:
    """Refuse a film on which too few vertebrae are found with confidence."""
    unsure = int((confidence < 0.5).sum())
    if unsure > thresholds["unsure_levels"]:
        raise FilmRefused(
            Refusal.LOW_CONFIDENCE,
            what=f"{unsure} of {len(confidence)} vertebrae were found with a confidence under 0.5.",
            why="Angles between vertebrae that may be misplaced would be believed.",
            do="Place the landmarks by hand in a landmark file and measure with --landmarks FILE.",
        )


def _outside(evidence: Evidence) -> bool:
    rows, cols = evidence.shape[:2]
    centres = evidence.corners_px.mean(1)
    return bool(((centres < 0) | (centres > np.array([cols - 1, rows - 1]))).any())


def _lateral(what: str) -> FilmRefused:
    return FilmRefused(
        Refusal.LATERAL_NEEDS_LANDMARKS,
        what=what,
        why="Vertebrae are found automatically on AP films only.",
        do="Give a landmark file with --landmarks FILE (docs/how-to/own-landmarks.md).",
    )


def _no_spine(what: str) -> FilmRefused:
    return FilmRefused(
        Refusal.NOT_A_SPINE_FILM,
        what=what,
        why="The detector reads AP films that show T1 to L5 and nothing else.",
        do="Check the file; if it is such a film, place the landmarks by hand and use --landmarks FILE.",
    )


def _incomplete(missing: list[str]) -> FilmRefused:
    named = ", ".join(missing) if missing else "the first or the last level"
    return FilmRefused(
        Refusal.SPINE_INCOMPLETE,
        what=f"Part of the spine cannot be seen: {named}.",
        why="The largest angle may lie where the film ends, so no angle of the visible part is reported as the film's.",
        do="Use a film that shows T1 to L5, or place the visible landmarks by hand and use --landmarks FILE.",
    )
