"""Run a recorded session again on its recorded readings and compare every byte."""

from dataclasses import dataclass
from enum import Enum

from spondyl.treatment.adjustment.outcome import Outcome
from spondyl.treatment.adjustment.plan import RULES
from spondyl.treatment.adjustment.record import RecordError, RecordWriter, SessionRecord, read_record
from spondyl.treatment.adjustment.session import session


class Verdict(Enum):
    """What a replay says of a record."""

    IDENTICAL = "identical"
    DIFFERENT = "different"
    UNFINISHED = "unfinished"
    OTHER_RULES = "made by other rules"


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """``text`` says where the first difference lies, or what is missing."""

    verdict: Verdict
    text: str
    record: SessionRecord | None


def replay(data: bytes) -> Replay:
    """Identical only when commands, decisions and outcome, computed anew, give the same file to the last byte.

    Decisions are computed by this program's rules, so of a record made by others only the chain is checked.

    A record without an end is unfinished: the host was killed, or somebody cut the end off; which of the two, no file
    can tell by itself.
    """
    try:
        record = read_record(data)
        return _again(data, record) if record.head.rules == RULES else _other_rules(record)
    except RecordError as error:
        return Replay(verdict=Verdict.DIFFERENT, text=str(error), record=None)


def _other_rules(record: SessionRecord) -> Replay:
    head = record.head
    text = (
        f"The record's chain holds, but its decisions cannot be computed again here: it was made by rules {head.rules} "
        f"(Spondyl {head.version}), this program has rules {RULES}. Replay it with the program that made it. "
        f"SHA-256 {record.digest}"
    )
    return Replay(verdict=Verdict.OTHER_RULES, text=text, record=record)


def _again(data: bytes, record: SessionRecord) -> Replay:
    again = _Again(data)
    again.add("the plan", again.writer.begin(record.head))
    play = session(record.head.plan)
    command = next(play)
    for number, step in enumerate(record.steps, 1):
        again.add(f"command {number}", again.writer.asked(command))
        if step.reading is None:
            break
        again.add(
            f"answer {number}",
            again.writer.answered(step.reading, step.parquet or None, missing_ms=step.missing_ms),
        )
        try:
            command = play.send(step.reading)
        except StopIteration as end:
            return _ended(again, record, end.value)
    again.rest_is_torn()
    text = f"Every byte of {len(record.steps)} steps is as recorded, but there is no end: the host was ended, or the "
    return Replay(verdict=Verdict.UNFINISHED, text=f"{text}end was cut off.", record=record)


def _ended(again: "_Again", record: SessionRecord, outcome: Outcome) -> Replay:
    made = again.writer.end(outcome)
    if len(again.rest) < len(made) and made.startswith(again.rest):
        text = "Only the outcome is missing at the end, or a part of it."
        return Replay(verdict=Verdict.UNFINISHED, text=text, record=record)
    again.add("the outcome", made)
    if again.rest:
        raise RecordError(f"Byte {again.at}: {len(again.rest)} bytes follow the end of the record.")
    text = f"{len(record.steps)} steps computed again: every byte is the same. SHA-256 {record.digest}"
    return Replay(verdict=Verdict.IDENTICAL, text=text, record=record)


class _Again:
    """The file so far, made anew beside the one that was read."""

    def __init__(self, data: bytes) -> None:
        self.writer = RecordWriter()
        self.at = 0
        self._data = data

    @property
    def rest(self) -> bytes:
        return self._data[self.at :]

    def add(self, what: str, made: bytes) -> None:
        found = self._data[self.at : self.at + len(made)]
        if found != made:
            offset = next(
                (i for i, (a, b) in enumerate(zip(found, made, strict=False)) if a != b), len(found)
            )
            raise RecordError(f"Byte {self.at + offset}, in {what}, differs from what the session gives.")
        self.at += len(made)

    def rest_is_torn(self) -> None:
        """After the last whole step only the beginning of a member may lie."""
        if self.rest.startswith(bytes(512)):
            raise RecordError(
                f"Byte {self.at}: the file ends like a whole record, but the outcome is missing."
            )
