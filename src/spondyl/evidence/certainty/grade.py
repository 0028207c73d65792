"""GRADE: where a body of evidence starts, each step down or up with its reason, and the level proposed.

Randomised comparisons start high, everything else low, one arm of a trial on its own too; five concerns lower, three
raise (GRADE, BMJ 2008;336:924). The software proposes; the level is not a conclusion until a named person signs it
(:mod:`spondyl.evidence.certainty.signature`).
"""

from dataclasses import dataclass
from enum import Enum

from spondyl.evidence.certainty.level import Level, level_of
from spondyl.evidence.certainty.risk_of_bias import NOT_JUDGED

OPTIMAL_INFORMATION_SIZE = 400
"""People in all below which a mean counts as imprecise: GRADE's rule of thumb (J Clin Epidemiol 2011;64:1283)."""


class Concern(Enum):
    """GRADE's five reasons down and three up."""

    RISK_OF_BIAS = "risk of bias"
    INCONSISTENCY = "inconsistency"
    INDIRECTNESS = "indirectness"
    IMPRECISION = "imprecision"
    PUBLICATION_BIAS = "publication bias"
    LARGE_EFFECT = "large effect"
    DOSE_RESPONSE = "dose response"
    OPPOSED_CONFOUNDING = "confounding against the effect"

    @property
    def lowers(self) -> bool:
        """True for the five, false for the three."""
        raising = (Concern.LARGE_EFFECT, Concern.DOSE_RESPONSE, Concern.OPPOSED_CONFOUNDING)
        return self not in raising


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One concern looked at: how many steps it moves the level (−2 to +2, 0 for none), and why."""

    concern: Concern
    steps: int
    why: str

    def __post_init__(self) -> None:
        allowed = (-2, -1, 0) if self.concern.lowers else (0, 1, 2)
        if self.steps not in allowed:
            raise ValueError(f"{self.concern.value} moves by {self.steps}; GRADE allows {allowed}.")
        if not self.why.strip():
            raise ValueError(f"{self.concern.value} has no reason; every step needs one.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """What is known about one body of evidence. None means not known, and is said so.

    ``threshold`` is the smallest difference that matters on the effect's scale. ``agrees`` is whether the studies
    agree with each other; ``k`` studies, ``n`` people.
    """

    randomised: bool
    has_control_group: bool
    k: int | None
    n: int | None
    risk_of_bias: str
    interval_95: tuple[float, float] | None
    no_effect: float = 0.0
    threshold: float | None = None
    agrees: bool | None = None
    indirect: str = ""
    unpublished: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Certainty:
    """The proposed level with every step that led there."""

    start: Level
    steps: tuple[Step, ...]
    level: Level

    def __post_init__(self) -> None:
        reached = level_of(self.start.steps + sum(step.steps for step in self.steps))
        if reached is not self.level:
            raise ValueError(f"The steps lead to {reached.value}, not {self.level.value}.")


def propose(body: Body) -> Certainty:
    """The certainty that the rules propose: what is not known lowers it or is named, never passed over.

    Upgrades are for observational evidence without a concern that lowers; they need a person's judgement, so the
    software names them and gives none.
    """
    start = Level.HIGH if body.randomised and body.has_control_group else Level.LOW
    steps = (
        _risk_of_bias(body),
        _inconsistency(body),
        _indirectness(body),
        _imprecision(body),
        _publication(body),
        *_upgrades(),
    )
    level = level_of(start.steps + sum(step.steps for step in steps))
    return Certainty(start=start, steps=steps, level=level)


def _risk_of_bias(body: Body) -> Step:
    concern = Concern.RISK_OF_BIAS
    if not body.has_control_group:
        return Step(concern=concern, steps=-2, why="No comparison group: change over time is not an effect.")
    moves = {"low": 0, "moderate": 0, "some concerns": -1, "high": -2, "serious": -1, "critical": -2}
    if body.risk_of_bias == NOT_JUDGED:
        why = "Not judged yet: the full text was not read. Lowered until a person judges it."
        return Step(concern=concern, steps=-1, why=why)
    return Step(
        concern=concern,
        steps=moves[body.risk_of_bias],
        why=f"Judged overall: {body.risk_of_bias} risk of bias.",
    )


def _inconsistency(body: Body) -> Step:
    concern = Concern.INCONSISTENCY
    if body.k == 1:
        return Step(
            concern=concern, steps=0, why="One study: nothing to disagree with, nothing that confirms."
        )
    if body.agrees is None:
        return Step(
            concern=concern,
            steps=0,
            why="The spread between the studies was not read, so it does not lower.",
        )
    if body.agrees:
        return Step(concern=concern, steps=0, why="The studies point the same way.")
    return Step(concern=concern, steps=-1, why="The studies disagree more than chance explains.")


def _indirectness(body: Body) -> Step:
    concern = Concern.INDIRECTNESS
    if body.indirect:
        return Step(concern=concern, steps=-1, why=body.indirect)
    return Step(concern=concern, steps=0, why="The people, treatment and comparison are those asked about.")


def _imprecision(body: Body) -> Step:
    concern = Concern.IMPRECISION
    if body.interval_95 is None:
        return Step(
            concern=concern, steps=-1, why="No interval was read, so nobody can say how precise it is."
        )
    low, high = body.interval_95
    includes_none = low <= body.no_effect <= high
    beyond = (
        [] if body.threshold is None else [abs(end - body.no_effect) >= body.threshold for end in (low, high)]
    )
    reaches = body.threshold is None or any(beyond)
    few = body.n is not None and body.n < OPTIMAL_INFORMATION_SIZE
    if includes_none and reaches:
        steps = -2 if few else -1
        return Step(
            concern=concern, steps=steps, why="The interval holds both no effect and an effect that matters."
        )
    if few:
        return Step(concern=concern, steps=-1, why="Fewer people than a stable mean needs.")
    if body.n is None and body.k == 1:
        return Step(concern=concern, steps=-1, why="One study, and how many people it had was not read.")
    if any(beyond) and not all(beyond):
        why = (
            "The interval leaves out no effect, which is what is rated here; whether the effect is large enough to "
            "matter stays open."
        )
        return Step(concern=concern, steps=0, why=why)
    return Step(concern=concern, steps=0, why="The interval is narrow enough to decide.")


def _publication(body: Body) -> Step:
    concern = Concern.PUBLICATION_BIAS
    if body.unpublished:
        return Step(concern=concern, steps=-1, why=body.unpublished)
    return Step(concern=concern, steps=0, why="Not tested: too few studies, or their spread was not read.")


def _upgrades() -> tuple[Step, ...]:
    raising = (concern for concern in Concern if not concern.lowers)
    return tuple(Step(concern=one, steps=0, why="Not raised: a person must judge this.") for one in raising)
