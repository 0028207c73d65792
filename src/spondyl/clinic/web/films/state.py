"""What the viewer is told about a film, as JSON."""

from typing import Any

from spondyl.anatomy import ImageSide
from spondyl.anatomy.levels import in_runs
from spondyl.assessment.assess import names_right_p, unsure_levels
from spondyl.clinic.chart.films import Film
from spondyl.clinic.chart.people import Person
from spondyl.clinic.films.desk import Desk, Status, accepted_of, name_of
from spondyl.clinic.films.facts import film_name
from spondyl.clinic.films.known_facts import facts_of
from spondyl.clinic.films.owner import owner_warning
from spondyl.clinic.films.reading import Reading
from spondyl.clinic.films.report_files import NAMES
from spondyl.clinic.films.stated_side import SIDE_WORDS, sides_of
from spondyl.clinic.films.viewer_json import points_to_viewer
from spondyl.clinic.web.clinic_words import ClinicWords
from spondyl.clinic.web.viewer import Viewer

_SIDES = {
    ImageSide.PATIENT_LEFT: ("Patient's left", "Patient's right"),
    ImageSide.PATIENT_RIGHT: ("Patient's right", "Patient's left"),
    ImageSide.ANTERIOR: ("Front", "Back"),
    ImageSide.POSTERIOR: ("Back", "Front"),
    ImageSide.UNKNOWN: ("Side unknown", "Side unknown"),
}


def film_state(
    desk: Desk,
    assessed: dict[str, Any],
    *,
    viewer: Viewer,
    words: ClinicWords,
    person: Person | None,
    earlier: list[Film],
) -> dict[str, Any]:
    """Everything that the viewer's page needs except the pixels."""
    return {
        "film": _picture(desk),
        "points": points_to_viewer(desk.reading),
        "accepted": None if (accepted := accepted_of(desk)) is None else points_to_viewer(accepted),
        "assessment": with_owner_line(desk, assessed, person),
        "reading": reading_state(desk, viewer, words),
        "reports": [
            {"name": NAMES[name], "url": f"/films/{desk.film.id}/report/{name}"}
            for name in NAMES
            if name in desk.reports
        ],
        "urls": {
            name: f"/api/v1/films/{desk.film.id}/{name}"
            for name in ("measure", "draft", "accept", "sign", "exchange", "side")
        },
        "earlier": [earlier_film(film) for film in earlier],
    }


def with_owner_line(desk: Desk, assessed: dict[str, Any], person: Person | None) -> dict[str, Any]:
    """What is shown of an assessment; when the film's header names somebody else, that is its first red line."""
    warning = None if person is None else owner_warning(desk.facts.header, person)
    return {**assessed, "red_lines": [warning, *assessed["red_lines"]]} if warning else assessed


def reading_state(desk: Desk, viewer: Viewer, words: ClinicWords) -> dict[str, Any]:
    """How far the reading has got, in words, and what comes next."""
    return {
        "status": desk.status.value,
        "version": desk.film.draft_version,
        "text": f"{desk.reading.origin_text(words.when)}. {_standing(desk, words)}",
        "next": _next(desk),
        "may_sign": viewer.account is not None,
        "is_accepted": desk.film.reading_id is not None,
    }


def earlier_film(film: Film) -> dict[str, Any]:
    """A film to lay beside."""
    facts = facts_of(film)
    assert facts is not None
    return {"id": film.id, "title": film_name(facts), "state_url": f"/api/v1/films/{film.id}/state"}


def sides_to_state(reading: Reading) -> list[tuple[str, str]]:
    """What a person may say lies on the left edge of a picture that does not say it: names and words; else nothing."""
    if reading.original.image_left is not ImageSide.UNKNOWN:
        return []
    sides = [*sides_of(reading.original.view)]
    if sides and reading.stated_left is not None:
        sides.append(ImageSide.UNKNOWN)
    return [(side.value, SIDE_WORDS[side].capitalize()) for side in sides]


def _picture(desk: Desk) -> dict[str, Any]:
    side, flipped = _SIDES[desk.reading.points.image_left]
    return {
        "title": name_of(desk),
        "rows": desk.facts.rows,
        "columns": desk.facts.columns,
        "spacing_mm": desk.facts.spacing_mm,
        "spacing_at_patient": desk.facts.context.spacing_at_patient,
        "pixels_url": f"/api/v1/films/{desk.film.id}/pixels",
        "side": side,
        "side_flipped": flipped,
    }


def _standing(desk: Desk, words: ClinicWords) -> str:
    if desk.status is Status.SIGNED and desk.document is not None:
        last = desk.document.signatures[-1]
        return f"Signed by {words.who(last.signed_by)} on {words.when(last.signed_at)}."
    if desk.status is Status.ACCEPTED and desk.document is not None:
        return f"Accepted by {words.who(desk.document.made_by)}, not yet signed."
    return "Draft: nobody has accepted this yet." + (
        " The signed version before it stays." if desk.reports else ""
    )


def _next(desk: Desk) -> str:
    unsure = in_runs(unsure_levels(desk.reading.points))
    if desk.status is Status.SIGNED:
        return "Open the report, or go on with the plan."
    if desk.status is Status.ACCEPTED:
        return "Sign the reading: the report is made then."
    if desk.film.person_id is None:
        return "Say whose film this is, on the page of films without a patient."
    look = f"check {unsure} (marked unsure)" if unsure else "look whether the corners lie well"
    steps = f"{look}, then accept the landmarks."
    if names_right_p(desk.reading.points) < 1:
        return f"Count, confirm or move the level names, {steps}"
    return f"{steps[0].upper()}{steps[1:]}"
