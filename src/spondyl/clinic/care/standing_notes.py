"""What stands of all the notes of a patient: what is signed holds, and what is not signed yet may only add a sign."""

from collections.abc import Sequence
from datetime import date

from spondyl.assessment.exam import (
    EXAM,
    Deviation,
    Exam,
    ExamAlert,
    exam_alerts,
    exam_in_force,
    exam_lines,
    exam_with_signs,
    power_before,
)
from spondyl.assessment.intake import PatientLanguage
from spondyl.clinic.care.patient_words import day_in
from spondyl.clinic.care.visit_note import StoredNote


def signed_notes(notes: Sequence[StoredNote]) -> tuple[StoredNote, ...]:
    """Of each note the last signed version; a note that nobody signed is left out."""
    held = (one if one.is_signed else one.signed_before for one in notes)
    return tuple(one for one in held if one is not None)


def drafts(notes: Sequence[StoredNote]) -> tuple[StoredNote, ...]:
    """The notes, and the corrections of notes, that nobody has signed yet."""
    return tuple(one for one in notes if not one.is_signed)


def standing_exam(notes: Sequence[StoredNote]) -> Exam:
    """What stands of these notes, the newest first: of each group the last look at it that is signed.

    A sign of a note that is not signed yet stands beside: it takes none away, and none waits for a signature.
    """
    signed = exam_in_force([one.note.exam for one in signed_notes(notes)])
    return exam_with_signs(signed, exam_in_force([one.note.exam for one in notes]))


def standing_alerts(notes: Sequence[StoredNote]) -> tuple[ExamAlert, ...]:
    """The signs of these notes that stop an adjustment; of power also what was lost since an earlier note."""
    newest, signed = (
        power_before([(one.note.on, one.note.exam) for one in some]) for some in (notes, signed_notes(notes))
    )
    return exam_alerts(standing_exam(notes), newest | signed)


def standing_lines(notes: Sequence[StoredNote]) -> tuple[tuple[str, str, date | None], ...]:
    """Every group with its sentence, and the day on which it was looked at last (None: never), by what is signed.

    What was not normal on an earlier day, and was not looked at since, is said with that day.
    """
    held = signed_notes(notes)
    standing = exam_in_force([one.note.exam for one in held])
    lines = exam_lines(standing)
    return tuple(
        _standing_line(held, standing.in_group(group.key), group.key, title=title, line=line)
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
    """The last impression that is signed, and the day of its visit; None where no note has one."""
    said = ((one.note.exam.impression, one.note.on) for one in signed_notes(notes))
    return next((one for one in said if one[0]), None)


def draft_lines(note: StoredNote) -> tuple[tuple[str, str], ...]:
    """What a note that is not signed says of the examination: its groups that were looked into, and the impression."""
    exam = note.note.exam
    lines = zip(EXAM, exam_lines(exam), strict=True)
    said = tuple(line for group, line in lines if exam.looked_into(group.key))
    return (*said, ("Impression", exam.impression)) if exam.impression else said
