"""What people beside the table say while a session runs: the patient's pain, and whether a dose is accepted."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock

from spondyl.clinic.adjust.feed import Feed
from spondyl.clinic.adjust.said_pain import SaidPain
from spondyl.clinic.adjust.stop_switch import StopSwitch
from spondyl.treatment.adjustment import Decision, Told, to_json

PATIENCE_S = 120.0
"""A tip does not rest on a patient longer than this while nobody answers."""

LOOK_S = 0.02


class AnswerRefused(ValueError):  # noqa: N818 (a refusal is an answer, not a fault)
    """An answer to a question that is not open; the message says what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A dose that waits for the clinician."""

    number: int
    decision: Decision
    since_s: float


class Answers:
    """Given by the page, read by the session."""

    def __init__(
        self, feed: Feed, stop: StopSwitch, *, seconds: Callable[[], float] = time.monotonic
    ) -> None:
        self._feed = feed
        self._stop = stop
        self._seconds = seconds
        self._lock = Lock()
        self._pain = SaidPain()
        self._asked_since: float | None = None
        self._proposals = 0
        self.open: Proposal | None = None
        self._accepted: bool | None = None

    # Said by the page

    def say_pain(self, pain: int) -> None:
        """Pain now, 0 to 10."""
        if not 0 <= pain <= 10:
            raise AnswerRefused(f"Pain is {pain}; it lies between 0 and 10. Press one of the numbers.")
        self._pain.say(pain)
        self._feed.event("pain", pain=pain)

    def waiting(self, number: int) -> Proposal:
        """The dose with this number, while it waits."""
        with self._lock:
            return self._waiting(number)

    def answer(self, number: int, *, accepts: bool) -> Proposal:
        """Accept or decline the dose with this number, which was read on the page."""
        with self._lock:
            proposal = self._waiting(number)
            self._accepted = accepts
            return proposal

    def _waiting(self, number: int) -> Proposal:
        if self.open is None or self.open.number != number or self._accepted is not None:
            raise AnswerRefused("This dose is not waiting for an answer any more. Read the newest one.")
        return self.open

    # Read by the session

    def heard(self) -> Told | None:
        """What was said of the pain by now; None until it has been said once. Asks nobody."""
        return self._pain.heard()

    def told(self) -> Told | None:
        """The same; where nobody has said it yet, the page asks."""
        if (said := self.heard()) is not None:
            return said
        if self._asked_since is None:
            self._asked_since = self._seconds()
            self._feed.event(
                "question", text="How much does it hurt now, 0 to 10? Ask, and press the number."
            )
        self._hurry(self._asked_since, "nobody said how much it hurts")
        return None

    def accept(self, decision: Decision) -> bool | None:
        """Whether the dose was accepted; None while nobody has answered. More pain stops at once: the tip is on."""
        with self._lock:
            if self.open is None:
                self._proposals += 1
                self.open = Proposal(number=self._proposals, decision=decision, since_s=self._seconds())
                self._feed.event("proposal", number=self._proposals, **to_json(decision))
            is_accepted, since_s = self._accepted, self.open.since_s
            if is_accepted is not None:
                self._feed.event("answered", number=self.open.number, accepted=is_accepted)
                self.open = self._accepted = None
                return is_accepted
        if rise := self._pain.rise():
            self._stop.press(f"the patient: {rise[0].lower()}{rise[1:].rstrip('.')}")
        self._hurry(since_s, "nobody answered the proposed dose")
        return None

    def _hurry(self, since_s: float, what: str) -> None:
        if self._seconds() - since_s > PATIENCE_S:
            self._stop.press(f"{what} for {PATIENCE_S:g} seconds")
        time.sleep(LOOK_S)
