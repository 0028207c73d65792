"""Claim: the few words that the pages say for why a session ended say no more than what happened.

Source: the sentence that the session itself gives as its reason, made here by the rules of dose and stopping.
"""

from datetime import UTC, datetime
from typing import Any

import pytest

from spondyl.clinic.adjust.live_session import Finished
from spondyl.clinic.care.adjustment_record import StoredAdjustment
from spondyl.clinic.web.adjust.views import reason_text
from spondyl.treatment.adjustment import Delivered, Look, Stiffness, StopBecause, judge, judge_drift

READ, UNREAD = Stiffness(segment="L3", logs=(3.4,)), Stiffness(segment="L3", logs=())
PULSE = Delivered(
    sequence=1,
    segment="L3",
    purpose="treat",
    peak_n=60.0,
    impulse_ns=0.06,
    cap_n=80.0,
    preload_n=20.0,
    commanded_n=45.0,
    predicted_n=40.0,
    completed=True,
    simulated=True,
)


def words_of(because: StopBecause | None, *, problem: str = "", only_probe: bool = False) -> str:
    outcome: dict[str, Any] | None = None if because is None else {"stopped_because": because.value}
    stored = StoredAdjustment(
        run="r",
        version=2,
        person_id="p",
        plan={"simulated": True, "only_probe": only_probe},
        source="a test",
        record="record.tar",
        by="a",
        at=datetime(2026, 11, 28, tzinfo=UTC),
        outcome=outcome,
        problem=problem,
        stopped_by="",
        check=None,
    )
    return reason_text(stored)


def test_a_segment_that_is_not_read_again_is_no_drift() -> None:
    look = Look(before=READ, after=(UNREAD,), pulses=3, sd=0.04, courses=4)
    for verdict in (judge(look), judge_drift(READ, UNREAD, 0.04)):
        assert verdict is not None and "could not be read again" in verdict.text
        assert verdict.stop is not None
        assert "drift" not in words_of(verdict.stop)
        assert "not read again" in verdict.stop.text


def test_when_all_courses_were_given_no_budget_is_said_to_be_used_up() -> None:
    verdict = judge(Look(before=READ, after=(READ,), pulses=1, sd=0.04, courses=1))
    assert "All 1 courses were given" in verdict.text
    assert verdict.stop is StopBecause.BUDGET
    assert words_of(verdict.stop) == "no further course could be given"


def test_a_session_that_only_read_is_not_said_to_have_found_nothing() -> None:
    assert words_of(StopBecause.NOTHING_TO_TREAT, only_probe=True) == "only reading was asked for"
    assert words_of(StopBecause.NOTHING_TO_TREAT) == "nothing was treated"
    assert "found or asked for" in StopBecause.NOTHING_TO_TREAT.text


@pytest.mark.parametrize(("known", "because"), [((PULSE,), "broke off"), ((), "could not run")])
def test_a_session_that_gave_a_pulse_did_run(known: tuple[Delivered, ...], because: str) -> None:
    finished = Finished(outcome=None, digest="", stopped_by="", problem="No space left.", known=known)
    assert finished.because == because
    assert words_of(None, problem=finished.problem) == "broke off or could not run"
    assert words_of(None) == "no end is kept"
