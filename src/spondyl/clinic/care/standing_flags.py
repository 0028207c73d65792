"""What of all the forms of a patient still holds: the newest one whole, an earlier one for what it was told."""

from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa

from spondyl.assessment.intake import (
    ITEM_BEHIND,
    Stop,
    flags_said,
    items_said,
    open_flags,
    screen_of,
    stop_of,
    stop_said,
)
from spondyl.assessment.screening import Flag, Urgency
from spondyl.clinic.care.intake_record import StoredIntake, cleared_items, every


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingForm:
    """A form with the items of it that a clinician let pass.

    An earlier form holds what was said in it; its questions without an answer are the newest form's to ask.
    """

    stored: StoredIntake
    cleared: frozenset[str]
    is_newest: bool

    @property
    def stop(self) -> Stop:
        """What this form blocks."""
        return (stop_of if self.is_newest else stop_said)(self.stored.intake, self.cleared)

    @property
    def said(self) -> frozenset[str]:
        """Items answered with yes, or ever with what calls for now or today, that no clinician has let pass."""
        return items_said(self.stored.intake) - self.cleared

    @property
    def flags_said(self) -> tuple[Flag, ...]:
        """The flags answered with yes that no clinician has cleared, the most urgent first."""
        return tuple(
            flag for flag in flags_said(self.stored.intake) if ITEM_BEHIND[flag.question.key] in self.said
        )

    @property
    def flags(self) -> tuple[Flag, ...]:
        """The flags that hold: of the newest form with its open questions, of an earlier one those said."""
        if self.is_newest:
            return open_flags(self.stored.intake, self.cleared)
        return tuple(
            flag
            for flag in screen_of(self.stored.intake).flags
            if ITEM_BEHIND[flag.question.key] in self.said
        )


def standing_forms(connection: sa.Connection, person_id: str) -> tuple[StandingForm, ...]:
    """Every form of a patient, the one begun last first."""
    return tuple(
        StandingForm(stored=stored, cleared=cleared_items(connection, stored), is_newest=number == 0)
        for number, stored in enumerate(every(connection, person_id))
    )


def earlier_flags(forms: tuple[StandingForm, ...]) -> tuple[Flag, ...]:
    """Flags of earlier forms that the newest form does not raise as well, each once, the most urgent first."""
    newest = forms[0].said if forms else frozenset[str]()
    found = {flag.question.key: flag for form in reversed(forms[1:]) for flag in form.flags}
    left = [flag for flag in found.values() if ITEM_BEHIND[flag.question.key] not in newest]
    return tuple(by_urgency(left))


def by_urgency(flags: Iterable[Flag]) -> list[Flag]:
    """The flags, the most urgent first."""
    return sorted(flags, key=lambda flag: list(Urgency).index(flag.question.urgency))
