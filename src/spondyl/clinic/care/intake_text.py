"""An intake as a clinician reads it: question and answer, screen by screen, in English."""

from dataclasses import dataclass

from spondyl.assessment.intake import INTAKE, Intake, Item, ItemKind

NOT_ANSWERED = "not answered"


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One screen with its questions and answers."""

    title: str
    lines: tuple[tuple[str, str], ...]


def sections_of(intake: Intake) -> tuple[Section, ...]:
    """Every screen of the form, what was carried over from an earlier one included."""
    return tuple(
        Section(
            title=group.title.en,
            lines=tuple(
                (item.text.en, answer_text(item, intake, is_left=group.key in intake.finished))
                for item in group.items
            ),
        )
        for group in INTAKE
    )


def answer_text(item: Item, intake: Intake, *, is_left: bool) -> str:
    """The answer in words. Nothing ticked on a screen that was left means none; before, it means not answered."""
    marks = intake.of(item.key)
    if not marks:
        return "none" if item.takes_many and is_left else NOT_ANSWERED
    if item.kind in (ItemKind.TEXT, ItemKind.SCALE):
        return marks[0] if item.kind is ItemKind.TEXT else f"{marks[0]} of 10"
    texts = [option.text.en for option in item.options if option.code in marks]
    return "; ".join(texts)
