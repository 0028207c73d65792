"""From the fields of the page to a visit note, and back."""

from dataclasses import dataclass
from datetime import date

from spondyl.assessment.exam import EXAM, TESTS, Deviation, Exam, ExamGroup, ExamRefused, ExamTest, Side
from spondyl.assessment.questionnaires import ScoreRefused
from spondyl.assessment.written_number import written_whole
from spondyl.clinic.care.option_names import option_lines
from spondyl.clinic.care.visit_note import NoteRefused, VisitNote
from spondyl.clinic.report.day_text import day_text
from spondyl.clinic.web.written_fields import Written, field_of, too_long

LONGEST = {"impression": ("The impression", 500)}


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteForm:
    """The fields as sent, so that a page with a problem shows again what was entered."""

    sent: Written

    def one(self, name: str) -> str:
        """The value of a field, or an empty text."""
        return field_of(self.sent, name)

    def after_version(self, newest: int) -> int:
        """The version that the form was opened with, the newest where it says none; a text is older than every one."""
        sent = self.one("after_version")
        return (written_whole(sent) or 0) if sent else newest

    def asked_again(self, standing: Exam) -> "NoteForm":
        """Without the tick of a group that holds a sign of which the form says nothing: nobody looked at it."""
        unanswered = {
            f"g-{group.key}"
            for group in EXAM
            for sign in standing.in_group(group.key)
            if not self.one(f"t-{sign.test}-{sign.side.value}")
        }
        return NoteForm(sent={name: values for name, values in self.sent.items() if name not in unanswered})

    def _pain(self) -> int | None:
        said = self.one("pain")
        number = written_whole(said)
        if said and number is None:
            raise NoteRefused(
                f"{said!r} is no number of the pain scale; it takes 0 to 10. Choose one of them."
            )
        return number

    def _day(self, default: date, *, today: date, born: date | None) -> date:
        sent = self.one("on")
        try:
            day = date.fromisoformat(sent) if sent else default
        except ValueError:
            raise NoteRefused(f"{sent!r} is no day of a visit; write it as 2026-12-31.") from None
        if day > today:
            raise NoteRefused(f"{day_text(day)} lies in the future. Choose the day of the visit.")
        if born and day < born:
            raise NoteRefused(f"On {day_text(day)} the patient was not born. Correct the year.")
        return day

    def _done(self) -> tuple[str, ...]:
        """What was done, each option once; one that there is not is refused."""
        done = tuple(dict.fromkeys(self.sent.get("done", ())))
        unknown = sorted(set(done) - {line.id for line in option_lines()})
        if unknown:
            raise NoteRefused(
                f"There is no option {unknown[0]!r}. Load the page again and choose what was done."
            )
        return done

    def note(self, *, on: date, today: date, born: date | None) -> VisitNote:
        """The note, of the day ``on`` where the form says none; raises NoteRefused with what is wrong."""
        if problem := too_long(self.sent, LONGEST):
            raise NoteRefused(problem)
        try:
            return VisitNote(
                exam=self._exam(),
                on=self._day(on, today=today, born=born),
                pain=self._pain(),
                done=self._done(),
                text=self.one("text"),
            )
        except (ExamRefused, ScoreRefused) as refused:
            raise NoteRefused(str(refused)) from refused

    @property
    def groups_with_deviations(self) -> frozenset[str]:
        """Groups that are shown open: a test in them was looked at by itself, or has words beside it."""
        return frozenset(
            group.key
            for group in EXAM
            for test in group.tests
            if self.one(f"n-{test.key}") or any(self.one(f"t-{test.key}-{side.value}") for side in test.sides)
        )

    def _not_normal(self, test: ExamTest) -> tuple[tuple[Side, str], ...]:
        """The sides on which the test was not normal, each with the result."""
        found = ((side, self.one(f"t-{test.key}-{side.value}")) for side in test.sides)
        return tuple((side, value) for side, value in found if value not in ("", test.values[0].code))

    def _refuse_words_beside_normal(self) -> None:
        """Words beside a test that is left at normal would be lost: the note keeps them with an exception only."""
        for test in (one for group in EXAM for one in group.tests):
            if (words := self.one(f"n-{test.key}")) and not self._not_normal(test):
                raise NoteRefused(
                    f"{test.label}: {words!r} stands beside a normal result and would be lost. Choose what was not "
                    "normal, or write it under Impression."
                )

    def _exam(self) -> Exam:
        self._refuse_words_beside_normal()
        marked = frozenset(group.key for group in EXAM if self.one(f"g-{group.key}") == "examined")
        return Exam(
            examined=marked,
            deviations=tuple(one for group in EXAM for one in self._deviations(group)),
            normal=frozenset(
                (test.key, side)
                for group in EXAM
                if group.key not in marked
                for test in group.tests
                for side in test.sides
                if self.one(f"t-{test.key}-{side.value}") == test.values[0].code
            ),
            impression=self.one("impression"),
        )

    def _deviations(self, group: ExamGroup) -> tuple[Deviation, ...]:
        return tuple(
            Deviation(test=test.key, side=side, value=value, note=self.one(f"n-{test.key}"))
            for test in group.tests
            for side, value in self._not_normal(test)
        )


def form_of(note: VisitNote) -> NoteForm:
    """The form filled with a note, to correct it."""
    sent = {
        "on": [note.on.isoformat()],
        "pain": [] if note.pain is None else [str(note.pain)],
        "done": list(note.done),
        "text": [note.text],
        "impression": [note.exam.impression],
    }
    sent |= {f"g-{key}": ["examined"] for key in note.exam.examined}
    for test, side in note.exam.normal:
        sent[f"t-{test}-{side.value}"] = [TESTS[test].values[0].code]
    for one in note.exam.deviations:
        sent[f"t-{one.test}-{one.side.value}"] = [one.value]
        sent[f"n-{one.test}"] = [one.note]
    return NoteForm(sent=sent)


EMPTY = NoteForm(sent={})
