"""Claim: who reads Spanish is sent to the same place, and asked as much, as who reads English."""

from collections.abc import Iterator

import pytest

from spondyl.assessment.intake import BODY_REGIONS, ITEMS, STOP_MESSAGES, StopMessage
from spondyl.assessment.screening.spanish import EMERGENCY_MESSAGE_ES
from spondyl.clinic.care.patient_words import WATCH_LINES

EMERGENCIES = [message for message in STOP_MESSAGES if message.calls_emergency]
TODAY = [message for message in STOP_MESSAGES if not message.calls_emergency]


def spanish_of(message: StopMessage) -> Iterator[str]:
    yield from (message.title.es, message.may_mean.es, message.how_soon.es)
    yield from (step.es for step in message.steps)


def test_an_emergency_sends_to_the_emergency_room_and_never_to_urgent_care() -> None:
    """Source: in Southern California 'atención de urgencia' is urgent care and the emergency department a 'sala de
    emergencias' (healthy.kaiserpermanente.org/southern-california, in Spanish)."""
    emergencies = ["\n".join(spanish_of(message)) for message in EMERGENCIES]
    assert len(emergencies) == 2
    for text in (*emergencies, EMERGENCY_MESSAGE_ES):
        assert text.startswith("Vaya ahora a una sala de emergencias")
        assert "(emergency room)" in text and "urgencia" not in text
    assert "sala de emergencias" in WATCH_LINES[0].es and "urgencia" not in WATCH_LINES[0].es


@pytest.mark.parametrize("message", TODAY, ids=lambda message: message.key)
def test_what_is_wanted_today_names_urgent_care_in_both_languages(message: StopMessage) -> None:
    assert any("urgent care" in step.en for step in message.steps)
    assert "centro de atención de urgencia (urgent care)" in "\n".join(spanish_of(message))


def test_the_spanish_names_what_it_may_be_as_an_english_ward_does() -> None:
    (nerves, artery) = EMERGENCIES
    assert "cola de caballo (cauda equina)" in nerves.may_mean.es
    assert nerves.say is not None and nerves.say.en in EMERGENCY_MESSAGE_ES
    # "Puedo tener un derrame" is heard as a thing that one is able to do.
    assert artery.say is not None and artery.say.es.startswith("Puede que tenga un derrame")


@pytest.mark.parametrize(
    ("key", "english", "spanish"),
    [
        (
            "thin_bones",
            ("thin", "weak", "osteoporosis", "osteopenia"),
            ("débiles", "osteoporosis", "osteopenia"),
        ),
        (
            "blood_thinner",
            ("blood thinner", "warfarin", "Eliquis"),
            ("no se coagule", "warfarina", "Eliquis"),
        ),
    ],
)
def test_a_contraindication_is_asked_as_widely_in_spanish(
    key: str, english: tuple[str, ...], spanish: tuple[str, ...]
) -> None:
    """Who knows only 'huesos descalcificados' or the name of the pill says no to the learned word alone."""
    asked = ITEMS[key].text
    assert [word for word in english if word not in asked.en] == []
    assert [word for word in spanish if word not in asked.es] == []


def test_pain_at_night_is_asked_so_that_yes_means_that_it_stays() -> None:
    asked = ITEMS["night_pain"].text
    assert "never" not in asked.en and "all night" in asked.en
    assert "no cede" not in asked.es and "todo el tiempo" in asked.es


def test_the_front_of_a_thigh_is_named_in_both_languages() -> None:
    fronts = [region.text for region in BODY_REGIONS if "front of the" in region.text.en]
    assert [text.es for text in fronts] == [
        "Ingle o parte de adelante del muslo derecho",
        "Ingle o parte de adelante del muslo izquierdo",
    ]
