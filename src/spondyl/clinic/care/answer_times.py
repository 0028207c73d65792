"""When each answer of a form was given: of two devices the answer given last stands, whichever arrives last."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from spondyl.assessment.intake import Intake, Marks, item_of

AnswerTimes = Mapping[str, datetime]
"""By item; of one that takes several, by item and option ("where:low_back"): each tick is an answer of its own."""


def newest_of_both(
    before: Intake, after: Intake, times: AnswerTimes, *, given_at: datetime, now: datetime
) -> tuple[Intake, AnswerTimes]:
    """What stands of a change that was given at ``given_at``, with the times of all answers.

    An answer older than the one that stands is dropped; that it called for somebody to act is remembered all the same.
    A time after ``now`` is of a clock that was wrong and holds nothing up.
    """
    changed = set(_changed(before, after))
    late = {place for place in changed if given_at < times.get(place, given_at) <= now}
    answers = dict(after.answers)
    for place in late:
        key, _, code = place.partition(":")
        answers[key] = _turned(key, answers[key], code) if code else before.of(key)
    return replace(after, answers=answers), {**times, **dict.fromkeys(changed - late, given_at)}


def _changed(before: Intake, after: Intake) -> Iterator[str]:
    for key, marks in after.answers.items():
        if item_of(key).takes_many:
            yield from (f"{key}:{code}" for code in {*before.of(key)} ^ {*marks})
        elif marks != before.of(key):
            yield key


def _turned(key: str, marks: Marks, code: str) -> Marks:
    """The ticks with one of them the other way round."""
    ticked = {*marks} ^ {code}
    return tuple(one.code for one in item_of(key).options if one.code in ticked)
