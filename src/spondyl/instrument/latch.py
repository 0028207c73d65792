"""The stop that stays pressed until a person clears it. Part of the safety kernel."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class StopLatch:
    """Pressing is always possible and repeating it changes nothing; clearing needs a person's name."""

    is_pressed: bool = False
    cleared_by: str = ""

    def pressed(self) -> "StopLatch":
        """The latch after a stop, in whatever state it was."""
        return StopLatch(is_pressed=True)

    def cleared(self, person: str) -> "StopLatch":
        """The latch after a named person took responsibility for going on."""
        if not person.strip():
            raise ValueError("A stop is cleared by a named person; the name is empty. Give the name.")
        return StopLatch(is_pressed=False, cleared_by=person)
