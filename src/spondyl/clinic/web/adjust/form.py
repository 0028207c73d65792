"""From the fields of the page to the plan of a session."""

from dataclasses import dataclass

from spondyl.assessment.screening import Answer
from spondyl.assessment.written_number import written_decimal
from spondyl.clinic.care.adjustment_gate import ASKED
from spondyl.clinic.web.written_fields import Written, too_long
from spondyl.instrument import SEGMENTS, Gate, Limits
from spondyl.instrument.caps import PLACEHOLDER_PEAK_N
from spondyl.treatment.adjustment import Plan, Rule

MOST_N = max(PLACEHOLDER_PEAK_N.values())
LONGEST = {"maximum_n": ("The maximum", 6)}


class SetupRefused(ValueError):  # noqa: N818 (a refusal is an answer, not a fault)
    """A session that cannot be set up so, in one sentence or more; ``field`` names what to change."""

    def __init__(self, field: str, *sentences: str) -> None:
        super().__init__(" ".join(sentences))
        self.field, self.sentences = field, sentences


@dataclass(frozen=True, slots=True, kw_only=True)
class SetupForm:
    """The fields as sent, so that a page with a problem shows again what was entered."""

    sent: Written

    def one(self, name: str, default: str = "") -> str:
        """The value of a field."""
        return next(iter(self.sent.get(name, [])), default).strip()

    @property
    def said(self) -> dict[str, Answer]:
        """The answers to the contraindications; a question without one is left out, and blocks."""
        known = {one.value for one in Answer}
        given = {one.key: self.one(f"answer-{one.key}") for one in ASKED}
        return {key: Answer(value) for key, value in given.items() if value in known}

    @property
    def is_live(self) -> bool:
        """Whether the instrument behind the clinic's address is wanted; a dry run else."""
        return self.one("instrument") == "address"

    def plan(self, *, session: int, gate: Gate, simulated: bool) -> Plan:
        """The plan; raises SetupRefused."""
        if problem := too_long(self.sent, LONGEST):
            raise SetupRefused("maximum_n", problem)
        segments = self._segments()
        rule = Rule(self.one("rule")) if self.one("rule") in {one.value for one in Rule} else Rule.PAIN
        chosen = self.one("chosen") if rule is Rule.CLINICIAN else ""
        if rule is Rule.CLINICIAN and chosen not in segments:
            raise SetupRefused(
                "chosen",
                f"{chosen or 'No segment'} is chosen, but {segments[0]} to {segments[-1]} are read. "
                "Choose one among them.",
            )
        return Plan(
            session=session,
            segments=segments,
            rule=rule,
            chosen=chosen,
            pain=self._pain(segments),
            limits=Limits(maximum_n=self._maximum_n()),
            gate=gate,
            simulated=simulated,
            only_probe=self.one("only_probe") == "yes",
        )

    def _segments(self) -> tuple[str, ...]:
        first, last = self.one("first"), self.one("last")
        if first not in SEGMENTS or last not in SEGMENTS:
            raise SetupRefused("first", "Choose the first and the last segment to read.")
        begin, end = SEGMENTS.index(first), SEGMENTS.index(last)
        if begin > end:
            raise SetupRefused("first", f"{first} lies below {last}. Choose them from head to foot.")
        return SEGMENTS[begin : end + 1]

    def _maximum_n(self) -> float:
        typed = self.one("maximum_n")
        value = written_decimal(typed or "0")
        if value is None:
            raise SetupRefused("maximum_n", f"'{typed}' is not a number. Type newtons, such as 60.")
        if not 0.0 < value <= MOST_N:
            raise SetupRefused(
                "maximum_n",
                f"The maximum is {value:g} N; nothing may be delivered. Type a force above 0, at most {MOST_N:g} N."
                if value == 0.0
                else f"The maximum is {value:g} N; it lies between 0 and {MOST_N:g} N. Type one there.",
            )
        return value

    def _pain(self, segments: tuple[str, ...]) -> dict[str, int]:
        typed = {name: self.one(f"pain-{name}") for name in segments}
        wrong = [name for name, value in typed.items() if value and value not in _SCORES]
        if wrong:
            raise SetupRefused(
                "pain",
                f"Pain at {', '.join(wrong)} is not a number from 0 to 10. Correct it, or leave it empty.",
            )
        return {name: int(value) for name, value in typed.items() if value}


_SCORES = {str(score) for score in range(11)}

EMPTY = SetupForm(
    sent={"maximum_n": ["0"], "first": ["L1"], "last": ["L5"], "rule": ["pain"], "instrument": ["dry"]}
)
"""Where a page begins: a maximum of zero, the pain-guided rule, a dry run, and no answer to any question."""
