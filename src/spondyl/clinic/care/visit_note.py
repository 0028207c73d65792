"""Visit notes in the chart: the examination, what was done today, and the signature."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from spondyl.assessment.exam import Exam, exam_from_json, exam_to_json
from spondyl.assessment.questionnaires import AnswerSheet, score_answers
from spondyl.clinic.care.entered_in_error import take_back, why_in_error
from spondyl.clinic.chart.documents import (
    Document,
    DocumentUnknownError,
    Signature,
    histories,
    history,
    load,
    newest_of_each,
    save,
)
from spondyl.clinic.chart.same_person import are_same_person

KIND = "exam"
PAIN_TODAY = "nrs_today"
"""The form asks for the average of a week: another question, so another course."""
LONGEST_TEXT = 2000


class NoteRefused(ValueError):  # noqa: N818 (a refusal is an answer, not a fault)
    """A visit note that cannot stand; the message says what is wrong and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitNote:
    """One visit. ``pain`` is the number of the pain scale (0 to 10) that the patient gave, ``done`` option ids."""

    exam: Exam
    on: date
    pain: int | None = None
    done: tuple[str, ...] = ()
    text: str = ""

    def __post_init__(self) -> None:
        if self.pain is not None:
            score_answers(AnswerSheet(instrument=PAIN_TODAY, answers={"pain": (str(self.pain),)}))
        if len(self.text) > LONGEST_TEXT:
            raise NoteRefused(
                f"The note has {len(self.text)} characters; it holds at most {LONGEST_TEXT}. Shorten it."
            )
        if not (
            self.exam.examined
            or self.exam.items
            or self.exam.impression.strip()
            or self.text.strip()
            or self.done
            or self.pain is not None
        ):
            raise NoteRefused("The note is empty. Mark what you examined, or write a line, then keep it.")


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredNote:
    """A note with where it is kept and who signed it.

    ``signed_before`` is the last version of it that is signed: that one holds until the correction is signed as well.
    """

    document_id: str
    version: int
    digest: str
    note: VisitNote
    made_by: str
    made_at: datetime
    signatures: tuple[Signature, ...]
    signed_before: "StoredNote | None" = None
    in_error: str = ""
    """Why the note was taken back as entered in error; such a note counts nowhere."""

    @property
    def is_signed(self) -> bool:
        """True when this version is signed."""
        return bool(self.signatures)


def keep_note(
    connection: sa.Connection,
    person_id: str,
    note: VisitNote,
    *,
    actor: str,
    document_id: str | None = None,
    after_version: int | None = None,
) -> StoredNote:
    """Save a new note, or the next version of one; raises DocumentChangedError when somebody was faster."""
    document = save(
        connection,
        kind=KIND,
        person_id=person_id,
        body=note_to_json(note),
        actor=actor,
        document_id=document_id,
        after_version=after_version,
    )
    return _stored(document)


def every_note(connection: sa.Connection, person_id: str) -> tuple[StoredNote, ...]:
    """Every note of a patient in its newest version, the last visit first, and of one day the note begun last; also
    those that were entered in error."""
    begun = [_stored(one) for one in newest_of_each(connection, kind=KIND, person_id=person_id)]
    newest = sorted(begun, key=lambda one: one.note.on, reverse=True)
    if not any(one.version > 1 and not one.is_signed for one in newest):
        return tuple(newest)
    signed = {
        one.document_id: _stored(one)
        for one in newest_of_each(connection, kind=KIND, person_id=person_id, only_signed=True)
    }
    return tuple(
        one if one.is_signed else replace(one, signed_before=signed.get(one.document_id)) for one in newest
    )


def notes_of(connection: sa.Connection, person_id: str) -> tuple[StoredNote, ...]:
    """The notes of :func:`every_note` that were not entered in error."""
    return tuple(one for one in every_note(connection, person_id) if not one.in_error)


def take_back_note(connection: sa.Connection, note: StoredNote, *, reason: str, actor: str) -> None:
    """Say that a note was entered in error. Raises TakeBackRefused without a reason."""
    document = load(connection, note.document_id, version=note.version)
    take_back(connection, document, reason=reason, actor=actor)


def versions_of(connection: sa.Connection, notes: Iterable[StoredNote]) -> dict[str, tuple[StoredNote, ...]]:
    """Every version of each of these notes that has more than one, the first one first."""
    corrected = [one.document_id for one in notes if one.version > 1]
    found = histories(connection, corrected) if corrected else {}
    return {name: tuple(_stored(one) for one in versions) for name, versions in found.items()}


def note_at(connection: sa.Connection, person_id: str, document_id: str) -> StoredNote:
    """One note of a patient; raises DocumentUnknownError when it is somebody else's, or was entered in error."""
    document = load(connection, document_id)
    if document.kind != KIND or not are_same_person(connection, document.person_id, person_id):
        raise DocumentUnknownError("This note is not one of this patient. Open it from the patient's page.")
    stored = _stored(document)
    if stored.in_error:
        raise DocumentUnknownError("This note was taken back as entered in error. Write a new one.")
    return stored


def note_if_kept(connection: sa.Connection, person_id: str, document_id: str | None) -> StoredNote | None:
    """The note of that identifier as :func:`note_at` gives it; None where nothing is kept under it yet."""
    if document_id is None or not history(connection, document_id):
        return None
    return note_at(connection, person_id, document_id)


def note_to_json(note: VisitNote) -> dict[str, Any]:
    """The note as it is kept."""
    return {
        **exam_to_json(note.exam),
        "on": note.on.isoformat(),
        "pain": note.pain,
        "done": list(note.done),
        "text": note.text,
    }


def note_from_json(values: Mapping[str, Any]) -> VisitNote:
    """The note of such values."""
    return VisitNote(
        exam=exam_from_json(values),
        on=date.fromisoformat(values["on"]),
        pain=values["pain"],
        done=tuple(values["done"]),
        text=values["text"],
    )


def _stored(document: Document) -> StoredNote:
    return StoredNote(
        document_id=document.document_id,
        version=document.version,
        digest=document.digest,
        note=note_from_json(document.body),
        made_by=document.made_by,
        made_at=document.made_at,
        signatures=document.signatures,
        in_error=why_in_error(document.body),
    )
