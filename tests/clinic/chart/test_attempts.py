"""Claims: attempts that come at once are held to the limit, and a challenge serves one of them, on both databases."""

from dataclasses import dataclass
from datetime import timedelta

import pytest
import sqlalchemy as sa

from clinic_charts import Clock, at_once
from spondyl.clinic.chart.accounts import add_account
from spondyl.clinic.chart.attempts import (
    PER_ACCOUNT,
    WINDOW,
    ChallengeUsedError,
    TooManyAttemptsError,
    attempt_succeeded,
    begin_attempt,
    begin_proof,
)
from spondyl.clinic.chart.roles import Role
from spondyl.clinic.chart.sessions import Lifetime, find_session, open_session
from spondyl.clinic.chart.transaction import writing


@dataclass
class FromAnotherAddressEachTime:
    """Attempts at one name."""

    count: int = 0

    def __call__(self, connection: sa.Connection) -> None:
        self.count += 1
        begin_attempt(connection, sign_in_name="mara", address=f"10.0.0.{self.count}")


def test_twenty_attempts_at_once_are_held_to_ten(engine: sa.Engine, clock: Clock) -> None:
    errors = at_once(engine, 20, FromAnotherAddressEachTime())
    assert len(errors) == 20 - PER_ACCOUNT
    assert all(isinstance(error, TooManyAttemptsError) for error in errors)
    clock.advance(WINDOW)
    with writing(engine) as connection:
        begin_attempt(connection, sign_in_name=" MARA", address="10.0.0.1")


def test_a_right_password_does_not_count(engine: sa.Engine) -> None:
    for _ in range(PER_ACCOUNT + 1):
        with writing(engine) as connection:
            attempt_succeeded(connection, begin_attempt(connection, sign_in_name="mara", address="10.0.0.1"))


def test_one_of_many_answers_to_a_challenge_is_looked_at(engine: sa.Engine) -> None:
    errors = at_once(
        engine, 8, lambda connection: begin_proof(connection, challenge=b"once", address="10.0.0.1")
    )
    assert [type(error) for error in errors] == [ChallengeUsedError] * 7


def test_a_clock_that_was_far_ahead_and_is_set_back_locks_nobody_out(engine: sa.Engine, clock: Clock) -> None:
    clock.advance(timedelta(days=1))
    for _ in range(PER_ACCOUNT):
        with writing(engine) as connection:
            begin_attempt(connection, sign_in_name="mara", address="10.0.0.1")
    with pytest.raises(TooManyAttemptsError), writing(engine) as connection:
        begin_attempt(connection, sign_in_name="mara", address="10.0.0.1")
    clock.advance(timedelta(days=-1))
    with writing(engine) as connection:
        begin_attempt(connection, sign_in_name="mara", address="10.0.0.1")


@pytest.mark.parametrize(("set_back", "lives"), [(timedelta(minutes=29), True), (timedelta(days=1), False)])
def test_a_clock_that_is_set_back_makes_no_session_live_for_long(
    engine: sa.Engine, clock: Clock, set_back: timedelta, lives: bool
) -> None:
    with writing(engine) as connection:
        mara = add_account(
            connection,
            sign_in_name="mara",
            full_name="Mara",
            role=Role.CLINICIAN,
            password=None,
            actor="test",
        )
        token = open_session(connection, mara.id)
    clock.advance(-set_back)
    with writing(engine) as connection:
        assert (find_session(connection, token, lifetime=Lifetime()) is not None) == lives
