"""Claim: no conclusion changes without a signature: what was signed stays, to the letter, marked when data is new."""

import json

import pytest

from evidence.living.libraries import changed, with_trial
from spondyl.evidence.answer import Answer, answer
from spondyl.evidence.library import shipped_library, shipped_texts
from spondyl.evidence.living import (
    ReviewState,
    SignatureInvalidError,
    review,
    sign,
    signed_from_text,
    signed_to_text,
)

OPTION = "stem-cells"


@pytest.fixture(scope="module")
def old() -> Answer:
    return answer(shipped_library(), OPTION)


@pytest.fixture(scope="module")
def new() -> Answer:
    return answer(changed("events = 43", "events = 53"), OPTION)


def test_unsigned_says_so(old: Answer) -> None:
    found = review(old, ())
    assert found.state is ReviewState.UNSIGNED
    assert "Nobody has taken responsibility" in found.mark


def test_the_signed_words_stay_when_the_numbers_change(old: Answer, new: Answer) -> None:
    assert old.reading is not new.reading, "the new numbers would change the conclusion"
    signed = (sign(old, person="A. Reader", role="physician", at="2026-11-25"),)
    found = review(new, signed)
    assert found.state is ReviewState.NEW_DATA
    assert found.shown == old.paragraph.text
    assert found.proposed == new.paragraph.text
    assert found.mark == "Signed by A. Reader, physician, 2026-11-25. New data awaiting review."


def test_a_new_signature_of_the_same_day_ends_the_wait(old: Answer, new: Answer) -> None:
    first = sign(old, person="A. Reader", role="physician", at="2026-11-25")
    second = sign(new, person="A. Reader", role="physician", at="2026-11-25")
    found = review(new, signed_from_text(signed_to_text((first, second))))
    assert (found.state, found.shown, found.proposed) == (ReviewState.SIGNED, new.paragraph.text, None)


def test_of_one_day_the_signature_given_last_is_in_force(old: Answer, new: Answer) -> None:
    first = sign(new, person="Zoe", role="physician", at="2026-11-25")
    second = sign(old, person="Anna", role="physician", at="2026-11-25")
    found = review(old, signed_from_text(signed_to_text((first, second))))
    assert found.signature is not None
    assert (found.state, found.signature.person) == (ReviewState.SIGNED, "Anna")


@pytest.mark.parametrize(
    ("record", "before", "after"),
    [
        (("harms", "stem-cells-serious"), "events = 2", "events = 60"),
        (("harms", "stem-cells-soreness"), 'seriousness = "other"', 'seriousness = "serious"'),
        (("studies", "kumar-2017"), "events = 6", "events = 5"),
        (("studies", "respine-2024"), "n = 114", "n = 113"),
        (("guidelines", "nice-injections"), 'direction = "do not offer"', 'direction = "offer"'),
    ],
)
def test_whatever_a_page_shows_unsettles_a_signature(
    record: tuple[str, str], before: str, after: str
) -> None:
    """The conclusion's own words stay the same; the harms, studies and rules beside them do not."""
    option = "stem-cells" if "stem-cells" in shipped_texts()[record[0]][record[1]] else "prp"
    old = answer(shipped_library(), option)
    signed = (sign(old, person="A. Reader", role="physician", at="2026-11-25"),)
    new = answer(changed(before, after, record=record), option, signed=signed)
    assert new.paragraph.text == old.paragraph.text
    assert review(new, signed).state is new.conclusion.state is ReviewState.NEW_DATA
    assert review(answer(shipped_library(), option), signed).state is ReviewState.SIGNED


def test_an_unverified_draft_disturbs_no_signature(old: Answer) -> None:
    signed = (sign(old, person="A. Reader", role="physician", at="2026-11-25"),)
    with_draft = answer(with_trial(verified=False), OPTION)
    assert review(with_draft, signed).state is ReviewState.SIGNED


def test_a_signature_of_another_option_does_not_count(new: Answer) -> None:
    other = sign(answer(shipped_library(), "exercise"), person="A", role="physician", at="2026-11-25")
    assert review(new, (other,)).state is ReviewState.UNSIGNED


@pytest.mark.parametrize("field", ["person", "role", "at"])
def test_a_signature_needs_a_name_a_role_and_a_day(old: Answer, field: str) -> None:
    words = {"person": "A", "role": "physician", "at": "2026-11-25", field: " "}
    with pytest.raises(ValueError, match=field):
        sign(old, **words)


@pytest.mark.parametrize("field", ["paragraph", "person", "certainty", "digest", "at"])
def test_words_changed_after_signing_are_refused(old: Answer, field: str) -> None:
    table = json.loads(signed_to_text((sign(old, person="A", role="physician", at="2026-11-25"),)))
    table["signed"][0][field] = "high"
    with pytest.raises(SignatureInvalidError, match="changed after"):
        signed_from_text(json.dumps(table))


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"format": "spondyl-signed-conclusions", "version": 1}', "[" * 99999]
)
def test_what_is_no_file_of_signatures(text: str) -> None:
    with pytest.raises(SignatureInvalidError):
        signed_from_text(text)
