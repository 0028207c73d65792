"""What a result says of a treatment, decided by its numbers and said in the same words for every option."""

from enum import Enum

from spondyl.evidence.answer.panels import groups_of
from spondyl.evidence.answer.scales import effect_figure, threshold_of
from spondyl.evidence.answer.shares import difference_figure
from spondyl.evidence.library import Effect, Library, Meaning, Result


class Reading(Enum):
    """The short answer, the same set of answers for every option."""

    UNKNOWN = "unknown"
    NOT_SHOWN = "not shown"
    SMALL = "small"
    NOTICEABLE = "noticeable"
    BETTER_SIZE_UNKNOWN = "better, size unknown"
    WORSE = "worse"

    @property
    def words(self) -> str:
        """The short answer; ``{versus}`` is what it was compared with."""
        return {
            Reading.UNKNOWN: "Nobody knows: no comparison with a control group was read.",
            Reading.NOT_SHOWN: "Not shown to work better than {versus}.",
            Reading.SMALL: "Better than {versus}, but on average by less than one person would notice.",
            Reading.NOTICEABLE: "Better than {versus}, on average by about as much as one person would notice.",
            Reading.BETTER_SIZE_UNKNOWN: "Better than {versus}, but how much in points of a scale was not read.",
            Reading.WORSE: "Worse than {versus}.",
        }[self]


def reading_of(library: Library, result: Result | None, option: str) -> Reading:
    """The reading of the result that decides an option; unknown without a controlled result that may be shown."""
    if result is None or not result.is_controlled:
        return Reading.UNKNOWN
    if result.effect is not None:
        return (
            _of_effect(library, result.effect, result)
            if result.effect.origin.may_be_shown
            else Reading.UNKNOWN
        )
    if result.groups:
        return _of_groups(result, option)
    return _of_words(result)


def _of_effect(library: Library, effect: Effect, result: Result) -> Reading:
    shown = effect.excludes_no_effect or (effect.p_value is not None and effect.p_value < 0.05)
    if not shown:
        return Reading.NOT_SHOWN
    better = (effect.estimate > effect.measure.no_effect) == result.outcome.more_is_better
    if not better:
        return Reading.WORSE
    threshold = threshold_of(library, effect)
    if threshold is None:
        return Reading.BETTER_SIZE_UNKNOWN
    return Reading.NOTICEABLE if abs(effect_figure(effect).value) >= threshold else Reading.SMALL


def _of_groups(result: Result, option: str) -> Reading:
    pair = groups_of(result, option)
    difference = None if pair is None else difference_figure(*pair)
    if difference is None or difference.interval_95 is None:
        return Reading.UNKNOWN
    low, high = difference.interval_95
    if low <= 0.0 <= high:
        return Reading.NOT_SHOWN
    return Reading.BETTER_SIZE_UNKNOWN if low > 0.0 else Reading.WORSE


def _of_words(result: Result) -> Reading:
    if not result.origin.may_be_shown:
        return Reading.UNKNOWN
    return {
        Meaning.NO_DIFFERENCE: Reading.NOT_SHOWN,
        Meaning.SMALL: Reading.SMALL,
        Meaning.BETTER: Reading.BETTER_SIZE_UNKNOWN,
        Meaning.WORSE: Reading.WORSE,
        Meaning.UNSTATED: Reading.UNKNOWN,
    }[result.means]
