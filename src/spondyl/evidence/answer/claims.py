"""Check a claim clause by clause against counts: reproduced, only in the worst case, or not reproduced."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from spondyl.evidence.answer.panels import study_quote
from spondyl.evidence.answer.shares import count_figure, share_figure
from spondyl.evidence.library import Claim, Clause, Figure, Library, Quote, Result


class Verdict(Enum):
    """What the counts say of one clause."""

    REPRODUCED = "reproduced"
    WORST_CASE_ONLY = "only in the worst case"
    NOT_REPRODUCED = "not reproduced"
    NO_COUNTS = "cannot be checked: no counts were read"

    @property
    def why(self) -> str:
        """The reason, in words."""
        return {
            Verdict.REPRODUCED: "The share is below the limit claimed among the people who were followed up.",
            Verdict.WORST_CASE_ONLY: "Among the people who were followed up the share is not below the limit "
            "claimed; it is only when everybody lost is counted as not better.",
            Verdict.NOT_REPRODUCED: "The share is not below the limit claimed, not even when everybody lost is "
            "counted as not better.",
            Verdict.NO_COUNTS: "No counts for this outcome and time were read.",
        }[self]


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One share that bears on a clause."""

    study: Quote
    label: Quote
    share: Figure
    count: Figure | None
    worst_case: bool
    interval_decides: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ClauseCheck:
    """One clause with its verdict, the shares that decide it, and other shares below the limit at other times."""

    clause: Quote
    verdict: Verdict
    limit: Figure
    deciding: tuple[Evidence, ...]
    elsewhere: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimCheck:
    """A claim and the verdict on each of its clauses."""

    claim: Quote
    clauses: tuple[ClauseCheck, ...]


def check_claim(library: Library, claim: Claim) -> ClaimCheck:
    """Decide every clause by the counts in the records: nothing here knows the answer beforehand."""
    clauses = tuple(_check(library, claim, clause) for clause in claim.clauses)
    return ClaimCheck(claim=Quote(text=claim.text, origin=claim.origin), clauses=clauses)


def verdict_on(
    share_percent: float | None, worst_case_percent: float | None, limit_percent: float
) -> Verdict:
    """The verdict on 'less than this share': by the people followed up, then by the worst case.

    >>> verdict_on(53.5, 40.7, 50.0)
    <Verdict.WORST_CASE_ONLY: 'only in the worst case'>
    """
    if share_percent is None and worst_case_percent is None:
        return Verdict.NO_COUNTS
    if share_percent is not None and share_percent < limit_percent:
        return Verdict.REPRODUCED
    if worst_case_percent is not None and worst_case_percent < limit_percent:
        return Verdict.WORST_CASE_ONLY
    return Verdict.NOT_REPRODUCED


def _check(library: Library, claim: Claim, clause: Clause) -> ClauseCheck:
    limit = Figure(value=100.0 * clause.threshold, unit=" %", decimals=1, origin=clause.origin)
    every = tuple(_shares(library, claim, clause, limit.value))
    deciding = tuple(evidence for evidence, decides in every if decides)
    elsewhere = tuple(one for one, decides in every if not decides and one.share.value < limit.value)
    followed = next((one.share.value for one in deciding if not one.worst_case), None)
    worst = next((one.share.value for one in deciding if one.worst_case), None)
    return ClauseCheck(
        clause=Quote(text=clause.text, origin=clause.origin),
        verdict=verdict_on(followed, worst, limit.value),
        limit=limit,
        deciding=deciding,
        elsewhere=elsewhere,
    )


def _shares(library: Library, claim: Claim, clause: Clause, limit: float) -> Iterator[tuple[Evidence, bool]]:
    """Every share of the clause's outcome in the library, and whether it is the review and time claimed."""
    for option in claim.options:
        for study in library.studies_of(option):
            for result in study.results:
                if result.outcome is clause.outcome and study.origin.may_be_shown:
                    decides = study.id == clause.study and result.months == clause.months
                    for evidence in _evidence(study_quote(study), result, option, limit):
                        yield evidence, decides


def _evidence(study: Quote, result: Result, option: str, limit: float) -> Iterator[Evidence]:
    for group in result.groups:
        share = share_figure(group) if group.option == option else None
        if share is not None:
            low, high = share.interval_95 or (0.0, 100.0)
            yield Evidence(
                study=study,
                label=Quote(text=f"{result.label}, {result.timing}", origin=result.origin),
                share=share,
                count=count_figure(group),
                worst_case=result.counts_missing_as_failures,
                interval_decides=high < limit or low >= limit,
            )
