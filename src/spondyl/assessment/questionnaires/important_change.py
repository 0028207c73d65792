"""The smallest improvement that matters to one patient, and whether a change reaches it."""

from dataclasses import dataclass

from spondyl.assessment.questionnaires.score import Direction, Instrument

OSTELO = "Ostelo et al., Spine 2008;33:90-94, doi 10.1097/BRS.0b013e31815e3a10 (consensus)"
FOR_ONE_PERSON = "A threshold for the improvement of one person, not for the difference between two groups."
SHARE_OF_BASELINE = 0.30


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportantChange:
    """The published minimal important change: in points, or as a share of where the patient began."""

    instrument: str
    points: float
    share_of_baseline: float = SHARE_OF_BASELINE
    source: str = OSTELO
    note: str = FOR_ONE_PERSON


IMPORTANT_CHANGES = {
    code: ImportantChange(instrument=code, points=points)
    for code, points in (("vas", 15.0), ("nrs", 2.0), ("nrs_today", 2.0), ("rmdq", 5.0), ("odi", 10.0))
}
"""By the code of the questionnaire. PROMIS is absent: no threshold for it was read, so none is applied."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeJudgement:
    """One patient's change against the threshold; ``improvement`` is positive when the patient is better.

    ``can_reach_points`` is False when the patient began so near the good end that the points cannot be reached.
    """

    improvement: float
    reaches_points: bool
    reaches_share: bool
    worse_by_points: bool
    can_reach_points: bool


def important_change_of(instrument: Instrument) -> ImportantChange | None:
    """The threshold of a questionnaire, or None where none was read."""
    return IMPORTANT_CHANGES.get(instrument.code)


def improvement_of(before: float, after: float, direction: Direction) -> float:
    """The change towards the good end of the scale, in the scale's unit.

    >>> improvement_of(14.0, 9.0, Direction.HIGHER_IS_WORSE)
    5.0
    """
    return before - after if direction is Direction.HIGHER_IS_WORSE else after - before


def judge_change(
    before: float, after: float, *, instrument: Instrument, threshold: ImportantChange
) -> ChangeJudgement:
    """Hold a change against the threshold in points and, beside it, as a share of the first score.

    A first score of 0 can reach no share: nothing can improve on it. Every published threshold here belongs to a
    scale on which 0 is the good end.
    """
    instrument.check(after)
    room = instrument.check(before)
    gain = improvement_of(before, after, instrument.direction)
    # Scores such as 16/45 are not exact in binary: 1e-9 keeps a change of exactly the threshold from falling short.
    return ChangeJudgement(
        improvement=gain,
        reaches_points=gain >= threshold.points - 1e-9,
        reaches_share=room > 0 and gain >= threshold.share_of_baseline * room - 1e-9,
        worse_by_points=-gain >= threshold.points - 1e-9,
        can_reach_points=room >= threshold.points - 1e-9,
    )
