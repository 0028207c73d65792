"""Claim: time points, roles and registry numbers are read from words as a person reads them."""

import pytest

from spondyl.evidence.library import Outcome, Role, shipped_library
from spondyl.evidence.library.registry_ids import normal_registry_id, registry_ids_in
from spondyl.evidence.living.guesses import guess_months, guess_options, guess_outcome, guess_role


@pytest.mark.parametrize(
    ("text", "months"),
    [
        ("12 months", 12.0),
        ("Month 6", 6.0),
        ("52 weeks", 12.0),
        ("24-week visit", 6.0),
        ("2 years", 24.0),
        ("Baseline, 6 and 12 months", None),
        ("through study completion", None),
        ("6 months to 1 year", None),
    ],
)
def test_months(text: str, months: float | None) -> None:
    assert guess_months(text) == months


def test_the_first_text_that_names_one_time_decides() -> None:
    assert guess_months("", "6 and 12 months", "3 months") == 3.0


@pytest.mark.parametrize(
    ("words", "role"),
    [
        (("SHAM_COMPARATOR", "Injection"), Role.SHAM),
        (("ACTIVE_COMPARATOR", "Saline control"), Role.SHAM),
        (("NO_INTERVENTION", "Control"), Role.USUAL_CARE),
        (("ACTIVE_COMPARATOR", "Exercise"), Role.OTHER_ACTIVE),
        (("EXPERIMENTAL", "Cells"), Role.ACTIVE),
        (("", "Arm 2"), Role.OTHER_ACTIVE),
    ],
)
def test_roles(words: tuple[str, ...], role: Role) -> None:
    assert guess_role(*words) is role


def test_outcomes() -> None:
    assert guess_outcome("Oswestry Disability Index", counts_people=False) is Outcome.FUNCTION
    assert guess_outcome("Leg pain VAS", counts_people=False) is Outcome.LEG_PAIN
    assert guess_outcome("Pain responders", counts_people=True) is Outcome.PAIN_RESPONDERS
    assert guess_outcome("Composite success", counts_people=True) is Outcome.RESPONDERS
    assert guess_outcome("Serious adverse events, pain", counts_people=True) is Outcome.HARM
    assert guess_outcome("Disc height", counts_people=False) is None


def test_registry_numbers() -> None:
    assert registry_ids_in("see NCT03737461/ISRCTN12345678, not NCT037374612 or XNCT03737461") == (
        "NCT03737461",
        "ISRCTN12345678",
    )
    assert normal_registry_id("EUCTR2014-005569-36-FR") == normal_registry_id("2014-005569-36")


def test_every_guessed_option_is_one_of_the_library() -> None:
    words = "stem prp platelet hyaluron radiofrequency epidural fusion opioid tizanidine nsaid activator manipulat yoga"
    assert set(guess_options(words)) == {option.id for option in shipped_library().options}
