"""Claims: what a patient reads of harms and of few people says what was counted, and no more.

Independent numbers: none in 40 leaves up to 1 - 0.025^(1/40) = 8.8 of 100 (exact 95 % interval, both languages).
"""

import pytest

from evidence.living.libraries import changed
from spondyl.evidence.aid import Language, aid_content
from spondyl.evidence.answer import answer
from spondyl.evidence.answer.shares import people_of_100
from spondyl.evidence.library import Group, Library, RecordInvalidError, Role, shipped_library

PRP = "events = 1\nn = 194\n"


def harms(library: Library, option: str, language: Language = Language.ENGLISH) -> str:
    """What the page says can go wrong, in full and at a glance."""
    content = aid_content(library, option, language)
    full = [risk.said.prose.text for risk in content.risks]
    return "\n".join([*full, *(one.prose.text for one in content.glance.passages)])


def prp(counts: str, language: Language = Language.ENGLISH) -> str:
    return harms(changed(PRP, counts, record=("harms", "prp-serious")), "prp", language)


def test_events_are_not_told_as_people() -> None:
    """2 serious events among 136 people: nobody read whether they were two people."""
    said = harms(shipped_library(), "stem-cells")
    assert "2 such events were counted in 136 people. One person can have more than one." in said
    assert "2 events in 136 people." in said and "1.5 of 100" not in said
    in_spanish = harms(shipped_library(), "stem-cells", Language.SPANISH)
    assert "Se contaron 2 casos así en 136 personas. Una persona puede tener más de uno." in in_spanish
    rates = [one.rate.text for one in answer(shipped_library(), "stem-cells").harms if one.rate]
    assert rates == ["2 events in 136 people"]


def test_one_person_may_have_several_events_and_nobody_several_of_people() -> None:
    assert "12 such events were counted in 9 people" in prp('events = 12\nn = 9\ncounted = "events"\n')
    assert "1 such event was counted in 9 people." in prp('events = 1\nn = 9\ncounted = "events"\n')
    with pytest.raises(RecordInvalidError, match="12 of 9 people"):
        prp("events = 12\nn = 9\n")


def test_none_in_forty_says_what_it_cannot_rule_out() -> None:
    said = prp("events = 0\nn = 40\n")
    assert "It was seen in none of 40 people. By chance alone it could still come to 8.8 of 100." in said
    assert "In none of 40 people; it could still be 8.8 of 100." in said
    in_spanish = prp("events = 0\nn = 40\n", Language.SPANISH)
    assert "No se vio en ninguna de 40 personas. Por azar aún podría llegar a 8.8 de cada 100." in in_spanish


@pytest.mark.parametrize("language", Language)
def test_harms_of_surgery_say_what_was_counted_on_both_sides(language: Language) -> None:
    """World Neurosurg 2020 (PMID 33253955): complications at 2 years or longer RR 21.46, further surgery RR 0.40 (0.17
    to 0.98); Int Orthop 2008;32:107: early complications 16 % (12 to 20).
    """
    said = harms(shipped_library(), "surgery", language)
    for number in ("21.5", "0.40", "0.17", "0.98", "16 ", "12 ", "20."):
        assert number in said
    for wrong in ("years after the surgery", "years later", "ommon", "años después", "a menudo"):
        assert wrong not in said
    records = [one.event.origin.record for one in answer(shipped_library(), "surgery").harms]
    assert records == ["surgery-serious", "surgery-more-surgery", "surgery-other"]


@pytest.mark.parametrize("wrong", ["percent = 21", "percent_low = 17", "percent_high = 101"])
def test_a_pooled_share_lies_within_its_interval(wrong: str) -> None:
    name = wrong.partition(" ")[0]
    right = {
        "percent": "percent = 16",
        "percent_low": "percent_low = 12",
        "percent_high": "percent_high = 20",
    }
    with pytest.raises(RecordInvalidError, match="percent, low and high"):
        changed(right[name] + "\n", wrong + "\n", record=("harms", "surgery-other"))


def test_a_rare_harm_does_not_read_as_none() -> None:
    said = prp("events = 1\nn = 5000\n")
    assert "It was seen in 0.02 of 100 people. It could be as few as 0.0005 or as many as 0.1." in said


@pytest.mark.parametrize(
    ("events", "n", "drawn"),
    [
        (0, 250, 0),
        (1, 250, 1),
        (1, 1000, 1),
        (249, 250, 99),
        (250, 250, 100),
        (199, 200, 99),
        (5, 8, 63),
        (1, 8, 13),
    ],
)
def test_a_picture_shows_nobody_or_everybody_only_where_it_was_so(events: int, n: int, drawn: int) -> None:
    (pair, *_) = answer(shipped_library(), "stem-cells").icons
    group = Group(name="cells", role=Role.ACTIVE, n=n, events=events, origin=pair.study.origin)
    found = people_of_100(group)
    assert found is not None and found.value == drawn
