"""Claims: attempts that come at once are held to the limit, and a challenge serves one of them, on both databases."""

from dataclasses import dataclass

import sqlalchemy as sa

from clinic_charts import Clock, at_once
from spondyl.clinic.chart.attempts import (
    PER_ACCOUNT,
    WINDOW,
    ChallengeUsedError,
    TooManyAttemptsError,
    attempt_succeeded,
    begin_attempt,
    begin_proof,
)
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
