"""One study or review: design, arms, results, adverse events, risk of bias, funding, source."""

from dataclasses import dataclass
from enum import Enum
from typing import Annotated

from spondyl.evidence.library.effect import Result
from spondyl.evidence.library.errors import RecordInvalidError
from spondyl.evidence.library.origin import Origin
from spondyl.evidence.library.statement import Statement


class Design(Enum):
    """How a study was built; decides where its certainty starts and on which axis its numbers may stand."""

    RANDOMISED = "randomised"
    REVIEW_OF_TRIALS = "review of randomised trials"
    CONTROLLED = "controlled, not randomised"
    SINGLE_ARM = "single arm"
    REVIEW_MIXED = "review of single-arm studies and trials"
    REVIEW_SINGLE_ARM = "review of single arms"

    @property
    def is_randomised(self) -> bool:
        """True for trials that randomise, and reviews of nothing else."""
        return self in (Design.RANDOMISED, Design.REVIEW_OF_TRIALS)

    @property
    def is_review(self) -> bool:
        """True for reviews: their numbers already hold those of other records."""
        return self in (Design.REVIEW_OF_TRIALS, Design.REVIEW_MIXED, Design.REVIEW_SINGLE_ARM)


class Status(Enum):
    """Whether a study has results."""

    COMPLETED = "completed"
    ONGOING = "ongoing"


class RiskOfBiasTool(Enum):
    """The published tool that fits the design."""

    ROB2 = "RoB 2"
    ROBINS_I = "ROBINS-I"
    NOT_FOR_REVIEWS = "none: a review"


@dataclass(frozen=True, slots=True, kw_only=True)
class DomainJudgement:
    """The judgement of one domain of RoB 2 or ROBINS-I, with its reason."""

    domain: Annotated[str, "Name of the domain, one of the tool's"]
    judgement: Annotated[str, "A judgement of the tool, or 'not judged'"]
    why: Annotated[str, "Reason, in a sentence"]
    origin: Origin


@dataclass(frozen=True, slots=True, kw_only=True)
class Arm:
    """One group of a study."""

    name: Annotated[str, "What the group was given"]
    n: Annotated[int | None, "People in it; absent when not read"] = None
    origin: Origin


@dataclass(frozen=True, slots=True, kw_only=True)
class Study:
    """One study or review. What was not read is absent, never guessed."""

    id: Annotated[str, "Stable name: the file's name"]
    name: Annotated[str, "Name for people"]
    options: Annotated[tuple[str, ...], "The options it bears on"]
    design: Annotated[Design, "How it was built"]
    status: Annotated[Status, "Completed or ongoing"] = Status.COMPLETED
    registry_id: Annotated[str, "Registration number: one trial counts once"] = ""
    blinding: Annotated[str, "Who did not know the group; empty when not read"] = ""
    condition: Annotated[str, "Which people"] = ""
    n: Annotated[int | None, "People in it; for a review, in all its studies"] = None
    k: Annotated[int | None, "Studies in it, for a review"] = None
    arms: Annotated[tuple[Arm, ...], "Its groups"] = ()
    results: Annotated[tuple[Result, ...], "Its results"] = ()
    adverse_events: Annotated[tuple[Statement, ...], "What went wrong, in words"] = ()
    risk_of_bias: Annotated[tuple[DomainJudgement, ...], "Judgements made so far, a domain each"] = ()
    funding: Annotated[Statement | None, "Who paid; absent when not read"] = None
    conflicts: Annotated[Statement | None, "Conflicts of interest declared; absent when not read"] = None
    includes: Annotated[tuple[str, ...], "For a review: registration numbers as it lists them"] = ()
    agrees: Annotated[bool | None, "For a review: whether its studies agree; absent when not read"] = None
    spread: Annotated[Statement | None, "For a review: how much its studies differ"] = None
    superseded_by: Annotated[str, "Why a newer one replaces it"] = ""
    note: Annotated[str, "What a reader must know"] = ""
    origin: Origin

    def __post_init__(self) -> None:
        domains = [one.domain for one in self.risk_of_bias]
        twice = next((name for name in domains if domains.count(name) > 1), None)
        if twice is not None:
            raise RecordInvalidError(
                what=f"{self.name} judges {twice!r} more than once.",
                why="The later judgement would hide the earlier one, and the certainty follows from them.",
                do="Keep one judgement a domain: the one that the reasons support.",
            )

    @property
    def tool(self) -> RiskOfBiasTool:
        """The risk-of-bias tool for its design."""
        if self.design.is_review:
            return RiskOfBiasTool.NOT_FOR_REVIEWS
        return RiskOfBiasTool.ROB2 if self.design.is_randomised else RiskOfBiasTool.ROBINS_I

    def result(self, name: str) -> Result | None:
        """The result of that id, or None."""
        return next((one for one in self.results if one.id == name), None)
