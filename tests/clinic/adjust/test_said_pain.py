"""Claim: pain that was said and eased before the session listened is heard all the same, by page and by terminal."""

from collections.abc import Callable

import pytest

from spondyl.clinic.adjust.answers import Answers
from spondyl.clinic.adjust.feed import Feed
from spondyl.clinic.adjust.stop_switch import StopSwitch
from spondyl.clinic.cli.adjust_terminal import Screen
from spondyl.treatment.adjustment import Told

Say, Hear = Callable[[int], None], Callable[[], Told | None]


def page() -> tuple[Say, Hear, Hear]:
    answers = Answers(Feed(), StopSwitch())
    return answers.say_pain, answers.heard, answers.told


def terminal() -> tuple[Say, Hear, Hear]:
    screen = Screen(live=True, max_n=60.0, paced=False)
    return screen.pain.say, screen.heard, screen.told


@pytest.mark.parametrize("way", [page, terminal])
@pytest.mark.parametrize("asked", [False, True])
def test_the_worst_that_was_not_heard_yet_is_heard_first(
    way: Callable[[], tuple[Say, Hear, Hear]], asked: bool
) -> None:
    say, hear, told = way()
    listen = told if asked else hear
    for pain in (3, 10, 2):
        say(pain)
    assert listen() == Told(pain=10, wants_stop=False)
    assert listen() == listen() == Told(pain=2, wants_stop=False)
    say(5)
    assert listen() == Told(pain=5, wants_stop=False)
