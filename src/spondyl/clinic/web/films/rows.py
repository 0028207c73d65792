"""One film in the list: what it is, how far it has got, what was found, what to do."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from spondyl.clinic.chart.documents import load
from spondyl.clinic.chart.films import Film, FilmSource, FilmState
from spondyl.clinic.chart.people import Person
from spondyl.clinic.films.advice import (
    may_be_marked,
    may_be_marked_again,
    refusal_words,
    takes_landmarks,
    was_detected,
)
from spondyl.clinic.films.desk import Status, status_of
from spondyl.clinic.films.facts import FilmFacts, film_name
from spondyl.clinic.films.known_facts import facts_of
from spondyl.clinic.films.owner import header_names, owner_warning
from spondyl.clinic.films.report_files import NAMES

_CAME = {
    FilmSource.UPLOAD: "Uploaded",
    FilmSource.FOLDER: "From the watched folder",
    FilmSource.NETWORK: "Sent by",
}

_STANDS = {
    Status.DRAFT: "Measured, not accepted yet",
    Status.ACCEPTED: "Accepted, not signed",
    Status.SIGNED: "Signed",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FilmRow:
    """A film as the list shows it. ``share_done`` is that of the background job, 0 to 1.

    ``asks_day``: its file does not say when it was taken, so that a person may. Of a film without a patient: whom its
    header names (None until it is read), and the patients whom that may mean.
    """

    film: Film
    title: str
    came: str
    progress: str
    status: Status
    share_done: float
    is_open: bool
    red_lines: tuple[str, ...]
    values: tuple[dict[str, Any], ...]
    refusal: dict[str, str] | None
    takes_landmarks: bool
    may_be_marked: bool
    may_be_marked_again: bool
    reports: tuple[tuple[str, str], ...]
    sends_to: str | None
    asks_day: bool
    header_names: str | None
    likely: Sequence[Person]


def film_row(
    connection: sa.Connection,
    film: Film,
    patient: Person | None,
    *,
    reports: tuple[str, ...],
    before_it: int,
    sends_to: str | None,
    likely: Sequence[Person] = (),
) -> FilmRow:
    """The row of one film; ``before_it`` films are read first."""
    facts = facts_of(film)
    summary = film.summary or {"values": [], "red_lines": []}
    refusal = None if film.refusal is None else refusal_words(film.refusal)
    status = status_of(film, None if film.reading_id is None else load(connection, film.reading_id))
    progress, share_done = _progress(film, status, before_it)
    return FilmRow(
        film=film,
        title=film.source_name if facts is None else film_name(facts),
        came=f"{_CAME[film.source]} {film.source_name if film.source is not FilmSource.FOLDER else ''}".strip(),
        progress=progress,
        status=status,
        share_done=share_done,
        is_open=film.state is FilmState.MEASURED,
        red_lines=(*_owner_line(facts, patient), *summary["red_lines"]),
        values=tuple(summary["values"]),
        refusal=refusal,
        takes_landmarks=film.refusal is not None and takes_landmarks(film.refusal),
        may_be_marked=may_be_marked(film),
        may_be_marked_again=may_be_marked_again(film) and not was_detected(film),
        reports=tuple((name, words) for name, words in NAMES.items() if name in reports),
        sends_to=sends_to if "sr" in reports else None,
        asks_day=facts is not None and not film.own_day,
        header_names=None if patient or facts is None else header_names(facts.header),
        likely=likely,
    )


def list_next(rows: list[FilmRow], patient: Person | None, *, opens: bool) -> str:
    """What comes next on the list's page; ``opens``: whether whoever sees it may open a film."""
    if any(not row.film.state.is_done for row in rows):
        return "wait a moment; this page shows by itself when the film is read."
    if patient is None:
        return "say whose each film is." if rows else "nothing; every film has its patient."
    if signing := until_signed(rows):
        return signing if opens else "a clinician opens the film and signs it; go on with the visit."
    if any(row.refusal for row in rows):
        return "do what the refused film says, or add another film."
    return "add a film, or go on with the plan." if rows else "add the first film."


def until_signed(rows: list[FilmRow]) -> str | None:
    """What is left to do in the viewer."""
    if any(row.status is Status.ACCEPTED for row in rows):
        return "open the film and sign the reading that was accepted."
    if any(row.is_open and row.status is Status.DRAFT for row in rows):
        return "open the film, check its landmarks, accept and sign."
    return None


def _progress(film: Film, status: Status, before_it: int) -> tuple[str, float]:
    if film.state is FilmState.WAITING:
        behind = f", {before_it} before it" if before_it > 0 else ""
        return f"Waits to be read{behind}", 0.1
    if film.state is FilmState.READING:
        return "Is being decoded", 0.3
    if film.state is FilmState.FINDING:
        return "Vertebrae are being found and measured", 0.6
    if film.state is FilmState.REFUSED:
        return "Refused", 1.0
    return _STANDS[status], 1.0


def _owner_line(facts: FilmFacts | None, patient: Person | None) -> tuple[str, ...]:
    if facts is None or patient is None:
        return ()
    line = owner_warning(facts.header, patient)
    return () if line is None else (line,)
