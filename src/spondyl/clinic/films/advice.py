"""Refusals in the words of the clinic's pages: the command line's advice names options that a page does not have."""

from typing import Any

from spondyl.clinic.chart.films import Film, FilmState
from spondyl.radiograph import Refusal

_GIVE_POINTS = (
    "A clinician can mark its vertebrae by hand. Or give a landmark file for this film below (JSON or CSV; how to make "
    "one: 'Own landmarks' in the handbook), or take another film."
)
_DO = {
    Refusal.LATERAL_NEEDS_LANDMARKS: _GIVE_POINTS,
    Refusal.NOT_A_SPINE_FILM: f"Look whether the right file was sent. {_GIVE_POINTS}",
    Refusal.SPINE_INCOMPLETE: f"Take a film that shows T1 to L5. {_GIVE_POINTS}",
    Refusal.LOW_CONFIDENCE: _GIVE_POINTS,
    Refusal.LANDMARKS_INVALID: "Correct the landmark file and give it again below, or mark the film by hand.",
    Refusal.FILE_MISSING: "Send the film again; if this stays, bring the data folder back from its backup.",
    Refusal.FILE_UNREADABLE: "Send the film again.",
    Refusal.INTERNAL_ERROR: "Tell the administrator the time of this message; the other films are not affected.",
    Refusal.TIME_LIMIT: "Export the film again, uncompressed if the X-ray unit can; a damaged file cannot be read.",
    Refusal.MEMORY_LIMIT: "Export the film again at a lower resolution.",
    Refusal.WORKER_DIED: "Send the film again; if it fails twice, export it anew from the X-ray unit.",
}


def refusal_words(refusal: dict[str, Any]) -> dict[str, str]:
    """What is wrong, why, and what to do on these pages."""
    by_code = {known.value: words for known, words in _DO.items()}
    do = by_code.get(refusal["code"], refusal["do"])
    words: dict[str, str] = {
        "code": refusal["code"],
        "what": refusal["what"],
        "why": refusal["why"],
        "do": str(do),
    }
    return words


def takes_landmarks(refusal: dict[str, Any]) -> bool:
    """True when a landmark file can help: the film itself was decoded."""
    helped = (
        Refusal.LATERAL_NEEDS_LANDMARKS,
        Refusal.NOT_A_SPINE_FILM,
        Refusal.SPINE_INCOMPLETE,
        Refusal.LOW_CONFIDENCE,
        Refusal.LANDMARKS_INVALID,
    )
    return refusal["code"] in {one.value for one in helped}


def may_be_marked(film: Film) -> bool:
    """True for a film that was decoded and then refused for want of landmarks."""
    return film.facts is not None and film.refusal is not None and takes_landmarks(film.refusal)


def may_be_marked_again(film: Film) -> bool:
    """True while nobody has accepted the film's landmarks: a person may mark them anew, or more of them.

    A landmark file with pedicles or stated errors is left to the program that made it: a page would lose those.
    """
    if film.state is not FilmState.MEASURED or film.reading_id is not None:
        return False
    given = film.given_landmarks
    return given is None or not any(
        "pedicles_px" in one or "corner_sd_px" in one for one in given["landmarks"]
    )


def was_detected(film: Film) -> bool:
    """True for a film whose landmarks the detector found."""
    return film.original is not None and film.given_landmarks is None
