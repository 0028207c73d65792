"""Visit notes in the chart: the examination, what was done today, and the signature."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from spondyl.assessment.exam import (
    EXAM,
    Deviation,
    Exam,
    exam_from_json,
    exam_in_force,
    exam_lines,
    exam_to_json,
)
from spondyl.assessment.intake import PatientLanguage
from spondyl.assessment.questionnaires import AnswerSheet, score_answers
from spondyl.clinic.care.patient_words import day_in
from spondyl.clinic.chart.canonical_json import canonical, digest_of
from spondyl.clinic.chart.documents import Document, Signature, load, newest_of_each, save

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
            self.exam.examined or self.exam.items or self.text.strip() or self.done or self.pain is not None
        ):
            raise NoteRefused("The note is empty. Mark what you examined, or write a line, then keep it.")


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredNote:
    """A note with where it is kept and who signed it."""

    document_id: str
    version: int
    digest: str
    note: VisitNote
    made_by: str
    made_at: datetime
    signatures: tuple[Signature, ...]

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


def notes_of(connection: sa.Connection, person_id: str) -> tuple[StoredNote, ...]:
    """Every note of a patient in its newest version, the last visit first."""
    return tuple(_stored(one) for one in newest_of_each(connection, kind=KIND, person_id=person_id))


def mark_of(notes: Sequence[StoredNote]) -> str:
    """What a page carries that was made from these notes: it is another one when a note was kept or signed since."""
    return digest_of(canonical([[one.document_id, one.version, one.is_signed] for one in notes]))


def standing_exam(notes: Sequence[StoredNote]) -> Exam:
    """What stands of these notes, the newest first: of each group the last look at it."""
    return exam_in_force([one.note.exam for one in notes])


def standing_lines(notes: Sequence[StoredNote]) -> tuple[tuple[str, str, date | None], ...]:
    """Every group with its sentence, and the day on which it was looked at last (None: never).

    What was not normal on an earlier day, and was not looked at since, is said with that day.
    """
    standing = standing_exam(notes)
    lines = exam_lines(standing)
    return tuple(
        _standing_line(notes, standing.in_group(group.key), group.key, title=title, line=line)
        for group, (title, line) in zip(EXAM, lines, strict=True)
    )


def _standing_line(
    notes: Sequence[StoredNote], deviations: Sequence[Deviation], key: str, *, title: str, line: str
) -> tuple[str, str, date | None]:
    days = [one.note.on for one in notes if one.note.exam.looked_into(key)]
    if not days:
        return title, line, None
    seen = [
        (next(one.note.on for one in notes if sign.item in one.note.exam.items), sign) for sign in deviations
    ]
    older = [f"{sign.text} ({day_in(on, PatientLanguage.ENGLISH)})" for on, sign in seen if on != max(days)]
    said = f" Not looked at again since: {'; '.join(older)}." if older else ""
    return title, line + said, max(days)


def standing_impression(notes: Sequence[StoredNote]) -> tuple[str, date] | None:
    """The last impression written, and the day of its visit; None where no note has one. The newest note is first."""
    return next(((one.note.exam.impression, one.note.on) for one in notes if one.note.exam.impression), None)


def note_at(connection: sa.Connection, person_id: str, document_id: str) -> StoredNote:
    """One note of a patient; raises NoteRefused when it is somebody else's."""
    document = load(connection, document_id)
    if document.person_id != person_id or document.kind != KIND:
        raise NoteRefused("This note is not one of this patient. Open it from the patient's page.")
    return _stored(document)


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
    )
