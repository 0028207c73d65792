"""One result of a study: an outcome at a time, as an effect between groups or as what single groups reached."""

import re
from dataclasses import dataclass
from enum import Enum
from typing import Annotated

from spondyl.evidence.library.errors import RecordInvalidError
from spondyl.evidence.library.origin import Origin


class Outcome(Enum):
    """What was measured on people."""

    PAIN = "pain"
    LEG_PAIN = "leg pain"
    FUNCTION = "function"
    PAIN_RESPONDERS = "people with less pain"
    FUNCTION_RESPONDERS = "people with better function"
    RESPONDERS = "people with less pain or better function"
    HARM = "harm"

    @property
    def more_is_better(self) -> bool:
        """True where a larger number is good: people who got better; false for pain, disability and harm."""
        return "people" in self.value


class Measure(Enum):
    """How an effect is expressed."""

    MEAN_DIFFERENCE = "mean difference"
    STANDARDISED_DIFFERENCE = "standardised mean difference"
    RISK_RATIO = "risk ratio"
    ODDS_RATIO = "odds ratio"
    PRE_POST = "standardised change from before to after"

    @property
    def no_effect(self) -> float:
        """The value that means no difference."""
        return 1.0 if self in (Measure.RISK_RATIO, Measure.ODDS_RATIO) else 0.0

    @property
    def is_controlled(self) -> bool:
        """False for changes within one group: they never share an axis with controlled effects."""
        return self is not Measure.PRE_POST


class Role(Enum):
    """What a group stands for."""

    ACTIVE = "active"
    SHAM = "sham"
    USUAL_CARE = "usual care"
    OTHER_ACTIVE = "other treatment"


SCALES = ("pain", "disability")
"""First words of the scales that are brought together to a hundred points."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """An effect with its 95 % interval; negative is less pain or disability. ``scale_max`` is the scale's end."""

    measure: Annotated[Measure, "How it is expressed"]
    estimate: Annotated[float, "The effect"]
    low: Annotated[float | None, "Lower end of its 95 % interval"] = None
    high: Annotated[float | None, "Upper end of its 95 % interval"] = None
    scale: Annotated[str, "Scale of a mean difference"] = ""
    scale_max: Annotated[
        float | None, "The scale's largest value, to bring scales of 0-10 and 0-100 together"
    ] = None
    p_value: Annotated[float | None, "p, where no interval was read"] = None
    origin: Origin

    def __post_init__(self) -> None:
        for wrong, why in (self._wrong_interval(), self._wrong_scale()):
            if wrong:
                raise RecordInvalidError(
                    what=f"The effect {self.origin.key} has {wrong}.",
                    why=why,
                    do="Compare the record with its source.",
                )

    def _wrong_interval(self) -> tuple[str, str]:
        why = "An interval has two ends with the estimate between."
        if (self.low is None) != (self.high is None):
            return "half an interval", why
        if self.low is not None and self.high is not None and not self.low <= self.estimate <= self.high:
            return f"the estimate {self.estimate} outside {self.low} to {self.high}", why
        if self.measure.no_effect == 1.0 and not min(self.estimate, self.low or self.estimate) > 0.0:
            return f"the ratio {min(self.estimate, self.low or self.estimate)}", "A ratio is above zero."
        return "", ""

    def _wrong_scale(self) -> tuple[str, str]:
        """Only pain and disability stand on an axis of a hundred points, and both are better when they are less."""
        if self.scale_max is None:
            return "", ""
        if not self.scale.startswith(SCALES):
            why = f"Its scale begins with {' or '.join(SCALES)}; turn round a scale on which more is better."
            return f"the scale {self.scale!r} with an end", why
        written = re.search(r"0\s*[-–]\s*(\d+)", self.scale)
        if written is not None and float(written[1]) != self.scale_max:
            return f"the scale {self.scale!r} and scale_max {self.scale_max:g}", "The two say the same end."
        if not abs(self.estimate) <= self.scale_max:
            return (
                f"{self.estimate} points on a scale of {self.scale_max:g}",
                "No difference exceeds its scale.",
            )
        return "", ""

    @property
    def interval_95(self) -> tuple[float, float] | None:
        """Both ends, or None."""
        return None if self.low is None or self.high is None else (self.low, self.high)

    @property
    def excludes_no_effect(self) -> bool:
        """True when the whole interval lies on one side of no effect; false without an interval."""
        if self.interval_95 is None:
            return False
        return not self.interval_95[0] <= self.measure.no_effect <= self.interval_95[1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """What one group reached: people out of ``n``, or a percentage, or a mean before and after."""

    name: Annotated[str, "What the group was given"]
    role: Annotated[Role, "What it stands for"]
    option: Annotated[str, "The option given, empty for sham and usual care"] = ""
    n: Annotated[int | None, "People analysed"] = None
    events: Annotated[int | None, "People with the outcome"] = None
    percent: Annotated[float | None, "Percentage as published"] = None
    before: Annotated[float | None, "Mean before"] = None
    after: Annotated[float | None, "Mean after"] = None
    origin: Origin

    def __post_init__(self) -> None:
        if self.events is not None and not (self.n is not None and 0 <= self.events <= self.n):
            raise RecordInvalidError(
                what=f"The group {self.origin.key} has {self.events} of {self.n}.",
                why="People with an outcome are some of the people analysed.",
                do="Compare the record with its source.",
            )


class Meaning(Enum):
    """What a finding in words says of the treatment, so that no sentence has to be understood by software."""

    UNSTATED = "not stated"
    NO_DIFFERENCE = "no difference shown"
    SMALL = "better, but less than people notice"
    BETTER = "better"
    WORSE = "worse"


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One outcome at one time."""

    id: Annotated[str, "Name within the study"]
    outcome: Annotated[Outcome, "What was measured"]
    label: Annotated[str, "The outcome in words, with how a responder is defined"]
    timing: Annotated[str, "When, in words"] = ""
    months: Annotated[float | None, "When, in months"] = None
    versus: Annotated[str, "What it is compared with; empty for one group alone"] = ""
    effect: Annotated[Effect | None, "The effect"] = None
    groups: Annotated[tuple[Group, ...], "What each group reached"] = ()
    finding: Annotated[str, "The finding in words, where no number was read"] = ""
    means: Annotated[Meaning, "What the finding in words says of the treatment"] = Meaning.UNSTATED
    k: Annotated[int | None, "Of a review: studies behind this result; absent when not stated"] = None
    n: Annotated[int | None, "People behind this result; absent when not stated"] = None
    counts_missing_as_failures: Annotated[bool, "True for a worst-case analysis"] = False
    note: Annotated[str, "What a reader must know"] = ""
    origin: Origin

    @property
    def is_controlled(self) -> bool:
        """True when it compares groups: by an effect between them, or a control group beside."""
        if self.effect is not None:
            return self.effect.measure.is_controlled
        return any(group.role is not Role.ACTIVE for group in self.groups) or bool(self.versus)
