"""One question of the intake, the screen it stands on, and the check of its answer."""

from dataclasses import dataclass
from enum import Enum

from spondyl.assessment.intake.two_languages import InBoth
from spondyl.assessment.refused import Refused

LONGEST_TEXT = 1000
"""Characters of a free answer."""

Marks = tuple[str, ...]
"""What was marked for one item: one entry, several where several may be ticked, none where nothing applies."""


class ItemKind(Enum):
    """How an item is answered."""

    YES_NO = "yes_no"
    CHOICE = "choice"
    TICKS = "ticks"
    SCALE = "scale"
    TEXT = "text"
    BODY_MAP = "body_map"


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One answer to choose, with the code that is kept."""

    code: str
    text: InBoth


YES_NO_OPTIONS = (
    Option(code="yes", text=InBoth("Yes", "Sí")),
    Option(code="no", text=InBoth("No", "No")),
    Option(code="unknown", text=InBoth("Not sure", "No lo sé")),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One question. ``options`` are the answers of a choice, of ticks and of the body map."""

    key: str
    kind: ItemKind
    text: InBoth
    options: tuple[Option, ...] = ()
    hint: InBoth | None = None
    low: InBoth | None = None
    high: InBoth | None = None
    is_required: bool = False

    def __post_init__(self) -> None:
        needs_options = self.kind in (ItemKind.CHOICE, ItemKind.TICKS, ItemKind.BODY_MAP, ItemKind.YES_NO)
        if needs_options != bool(self.options):
            raise ValueError(
                f"The item {self.key} of kind {self.kind.value} has {len(self.options)} options."
            )

    @property
    def takes_many(self) -> bool:
        """Whether several answers may be marked."""
        return self.kind in (ItemKind.TICKS, ItemKind.BODY_MAP)

    def option(self, code: str) -> Option | None:
        """The option of that code."""
        return next((one for one in self.options if one.code == code), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """One screen of the intake."""

    key: str
    title: InBoth
    lead: InBoth | None
    items: tuple[Item, ...]


class IntakeAnswerRefused(Refused):
    """An answer that its question does not take. ``what`` is wrong, ``why``, and what to ``do`` next."""


def check_marks(item: Item, marks: Marks) -> Marks:
    """The marks as they are kept: blanks removed, repeated ticks once. Raises IntakeAnswerRefused.

    >>> check_marks(Item(key="a", kind=ItemKind.SCALE, text=InBoth("How bad?", "¿Cuánto?")), ("7",))
    ('7',)
    """
    kept = tuple(dict.fromkeys(text for mark in marks if (text := mark.strip())))
    if len(kept) > 1 and not item.takes_many:
        raise _refused(item, ", ".join(kept), "It takes one answer.")
    for mark in kept:
        _check_mark(item, mark)
    return kept


def _check_mark(item: Item, mark: str) -> None:
    if item.kind is ItemKind.TEXT:
        if len(mark) > LONGEST_TEXT:
            raise _refused(item, f"{mark[:20]}…", f"It holds at most {LONGEST_TEXT} characters.")
    elif item.kind is ItemKind.SCALE:
        if not (mark.isdecimal() and mark.isascii() and int(mark) <= 10):
            raise _refused(item, mark, "It takes a whole number from 0 to 10.")
    elif item.option(mark) is None:
        raise _refused(item, mark, f"It takes {', '.join(one.code for one in item.options)}.")


def _refused(item: Item, mark: str, why: str) -> IntakeAnswerRefused:
    return IntakeAnswerRefused(
        what=f"{mark!r} is not an answer to {item.key!r}.", why=why, do="Choose one of the answers shown."
    )


def yes_no(key: str, en: str, es: str, *, hint: InBoth | None = None) -> Item:
    """A question that is answered with yes, no or 'not sure'."""
    return Item(
        key=key,
        kind=ItemKind.YES_NO,
        text=InBoth(en, es),
        options=YES_NO_OPTIONS,
        hint=hint,
        is_required=True,
    )


def choice(key: str, text: InBoth, *options: tuple[str, str, str]) -> Item:
    """A question with one answer of several, each as (code, English, Spanish)."""
    return Item(key=key, kind=ItemKind.CHOICE, text=text, options=_options(options), is_required=True)


def ticks(key: str, text: InBoth, *options: tuple[str, str, str], hint: InBoth | None = None) -> Item:
    """A list of which any number may be ticked, each as (code, English, Spanish)."""
    return Item(key=key, kind=ItemKind.TICKS, text=text, options=_options(options), hint=hint)


def free_text(key: str, en: str, es: str, *, hint: InBoth | None = None) -> Item:
    """A question answered in the patient's own words."""
    return Item(key=key, kind=ItemKind.TEXT, text=InBoth(en, es), hint=hint)


def _options(options: tuple[tuple[str, str, str], ...]) -> tuple[Option, ...]:
    return tuple(Option(code=code, text=InBoth(en, es)) for code, en, es in options)
