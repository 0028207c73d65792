"""What single keys beside a session mean: stop, or how much it hurts."""

from collections.abc import Callable

STOP = " sS"
PAIN = {**{str(pain): pain for pain in range(10)}, "x": 10, "X": 10}
ESCAPE = "\x1b"
ESCAPE_S = 0.1
"""The bytes of one function key or of a terminal's answer come this close together; a person's next key does not."""
SECOND_DIGIT_S = 0.7
"""A 0 that follows a 1 within this time makes it 10."""


class TypedKeys:
    """Takes text as it is typed. A stop counts at once; a 1 when no 0 can follow it any more.

    The sequences that a terminal sends for arrows, function keys and its own answers hold digits which nobody said:
    they are skipped whole (ECMA-48, 5.4: from CSI to a byte of 0x40 to 0x7E).
    """

    def __init__(self, *, stop: Callable[[], None], say: Callable[[int], None]) -> None:
        self._stop = stop
        self._say = say
        self._within = ""
        self._within_s = 0.0
        self._one_s: float | None = None

    def typed(self, text: str, now_s: float) -> None:
        """What was typed by now."""
        self.passed(now_s)
        for letter in text:
            if self._within or letter == ESCAPE:
                self._sequence(letter, now_s)
            else:
                self._key(letter, now_s)

    def passed(self, now_s: float) -> None:
        """Nothing more was typed until now."""
        if now_s - self._within_s > ESCAPE_S:
            self._within = ""
        if self._one_s is not None and now_s - self._one_s > SECOND_DIGIT_S:
            self._settle()

    def _settle(self) -> None:
        if self._one_s is not None:
            self._one_s = None
            self._say(1)

    def _sequence(self, letter: str, now_s: float) -> None:
        before, self._within_s = self._within, now_s
        if letter == ESCAPE or (before == ESCAPE and letter in "[O"):
            self._within = letter
        elif before != "[" or "@" <= letter <= "~":
            self._within = ""
            if before == ESCAPE and letter in STOP:
                # Alt with a stop key, or Escape just before it: a stop is never skipped.
                self._stop()

    def _key(self, letter: str, now_s: float) -> None:
        if letter in STOP:
            self._stop()
        elif letter == "0" and self._one_s is not None:
            self._one_s = None
            self._say(10)
        elif letter in PAIN:
            self._settle()
            if letter == "1":
                self._one_s = now_s
            else:
                self._say(PAIN[letter])
