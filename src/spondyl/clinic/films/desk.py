"""What a person does with a film: look, correct, accept, sign. Every change is one transaction with its audit row."""

import json
import math
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum
from functools import cache
from typing import Any

import sqlalchemy as sa

from spondyl.anatomy import ImageSide
from spondyl.assessment import Assessment
from spondyl.assessment.calibration import Calibration
from spondyl.clinic.chart import films as chart
from spondyl.clinic.chart.accounts import display_names
from spondyl.clinic.chart.documents import Document, DocumentChangedError, load, save, sign
from spondyl.clinic.chart.films import Film
from spondyl.clinic.chart.people import person, person_to_change
from spondyl.clinic.chart.practice import clinic_zone, told_by
from spondyl.clinic.chart.transaction import reading, writing
from spondyl.clinic.films.anew import exchanged, marked_anew
from spondyl.clinic.films.corrected import Corner, corrected
from spondyl.clinic.films.facts import FilmFacts, film_name
from spondyl.clinic.films.known_facts import facts_of, with_chart_age
from spondyl.clinic.films.modest_process import ModestProcess
from spondyl.clinic.films.owner import chart_patient
from spondyl.clinic.films.reading import (
    Reading,
    assess_reading,
    measure_reading,
    points_from_json,
    reading_from_json,
    reading_json,
    says_alike,
)
from spondyl.clinic.films.renamed import words_of
from spondyl.clinic.films.report_files import EarlierReport, report_files
from spondyl.clinic.films.stated_side import check_side
from spondyl.clinic.films.store import FilmStore
from spondyl.clinic.films.summary import summary_of
from spondyl.clinic.films.unsigned_files import stored
from spondyl.provenance import Confirmation
from spondyl.radiograph import Radiograph
from spondyl.radiograph.read import FilmReader

KIND = "film reading"
FILMS_IN_MEMORY = 3
REPORT_S = 120.0


class FilmNotReadyError(ValueError):
    """The film has no landmarks (yet); the message says why."""


class Status(Enum):
    """How far a person has got: a draft may change, accepted points await the signature, signed ones have a report."""

    DRAFT = "draft"
    ACCEPTED = "accepted"
    SIGNED = "signed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Signer:
    """Who acts: ``actor`` as the audit log names them, ``name`` as a report does."""

    actor: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SentPoints:
    """Points as a viewer sends them: corners by level and femoral heads, film pixels; the draft they rest on.

    Levels bear the names of the reading's original; ``renamed_by`` says how many levels all names are to be moved
    towards the feet; ``names_confirmed`` that a person counted the levels and finds the names right as they are sent.
    """

    corners_px: Mapping[str, Sequence[Corner]]
    heads_px: Sequence[Corner]
    version: int
    renamed_by: int = 0
    names_confirmed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """One film with everything that a person sees of its reading. ``document`` is the accepted reading, if any.

    ``facts`` hold what a person and the chart say where the film's header says nothing. ``zone``: of the clinic's
    clock, by which a confirmation is told.
    """

    film: Film
    facts: FilmFacts
    reading: Reading
    status: Status
    document: Document | None
    reports: tuple[str, ...]
    zone: str


class FilmDesk:
    """The films of a clinic. One object serves all threads of the server."""

    def __init__(self, engine: sa.Engine, store: FilmStore, *, clock: Callable[[], datetime]) -> None:
        self._engine = engine
        self.store = store
        self._clock = clock
        self._reader = FilmReader()
        self._reports: ModestProcess | None = None
        self._lock = threading.Lock()
        self._pictures: OrderedDict[str, Radiograph] = OrderedDict()

    def open_reports(self) -> None:
        """From now on reports are made in a process beside the server, which they would hold up for seconds."""
        self._reports = ModestProcess()

    def close(self) -> None:
        """End the decoding process and that of the reports."""
        self._reader.close()
        if self._reports is not None:
            self._reports.end()

    def picture(self, film: Film) -> Radiograph:
        """The decoded film; the last few stay in memory. Raises FilmRefused and FilmStoreError."""
        digest = film.content_sha256
        with self._lock:
            known = self._pictures.get(digest)
            if known is not None:
                self._pictures.move_to_end(digest)
                return known
        with self.store.opened(digest) as path:
            picture = self._reader.read(path)
        with self._lock:
            self._pictures[digest] = picture
            while len(self._pictures) > FILMS_IN_MEMORY:
                self._pictures.popitem(last=False)
        return picture

    def open(self, film_id: str) -> Desk:
        """The film with its reading; raises FilmNotReadyError when it has no landmarks."""
        with reading(self._engine) as connection:
            return desk_of(connection, film_id)

    def measure(self, desk: Desk, sent: SentPoints, signer: Signer) -> Assessment:
        """Measure moved points; changes nothing. Raises LandmarkTextError for points that cannot be."""
        return measure_reading(self._moved(desk, sent, signer), desk.facts, calibration=shipped_calibration())

    def assess(self, desk: Desk) -> Assessment:
        """Measure and judge the points as they are kept."""
        return assess_reading(desk.reading, desk.facts, calibration=shipped_calibration())

    def save_draft(self, film_id: str, sent: SentPoints, signer: Signer) -> Desk:
        """Keep corrected points; raises DocumentChangedError when somebody else was faster.

        Points that are those of the accepted reading again leave no draft: what was accepted or signed holds.
        """
        with writing(self._engine) as connection:
            desk = desk_of(connection, film_id)
            now = self._moved(desk, sent, signer)
            _keep_or_drop(connection, desk, now, after_version=sent.version, signer=signer)
            return desk_of(connection, film_id)

    def state_side(self, film_id: str, left: ImageSide | None, *, after_version: int, signer: Signer) -> Desk:
        """Say what lies on the left edge of a picture that does not say it; None takes that back. A draft, as a moved
        corner is.

        Raises LandmarkTextError for what cannot be, DocumentChangedError when somebody else was faster.
        """
        with writing(self._engine) as connection:
            desk = desk_of(connection, film_id)
            check_side(desk.reading.original, left)
            now = replace(desk.reading, stated_left=left)
            _keep_or_drop(connection, desk, now, after_version=after_version, signer=signer)
            return desk_of(connection, film_id)

    def mark_anew(self, film_id: str, given: dict[str, Any], *, after_version: int, signer: Signer) -> Desk:
        """Landmarks that a person marked in place of the detector's, which are set aside; until acceptance.

        Raises LandmarkTextError for points that cannot be, DocumentChangedError when somebody else was faster or the
        landmarks are accepted.
        """
        with writing(self._engine) as connection:
            desk = _not_accepted(connection, film_id)
            now = marked_anew(desk.reading, desk.facts, given=given)
            _keep(connection, desk, now, after_version=after_version, signer=signer)
            return desk_of(connection, film_id)

    def exchange(self, film_id: str, *, after_version: int, signer: Signer) -> Desk:
        """Go back to the reading that was set aside; the one that held is set aside. Until acceptance.

        Raises LookupError when there is none, DocumentChangedError as :meth:`mark_anew` does.
        """
        with writing(self._engine) as connection:
            desk = _not_accepted(connection, film_id)
            _keep(connection, desk, exchanged(desk.reading), after_version=after_version, signer=signer)
            return desk_of(connection, film_id)

    def accept(self, film_id: str, sent: SentPoints, signer: Signer) -> Desk:
        """The points are right, says a person: they become a version of the film's reading in the chart."""
        with writing(self._engine) as connection:
            desk = desk_of(connection, film_id)
            if desk.film.person_id is None:
                raise FilmNotReadyError("Say first whose film this is: a reading belongs to a patient.")
            now = self._moved(desk, sent, signer)
            document = save(
                connection,
                kind=KIND,
                person_id=desk.film.person_id,
                body=reading_json(now) | {"film_id": film_id},
                actor=signer.actor,
                document_id=desk.film.reading_id,
            )
            chart.end_draft(
                connection,
                film_id,
                after_version=sent.version,
                reading_id=document.document_id,
                summary=_summary(now, desk.facts),
            )
            return desk_of(connection, film_id)

    def sign(self, film_id: str, *, version: int, signer: Signer) -> Desk:
        """Sign the accepted reading; its report is on the disk before the signature counts.

        Raises DocumentChangedError when it is signed already, or is not what is accepted now.
        """
        with reading(self._engine) as connection:
            desk = desk_of(connection, film_id)
            if desk.status is not Status.DRAFT:
                _refuse_signed(connection, desk.document)
        if desk.status is not Status.ACCEPTED or desk.document is None or desk.film.draft_version != version:
            raise DocumentChangedError(
                "Only accepted landmarks can be signed: accept them as they are now, then sign."
            )
        confirmation = Confirmation(person=signer.name, at=told_by(desk.zone, self._clock()))
        files = self._report_files(desk, confirmation)
        with stored(self._engine, self.store, files) as digests, writing(self._engine) as connection:
            person_to_change(connection, desk.document.person_id)
            _refuse_signed(connection, load(connection, desk.document.document_id))
            signed = sign(
                connection,
                document_id=desk.document.document_id,
                version=desk.document.version,
                actor=signer.actor,
                digest=desk.document.digest,
            )
            chart.add_reports(connection, film_id, reading_version=signed.version, digests=digests)
            return desk_of(connection, film_id)

    def _report_files(self, desk: Desk, by: Confirmation) -> dict[str, bytes]:
        assert desk.document is not None  # checked by sign
        with reading(self._engine) as connection:
            chart = chart_patient(desk.facts.header, person(connection, desk.document.person_id))
        earlier = self._earlier_report(desk)
        picture, facts = self.picture(desk.film), desk.facts
        told = desk.reading, self.assess(desk), picture, facts, by, chart, earlier
        if self._reports is None:
            return report_files(*told)
        try:
            return self._reports.ask(report_files, *told, patience_s=REPORT_S)
        except (BrokenProcessPool, TimeoutError) as error:
            raise FilmNotReadyError(
                f"The report was not made: its process ended or took too long ({type(error).__name__}). "
                "Nothing is signed; sign once more."
            ) from error

    def _earlier_report(self, desk: Desk) -> EarlierReport | None:
        with reading(self._engine) as connection:
            known = chart.reports_of(connection, desk.film.id)
        return EarlierReport(sr=self.store.get(known["sr"]) if "sr" in known else None) if known else None

    def _moved(self, desk: Desk, sent: SentPoints, signer: Signer) -> Reading:
        before = desk.reading
        placed = corrected(before.original, desk.facts, corners_px=sent.corners_px, heads_px=sent.heads_px)
        return replace(
            before,
            placed=placed,
            renamed_by=sent.renamed_by,
            names_confirmed=self._confirmed(desk, sent, signer),
        )

    def _confirmed(self, desk: Desk, sent: SentPoints, signer: Signer) -> Confirmation | None:
        """Who confirmed the names as sent: whoever did before, as long as they are the same names."""
        before = desk.reading
        if not sent.names_confirmed:
            return None
        if before.names_confirmed is not None and before.renamed_by == sent.renamed_by:
            return before.names_confirmed
        return Confirmation(person=signer.name, at=told_by(desk.zone, self._clock()))


def desk_of(connection: sa.Connection, film_id: str) -> Desk:
    """The film with its reading; raises FilmNotReadyError when it has no landmarks."""
    film = chart.film(connection, film_id)
    facts = facts_of(film)
    if facts is None or film.original is None:
        raise FilmNotReadyError("This film has no landmarks: it waits to be read, or it was refused.")
    patient = None if film.person_id is None else person(connection, film.person_id)
    document = None if film.reading_id is None else load(connection, film.reading_id)
    return Desk(
        film=film,
        facts=with_chart_age(facts, patient),
        reading=reading_of(film, document),
        status=status_of(film, document),
        document=document,
        reports=tuple(chart.reports_of(connection, film_id)),
        zone=clinic_zone(connection),
    )


def accepted_of(desk: Desk) -> Reading | None:
    """The reading that was accepted last, whatever was corrected since; None where none was."""
    return None if desk.document is None else reading_from_json(desk.document.body)


def sent_as_kept(desk: Desk) -> SentPoints:
    """The points as they are kept, as a viewer would send them."""
    points = desk.reading.placed
    corners = {
        level.value: [_pair(corner) for corner in corners]
        for level, corners in zip(points.levels, points.corners_px.tolist(), strict=True)
    }
    heads = [_pair(head) for head in points.femoral_heads_px.tolist()]
    return SentPoints(
        corners_px=corners,
        heads_px=heads,
        version=desk.film.draft_version,
        renamed_by=desk.reading.renamed_by,
        names_confirmed=desk.reading.names_confirmed is not None,
    )


def name_of(desk: Desk) -> str:
    """How a film is called: its view and date."""
    return film_name(desk.facts)


@cache
def shipped_calibration() -> Calibration | None:
    """The calibration of the detector's intervals; the networks themselves are not loaded for it."""
    from spondyl.radiograph.networks import WEIGHTS

    card = json.loads((WEIGHTS / "model.json").read_text(encoding="utf-8"))
    saved = card.get("calibration")
    return None if saved is None else Calibration.from_dict(saved)


def reading_of(film: Film, document: Document | None = None) -> Reading:
    """The points of a film as they are now: the draft, else what was accepted (``document``), else what was given."""
    if film.draft is not None:
        return reading_from_json(film.draft)
    if document is not None:
        return reading_from_json(document.body)
    assert film.original is not None
    original = points_from_json(film.original)
    return Reading(original=original, placed=original, is_detected=film.given_landmarks is None)


def status_of(film: Film, document: Document | None) -> Status:
    """How far a person has got with a film whose accepted reading, if any, is ``document``."""
    if film.draft is not None or document is None:
        return Status.DRAFT
    return Status.SIGNED if document.signed else Status.ACCEPTED


def _pair(point: Sequence[float]) -> Corner:
    return None if math.isnan(point[0]) else (point[0], point[1])


def _refuse_signed(connection: sa.Connection, document: Document | None) -> None:
    """A colleague may sign while this one's report is made."""
    if document is not None and document.signed:
        by = document.signatures[0].signed_by
        raise DocumentChangedError(
            f"These landmarks were signed by {display_names(connection).get(by, by)} meanwhile, and their report is "
            "kept. Load the film again: there is nothing left to sign."
        )


def _not_accepted(connection: sa.Connection, film_id: str) -> Desk:
    desk = desk_of(connection, film_id)
    if desk.film.reading_id is not None:
        raise DocumentChangedError(
            "The landmarks were accepted, and nothing was changed; correct them in the viewer instead."
        )
    return desk


def _keep_or_drop(
    connection: sa.Connection, desk: Desk, now: Reading, *, after_version: int, signer: Signer
) -> None:
    """Keep a draft; none where the reading is again what was accepted."""
    accepted = accepted_of(desk)
    if accepted is None or not says_alike(now, accepted):
        _keep(connection, desk, now, after_version=after_version, signer=signer)
        return
    summary = _summary(accepted, desk.facts)
    chart.drop_draft(
        connection, desk.film.id, summary=summary, after_version=after_version, actor=signer.actor
    )


def _keep(connection: sa.Connection, desk: Desk, now: Reading, *, after_version: int, signer: Signer) -> None:
    """Keep a draft; the audit log says what kind of change it was."""
    before = desk.reading
    action = "correct landmarks"
    if now.is_detected != before.is_detected:
        action = "go back to detector's landmarks" if now.is_detected else "mark film anew"
    elif now.renamed_by != before.renamed_by:
        action = "rename levels"
    elif now.stated_left != before.stated_left:
        action = "state picture's side"
    elif now.names_confirmed != before.names_confirmed:
        action = "confirm level names" if now.names_confirmed else "take back confirmation of level names"
    detail: dict[str, Any] = {"moved": [level.value for level in now.moved]}
    if now.renamed_by or before.renamed_by:
        by = now.renamed_by
        detail["names"] = words_of(now.placed.levels, by) if by else "as they were read"
    if now.stated_left != before.stated_left:
        detail["left"] = None if now.stated_left is None else now.stated_left.value
    if now.names_confirmed != before.names_confirmed:
        detail["names_confirmed"] = now.names_confirmed is not None
    chart.save_draft(
        connection,
        desk.film.id,
        draft=reading_json(now),
        summary=_summary(now, desk.facts),
        after_version=after_version,
        actor=signer.actor,
        done=(action, detail),
    )


def _summary(now: Reading, facts: FilmFacts) -> dict[str, Any]:
    return summary_of(measure_reading(now, facts, calibration=shipped_calibration()))
