"""Films in the chart: whose they are, how far they have been read, what was signed, where the files lie.

Bodies (facts, landmarks, refusals, summaries) are JSON that this module keeps and does not interpret.
"""

import hashlib
import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from spondyl.booking import wall_at
from spondyl.clinic.chart.audit import record
from spondyl.clinic.chart.canonical_json import canonical
from spondyl.clinic.chart.documents import DocumentChangedError
from spondyl.clinic.chart.engine import now_of
from spondyl.clinic.chart.people import refuse_unless_open
from spondyl.clinic.chart.practice import clinic_zone
from spondyl.clinic.chart.tables import documents, film_reports, films
from spondyl.clinic.chart.tables.column_types import new_id

Body = dict[str, Any]
SYSTEM = "film reader"
"""How the audit log names the background job."""


class FilmState(StrEnum):
    """How far the background job has got with a film."""

    WAITING = "waiting"
    READING = "reading"
    FINDING = "finding"
    MEASURED = "measured"
    REFUSED = "refused"

    @property
    def is_done(self) -> bool:
        """True when nothing more happens by itself."""
        return self in (FilmState.MEASURED, FilmState.REFUSED)


class FilmSource(StrEnum):
    """How a film came."""

    UPLOAD = "upload"
    FOLDER = "folder"
    NETWORK = "network"


_UNNAMED = films.c.person_id.is_(None)
_AT_A_PAGE = sa.or_(films.c.source == FilmSource.UPLOAD.value, films.c.given_landmarks.is_not(None))
_IN_TURN = (sa.case((_AT_A_PAGE, 0), else_=1), films.c.received_at, films.c.id)


class FilmUnknownError(LookupError):
    """There is no such film."""


class FilmKnownError(ValueError):
    """The very same file is in the chart already; ``film`` is it."""

    def __init__(self, film: "Film") -> None:
        super().__init__("This very file is in the chart already; it was not added a second time.")
        self.film = film


@dataclass(frozen=True, slots=True, kw_only=True)
class Film:
    """One film's row. ``person_id`` None: nobody has said yet whose it is."""

    id: str
    person_id: str | None
    content_sha256: str
    size_bytes: int
    source: FilmSource
    source_name: str
    received_at: datetime
    state: FilmState
    given_landmarks: Body | None
    facts: Body | None
    original: Body | None
    refusal: Body | None
    summary: Body | None
    draft: Body | None
    draft_version: int
    reading_id: str | None
    stated_day: date | None

    @property
    def own_day(self) -> str | None:
        """The day of the examination as the film's own file says it, ISO text; None where it does not."""
        return (self.facts or {}).get("header", {}).get("study_date")

    def taken_on(self, zone: str) -> str:
        """The day of the examination, as the file or else a person says it, else the day when the film came by the
        zone's clock: ISO text, to order by."""
        return self.own_day or (self.stated_day or wall_at(zone, self.received_at).date()).isoformat()

    @property
    def subject(self) -> str:
        """How the audit log names this film."""
        return f"film {self.id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewFilm:
    """A film that has been stored and is to be entered."""

    content_sha256: str
    size_bytes: int
    source: FilmSource
    source_name: str
    person_id: str | None = None
    given_landmarks: Body | None = None


def add_film(connection: sa.Connection, new: NewFilm, *, actor: str) -> Film:
    """Enter a stored film, to be read by the background job; raises ``FilmKnownError`` for a file that is known.

    One that was refused is read once more when it is sent again, with the landmarks that come with it. Raises
    ``PersonErasedError``, ``ChartClosedError``.
    """
    if new.person_id is not None:
        refuse_unless_open(connection, new.person_id)
    known = _known(connection, new)
    if known is not None:
        return _sent_again(connection, known, new, actor=actor)
    film_id = new_id()
    row = films.insert().values(
        id=film_id,
        person_id=new.person_id,
        content_sha256=new.content_sha256,
        size_bytes=new.size_bytes,
        source=new.source.value,
        source_name=new.source_name[:200],
        received_at=now_of(connection),
        state=FilmState.WAITING.value,
        given_landmarks=_text(new.given_landmarks),
        draft_version=0,
    )
    try:
        with connection.begin_nested():
            connection.execute(row)
    except IntegrityError:  # on PostgreSQL another one may have entered it since
        known = _known(connection, new)
        if known is None:
            raise
        raise FilmKnownError(known) from None
    detail = {"sha256": new.content_sha256, "source": new.source.value, "person": new.person_id}
    record(connection, actor=actor, action="receive film", subject=f"film {film_id}", detail=detail)
    return film(connection, film_id)


def _known(connection: sa.Connection, new: NewFilm) -> Film | None:
    row = connection.execute(
        sa.select(films).where(films.c.content_sha256 == new.content_sha256)
    ).one_or_none()
    return None if row is None else _film(row)


def _sent_again(connection: sa.Connection, known: Film, new: NewFilm, *, actor: str) -> Film:
    is_theirs = new.person_id in (None, known.person_id)
    waits = {"state": FilmState.WAITING.value, "refusal": None, "draft_version": known.draft_version + 1}
    landmarks = _text(new.given_landmarks or known.given_landmarks)
    changed = connection.execute(
        films.update()
        .where(_as_claimed(known), films.c.state == FilmState.REFUSED.value, sa.literal(is_theirs))
        .values(given_landmarks=landmarks, **waits)
    )
    if changed.rowcount != 1:
        raise FilmKnownError(known)
    record(connection, actor=actor, action="read film again", subject=known.subject)
    return film(connection, known.id)


def film(connection: sa.Connection, film_id: str) -> Film:
    """The film with this identifier; raises ``FilmUnknownError``."""
    row = connection.execute(sa.select(films).where(films.c.id == film_id)).one_or_none()
    if row is None:
        raise FilmUnknownError(f"There is no film {film_id[:40]!r}.")
    return _film(row)


def person_of(connection: sa.Connection, film_id: str) -> str | None:
    """The identifier of the film's patient; None when nobody is named, or there is no such film."""
    return connection.execute(sa.select(films.c.person_id).where(films.c.id == film_id)).scalar_one_or_none()


def films_of(connection: sa.Connection, person_id: str | None) -> list[Film]:
    """A patient's films, the one taken last first; with None those that nobody has been named for."""
    rows = connection.execute(
        sa.select(films)
        .where(films.c.person_id == person_id)
        .order_by(films.c.received_at.desc(), films.c.id)
    )
    zone = clinic_zone(connection)
    return sorted((_film(row) for row in rows), key=lambda one: one.taken_on(zone), reverse=True)


def films_unnamed(connection: sa.Connection, *, limit: int, after: int = 0) -> list[Film]:
    """The films that nobody has been named for, the one that came last first; ``after`` leaves out as many."""
    newest = sa.select(films).where(_UNNAMED).order_by(films.c.received_at.desc(), films.c.id)
    return [_film(row) for row in connection.execute(newest.limit(limit).offset(after))]


def count_unnamed(connection: sa.Connection) -> int:
    """How many films nobody has been named for."""
    return connection.execute(sa.select(sa.func.count()).select_from(films).where(_UNNAMED)).scalar_one()


def claim_film(connection: sa.Connection) -> Film | None:
    """Take the film whose turn it is; None when none waits.

    First come those for which somebody sits at a page, who uploaded them or gave them landmarks; an archive that is
    read in waits. Of each, the one that has waited longest.
    """
    first = sa.select(films.c.id).where(films.c.state == FilmState.WAITING.value).order_by(*_IN_TURN).limit(1)
    film_id = connection.execute(first).scalar_one_or_none()
    if film_id is None:
        return None
    taken = connection.execute(
        films.update()
        .where(films.c.id == film_id, films.c.state == FilmState.WAITING.value)
        .values(state=FilmState.READING.value)
    )
    return film(connection, film_id) if taken.rowcount == 1 else None


def films_ahead(connection: sa.Connection, ids: Collection[str]) -> dict[str, int]:
    """How many films, of whichever patients, are read before each of these that wait."""
    waits = films.c.state == FilmState.WAITING.value
    place = sa.func.row_number().over(order_by=(sa.case((waits, 1), else_=0), *_IN_TURN)) - 1
    not_done = [one.value for one in FilmState if not one.is_done]
    line = sa.select(films.c.id, place.label("ahead")).where(films.c.state.in_(not_done)).subquery()
    rows = connection.execute(sa.select(line.c.id, line.c.ahead).where(line.c.id.in_(ids)))
    return {row.id: row.ahead for row in rows}


def give_back_films(connection: sa.Connection) -> int:
    """Let films wait again whose reading was broken off when the server stopped; returns how many."""
    begun = (FilmState.READING.value, FilmState.FINDING.value)
    back = films.update().where(films.c.state.in_(begun)).values(state=FilmState.WAITING.value)
    return connection.execute(back).rowcount


def show_progress(connection: sa.Connection, claimed: Film, *, facts: Body) -> None:
    """The film is decoded; its landmarks are being found. Nothing changes if landmarks came since it was claimed."""
    connection.execute(
        films.update()
        .where(_as_claimed(claimed))
        .values(state=FilmState.FINDING.value, facts=canonical(facts), sop_uid_sha256=_uid_sha256(facts))
    )


def same_picture(connection: sa.Connection, film_id: str, sop_uid: str) -> Film | None:
    """The measured film that is this very one, by its SOP Instance UID, whatever bytes it came in."""
    bears_it = films.c.sop_uid_sha256 == _uid_sha256({"sop_uid": sop_uid})
    found = connection.execute(
        sa.select(films)
        .where(bears_it, films.c.id != film_id, films.c.state == FilmState.MEASURED.value)
        .limit(1)
    ).one_or_none()
    return None if found is None else _film(found)


def save_outcome(
    connection: sa.Connection,
    claimed: Film,
    *,
    facts: Body | None,
    original: Body | None,
    summary: Body | None,
    refusal: Body | None,
) -> Film:
    """What the background job found, or why it refused.

    It is thrown away if landmarks were given to the film since it was claimed: it waits to be measured with those.
    """
    state = FilmState.MEASURED if refusal is None else FilmState.REFUSED
    values = {
        "facts": _text(facts),
        "sop_uid_sha256": _uid_sha256(facts),
        "original": _text(original),
        "summary": _text(summary),
        "refusal": _text(refusal),
    }
    changed = connection.execute(
        films.update().where(_as_claimed(claimed)).values(state=state.value, **values)
    )
    if changed.rowcount == 1:
        detail = {"state": state.value, "refusal": (refusal or {}).get("code")}
        record(connection, actor=SYSTEM, action="read film", subject=claimed.subject, detail=detail)
    return film(connection, claimed.id)


def read_again(
    connection: sa.Connection, film_id: str, *, landmarks: Body, actor: str, after_version: int | None = None
) -> None:
    """Give a film a landmark file: it waits again and is measured with it.

    Landmarks that a person gave before, measured yet or not, are replaced only by somebody who saw them
    (``after_version`` is their draft version), or when they were refused, and only until they are accepted; the
    detector's stay (``mark_anew`` of the desk). Who says a version replaces nothing that came after it. Raises
    ``DocumentChangedError``.
    """
    nobody_gave = sa.or_(films.c.given_landmarks.is_(None), films.c.state == FilmState.REFUSED.value)
    may_be = sa.and_(films.c.original.is_(None), nobody_gave)
    if after_version is not None:
        may_be = sa.or_(may_be, films.c.given_landmarks.is_not(None))
        may_be = sa.and_(may_be, films.c.draft_version == after_version)
    values = {"state": FilmState.WAITING.value, "given_landmarks": canonical(landmarks), "refusal": None}
    changed = connection.execute(
        films.update()
        .where(films.c.id == film_id, films.c.reading_id.is_(None), may_be)
        .values(**values, original=None, draft=None, draft_version=films.c.draft_version + 1)
    )
    if changed.rowcount != 1:
        raise DocumentChangedError(
            "The film has landmarks already, or was given some a moment ago, and nothing was overwritten. Load the "
            "page again and correct them in the viewer instead of replacing them."
        )
    record(connection, actor=actor, action="give landmarks", subject=f"film {film_id}")


def name_person(
    connection: sa.Connection, film_id: str, person_id: str, *, actor: str, was: str | None = None
) -> None:
    """Say whose film it is, of a film that nobody accepted yet; raises ``DocumentChangedError``.

    ``was``: whose it is said to be by now, None for nobody's; it must still be so. To name the same patient again
    changes nothing. Raises ``PersonErasedError``, ``ChartClosedError``.
    """
    refuse_unless_open(connection, person_id)
    changed = connection.execute(
        films.update()
        .where(
            films.c.id == film_id, films.c.person_id.is_not_distinct_from(was), films.c.reading_id.is_(None)
        )
        .values(person_id=person_id)
    )
    if changed.rowcount != 1:
        if film(connection, film_id).person_id == person_id:
            return
        raise DocumentChangedError("The film was given to its patient already, and was not moved to another.")
    detail = {"person": person_id} if was is None else {"person": person_id, "was": was}
    record(connection, actor=actor, action="name film's patient", subject=f"film {film_id}", detail=detail)


def move_films(
    connection: sa.Connection, *, giver: str, taker: str, ids: Collection[str] | None = None
) -> tuple[str, ...]:
    """Give a chart's films, or these of them, to another chart of the same person; returns their identifiers.

    Their readings stay where they are: a document never changes its chart.
    """
    theirs = [films.c.person_id == giver] + ([] if ids is None else [films.c.id.in_(ids)])
    moved = tuple(connection.execute(sa.select(films.c.id).where(*theirs).order_by(films.c.id)).scalars())
    connection.execute(films.update().where(films.c.id.in_(moved)).values(person_id=taker))
    return moved


def films_to_give_back(connection: sa.Connection, ids: Collection[str], *, giver: str) -> tuple[str, ...]:
    """Those of these films whose reading, if there is one, was not begun in the giver's chart."""
    begun_here = sa.exists().where(
        documents.c.document_id == films.c.reading_id, documents.c.person_id == giver
    )
    found = sa.select(films.c.id).where(films.c.id.in_(ids), films.c.person_id == giver, ~begun_here)
    return tuple(connection.execute(found.order_by(films.c.id)).scalars())


def save_draft(
    connection: sa.Connection,
    film_id: str,
    *,
    draft: Body,
    summary: Body,
    after_version: int,
    actor: str,
    done: tuple[str, Body],
) -> int:
    """Keep points that nobody has accepted yet; returns the new version, raises ``DocumentChangedError``.

    ``summary`` is the draft's; ``done`` says in the audit log what was done: the action and its detail.
    """
    action, detail = done
    version = _next_draft(
        connection, film_id, after_version, draft=canonical(draft), summary=canonical(summary)
    )
    record(connection, actor=actor, action=action, subject=f"film {film_id}", detail=detail)
    return version


def end_draft(
    connection: sa.Connection, film_id: str, *, after_version: int, reading_id: str, summary: Body
) -> int:
    """The draft became an accepted reading, the document ``reading_id``."""
    return _next_draft(
        connection, film_id, after_version, draft=None, reading_id=reading_id, summary=canonical(summary)
    )


def drop_draft(
    connection: sa.Connection, film_id: str, *, summary: Body, after_version: int, actor: str
) -> int:
    """The points are those of the accepted reading again, whose ``summary`` holds; raises ``DocumentChangedError``."""
    version = _next_draft(connection, film_id, after_version, draft=None, summary=canonical(summary))
    record(connection, actor=actor, action="go back to accepted landmarks", subject=f"film {film_id}")
    return version


def add_reports(
    connection: sa.Connection, film_id: str, *, reading_version: int, digests: dict[str, str]
) -> None:
    """Where the files of a signed reading's report lie: SHA-256 by format name."""
    rows = [
        {"film_id": film_id, "reading_version": reading_version, "name": name, "content_sha256": digest}
        for name, digest in digests.items()
    ]
    connection.execute(film_reports.insert(), rows)


def reports_of(connection: sa.Connection, film_id: str) -> dict[str, str]:
    """The SHA-256 of each file of the newest report, by format name; empty when nothing was signed."""
    newest = (
        sa.select(sa.func.max(film_reports.c.reading_version))
        .where(film_reports.c.film_id == film_id)
        .scalar_subquery()
    )
    rows = connection.execute(
        sa.select(film_reports.c.name, film_reports.c.content_sha256)
        .where(film_reports.c.film_id == film_id, film_reports.c.reading_version == newest)
        .order_by(film_reports.c.name)
    )
    return {row.name: row.content_sha256 for row in rows}


def owned_digests(connection: sa.Connection, digests: Sequence[str]) -> set[str]:
    """Those of these SHA-256 that a film or a signed report bears."""
    columns = (films.c.content_sha256, film_reports.c.content_sha256)
    return {
        found
        for column in columns
        for found in connection.execute(sa.select(column).where(column.in_(digests))).scalars()
    }


def forget_films(connection: sa.Connection, person_id: str) -> tuple[str, ...]:
    """Delete a patient's films and reports; returns the SHA-256 of every file that is now without an owner."""
    mine = sa.select(films.c.id).where(films.c.person_id == person_id)
    reports = sa.select(film_reports.c.content_sha256).where(film_reports.c.film_id.in_(mine))
    contents = sa.select(films.c.content_sha256).where(films.c.person_id == person_id)
    digests = [*connection.execute(contents).scalars(), *connection.execute(reports).scalars()]
    connection.execute(film_reports.delete().where(film_reports.c.film_id.in_(mine)))
    connection.execute(films.delete().where(films.c.person_id == person_id))
    return tuple(dict.fromkeys(digests))


def _as_claimed(claimed: Film) -> sa.ColumnElement[bool]:
    """No landmarks were given since: each gift counts the draft's version up."""
    return sa.and_(films.c.id == claimed.id, films.c.draft_version == claimed.draft_version)


def _next_draft(connection: sa.Connection, film_id: str, after_version: int, **values: Any) -> int:
    changed = connection.execute(
        films.update()
        .where(films.c.id == film_id, films.c.draft_version == after_version)
        .values(draft_version=after_version + 1, **values)
    )
    if changed.rowcount != 1:
        film(connection, film_id)
        raise DocumentChangedError(
            "Somebody else corrected this film in the meantime, and nothing was overwritten. Load the page again."
        )
    return after_version + 1


def _film(row: Any) -> Film:
    bodies = ("given_landmarks", "facts", "original", "refusal", "summary", "draft")
    values: dict[str, Any] = dict(row._mapping)
    del values["sop_uid_sha256"]
    values |= {"source": FilmSource(row.source), "state": FilmState(row.state)}
    for name in bodies:
        values[name] = None if values[name] is None else json.loads(values[name])
    return Film(**values)


def _uid_sha256(facts: Body | None) -> str | None:
    """By which a film is found that came before in other bytes; None of a picture that has no SOP Instance UID."""
    uid = (facts or {}).get("sop_uid")
    return None if uid is None else hashlib.sha256(uid.encode(errors="surrogatepass")).hexdigest()


def _text(body: Body | None) -> str | None:
    return None if body is None else canonical(body)
