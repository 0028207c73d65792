"""The intake: its screens in order, and the answers given so far."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from spondyl.assessment.intake.complaint_groups import COMPLAINT, PAIN, WHERE
from spondyl.assessment.intake.danger import calls_for_today
from spondyl.assessment.intake.function_groups import FUNCTION_GROUPS
from spondyl.assessment.intake.history_groups import HISTORY, MEDICINES, WISHES
from spondyl.assessment.intake.item import Group, IntakeAnswerRefused, Item, Marks, check_marks
from spondyl.assessment.intake.safety_groups import BODY_SAFETY, RED_FLAG_NERVES, RED_FLAG_OTHER
from spondyl.assessment.intake.two_languages import PatientLanguage

INTAKE = (
    COMPLAINT,
    RED_FLAG_NERVES,
    RED_FLAG_OTHER,
    WHERE,
    PAIN,
    *FUNCTION_GROUPS,
    BODY_SAFETY,
    HISTORY,
    MEDICINES,
    WISHES,
)
"""One screen each, the questions that cannot wait near the front."""
ITEMS = {item.key: item for group in INTAKE for item in group.items}
GROUPS = {group.key: group for group in INTAKE}
_GROUP_OF = {item.key: group.key for group in INTAKE for item in group.items}
EVERY_SCREEN = tuple(group.key for group in INTAKE)
FOLLOW_UP = tuple(
    group.key
    for group in (COMPLAINT, RED_FLAG_NERVES, RED_FLAG_OTHER, PAIN, *FUNCTION_GROUPS, BODY_SAFETY, MEDICINES)
)
"""Asked again before a review: how long it lasts, every danger, the pain, the day, blood thinners and pregnancy. What
was no weeks ago may be yes."""
_STAYS = frozenset({"complaint", "medicines", "allergies"})
"""What is asked again with the answer of before already there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """Answers by item, and the screens that the patient has left with 'next'.

    ``finished`` holds group keys: only there does an empty list of ticks mean 'none of these'.
    ``raised`` remembers items that ever carried an answer that somebody must act on now or today, corrected or not.
    ``asked`` are the screens of this form; answers to others were carried over from an earlier one.
    ``read_in`` are the languages in which a screen was answered and left, by its key.
    """

    language: PatientLanguage = PatientLanguage.ENGLISH
    answers: Mapping[str, Marks] = field(default_factory=dict[str, Marks])
    finished: frozenset[str] = frozenset()
    raised: frozenset[str] = frozenset()
    asked: tuple[str, ...] = EVERY_SCREEN
    read_in: Mapping[str, frozenset[PatientLanguage]] = field(
        default_factory=dict[str, frozenset[PatientLanguage]]
    )

    def __post_init__(self) -> None:
        for key, marks in self.answers.items():
            check_marks(item_of(key), marks)
        for key in (*self.finished, *self.asked, *self.read_in):
            group_of(key)
        for key in self.raised:
            item_of(key)

    @property
    def next_group(self) -> Group | None:
        """The first screen that is not finished, where the patient goes on; None at the end."""
        return next((group for group in self.groups if group.key not in self.finished), None)

    @property
    def groups(self) -> tuple[Group, ...]:
        """The screens of this form in order."""
        return tuple(group for group in INTAKE if group.key in self.asked)

    def of(self, key: str) -> Marks:
        """The marks of an item; empty when nothing was marked."""
        return self.answers.get(key, ())

    def one(self, key: str) -> str:
        """The only mark of an item, or an empty text."""
        return next(iter(self.of(key)), "")


def item_of(key: str) -> Item:
    """The item of that key. Raises IntakeAnswerRefused: an answer to an unknown question could hide a danger."""
    found = ITEMS.get(key)
    if found is None:
        raise IntakeAnswerRefused(
            what=f"The intake has no question {key!r}.",
            why="An answer to an unknown question could hide a danger.",
            do="Load the page again.",
        )
    return found


def group_of(key: str) -> Group:
    """The screen of that key. Raises IntakeAnswerRefused."""
    found = GROUPS.get(key)
    if found is None:
        raise IntakeAnswerRefused(
            what=f"The intake has no screen {key!r}.",
            why=f"It has {', '.join(GROUPS)}.",
            do="Load the page again.",
        )
    return found


def answered(intake: Intake, key: str, marks: Marks, *, language: PatientLanguage | None = None) -> Intake:
    """The intake with one answer changed, read in ``language`` (the form's when None). Raises IntakeAnswerRefused."""
    kept = check_marks(item_of(key), marks)
    raised = intake.raised | {key} if calls_for_today(key, kept) else intake.raised
    read_in = intake.read_in if kept == intake.of(key) else _read(intake, _GROUP_OF[key], language)
    return replace(intake, answers={**intake.answers, key: kept}, raised=raised, read_in=read_in)


def ticked(
    intake: Intake, key: str, *, added: Marks, removed: Marks, language: PatientLanguage | None = None
) -> Intake:
    """The intake with some ticks of an item set or taken away; its others stay. Raises IntakeAnswerRefused."""
    item = item_of(key)
    if not item.takes_many:
        raise IntakeAnswerRefused(
            what=f"{key!r} has no ticks.", why="It takes one answer.", do="Choose one of the answers shown."
        )
    check_marks(item, (*added, *removed))
    marks = {*intake.of(key), *added} - {*removed}
    whole = tuple(one.code for one in item.options if one.code in marks)
    return answered(intake, key, whole, language=language)


def finished(intake: Intake, key: str, *, language: PatientLanguage | None = None) -> Intake:
    """The intake with one screen finished, read in ``language`` (the form's when None).

    To read it once more changes no answer of then. Raises IntakeAnswerRefused while a question on it must be answered.
    """
    group = group_of(key)
    missing = open_questions(intake, group)
    if missing:
        raise IntakeAnswerRefused(
            what=f"Not answered yet: {missing[0].text.in_(intake.language)}",
            why=f"{len(missing)} of {len(group.items)} questions on this screen are open.",
            do="Answer it; 'not sure' is an answer.",
        )
    read_in = intake.read_in if key in intake.finished else _read(intake, key, language)
    return replace(intake, finished=intake.finished | {key}, read_in=read_in)


def _read(
    intake: Intake, group: str, language: PatientLanguage | None
) -> Mapping[str, frozenset[PatientLanguage]]:
    before = intake.read_in.get(group, frozenset())
    return {**intake.read_in, group: before | {language or intake.language}}


def open_questions(intake: Intake, *groups: Group) -> tuple[Item, ...]:
    """The questions on these screens that must be answered and are not."""
    items = (item for group in groups for item in group.items)
    return tuple(item for item in items if item.is_required and not intake.of(item.key))


def follow_up(before: Intake) -> Intake:
    """A shorter form before a review: its screens are open again, everything else is carried over."""
    again = {item.key for key in FOLLOW_UP for item in GROUPS[key].items} - _STAYS
    return Intake(
        language=before.language,
        answers={key: marks for key, marks in before.answers.items() if key not in again},
        finished=before.finished - set(FOLLOW_UP),
        raised=before.raised - again,
        asked=FOLLOW_UP,
        read_in={key: languages for key, languages in before.read_in.items() if key not in FOLLOW_UP},
    )
