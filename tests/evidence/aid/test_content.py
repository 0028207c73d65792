"""Claim: every number of the page is a verified record's; all choices are shown alike; a signature holds the words."""

import pytest

from evidence.living.libraries import changed, with_trial
from spondyl.clinic.report.aid.page import reading_texts
from spondyl.evidence.aid import AidContent, AidNotPossibleError, Language, aid_content
from spondyl.evidence.answer import ReviewState, answer
from spondyl.evidence.library import (
    Figure,
    Quote,
    Standing,
    UnknownOptionError,
    library_from,
    shipped_library,
    shipped_texts,
)
from spondyl.evidence.living import sign

OPTIONS = [option.id for option in shipped_library().options]


def aid(option: str = "stem-cells", language: Language = Language.ENGLISH) -> AidContent:
    return aid_content(shipped_library(), option, language)


def said(content: AidContent) -> str:
    return "\n".join(one.prose.text for one in content.passages)


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("option", OPTIONS)
def test_every_number_has_source_locator_verifier_and_date(option: str, language: Language) -> None:
    pieces = [piece for one in aid(option, language).passages for piece in one.prose.pieces]
    figures = [piece for piece in pieces if isinstance(piece, Figure | Quote)]
    assert figures
    for piece in figures:
        origin = piece.origin
        assert origin.standing is not Standing.UNVERIFIED
        assert all((origin.citation, origin.locator, origin.verified_by, origin.verified_on))


def test_the_trial_of_respine_is_shown_with_its_sham_beside() -> None:
    """74 % and 69 %, +4.5 (−12.0, 21.0): evidence.md section 1."""
    (picture,) = aid().expect.pictures
    assert [group.better.prose.text for group in picture.groups] == [
        "74 of 100",
        "69 of 100",
    ]
    gap = picture.gap[0].prose.text
    assert gap == "That is 4.5 more of 100 people. By chance alone it could be from 12 fewer to 21 more."
    assert "12 months" in picture.lead.prose.text


SHAM = '[[results.groups]]\nname = "sham injection"\nrole = "sham"\npercent = 69.0'
USUAL = '[[results.groups]]\nname = "usual care"\nrole = "usual care"\npercent = 20.0\n\n'


@pytest.mark.parametrize("language", Language)
def test_people_of_a_hundred_stand_beside_a_verdict_only_for_the_result_that_decides(
    language: Language,
) -> None:
    """Of the tool's trial the result in words decides; half of the trouble gone at 4 weeks is another outcome."""
    content = aid_content(shipped_library(), "instrument-manipulation", language)
    (row,) = [one for one in content.glance.rows if one.option == "instrument-manipulation"]
    assert row.number is None and len(content.ladder[0].good) == 1
    assert content.expect.pictures, "the picture stays, with its outcome and time"


def test_a_third_arm_is_not_taken_for_the_sham() -> None:
    """74 % with cells, 20 % with usual care, 69 % with sham: the difference, +4.5, is that to the sham."""
    library = changed(SHAM, USUAL + SHAM)
    content = aid_content(library, "stem-cells", Language.ENGLISH)
    (picture,) = content.expect.pictures
    assert [(one.label.prose.text, one.number.value) for one in picture.groups] == [
        ("Stem cell injection", 74),
        ("usual care", 20),
        ("a fake shot (sham)", 69),
    ]
    assert "74 of 100. With a fake shot (sham): 69 of 100. They were counted after 12 months." in said(
        content
    )
    assert (
        "74 got better after the treatment and 69 after the sham"
        in answer(library, "stem-cells").paragraph.text
    )


@pytest.mark.parametrize(
    ("option", "language", "words"),
    [
        (
            "instrument-manipulation",
            Language.ENGLISH,
            "people treated with the tool had 8 points more than they did",
        ),
        ("instrument-manipulation", Language.SPANISH, "la gente tratada con el aparato tuvo 8 puntos más"),
        ("instrument-manipulation", Language.ENGLISH, "Some months later, no group did better than another."),
        ("manual-manipulation", Language.SPANISH, "Unos meses después, ningún grupo estaba mejor que otro."),
        ("epidural-steroid", Language.ENGLISH, "This page is not about pain that runs down the leg."),
        ("epidural-steroid", Language.SPANISH, "Esta página no habla del dolor que baja por la pierna."),
    ],
)
def test_what_speaks_against_an_option_or_beside_it_is_said_too(
    option: str, language: Language, words: str
) -> None:
    """Schneider 2015 (adjustment.md section 0): hands better than instrument by 8.1 Oswestry points at 4 weeks, no
    difference at 3 and 6 months. Epidural steroids: none for the back, some for the leg (evidence.md section 2)."""
    assert words in said(aid(option, language))


def test_spanish_writes_the_decimal_point_as_in_mexico_and_the_united_states() -> None:
    """Source: RAE, Ortografía de la lengua española (2010), which takes the point and the comma."""
    page = "\n".join(reading_texts(aid(language=Language.SPANISH)))
    assert "Son 4.5 más de cada 100 personas." in page


def test_a_ratio_below_one_is_not_called_more_in_spanish() -> None:
    """'0.4 veces más' is more, and '1.6 veces más' may be read as 2.6 times as often; both are times as often."""
    harm = ("harms", "relaxants-other")
    for old in ("estimate = 1.6\nlow = 1.2\nhigh = 2.0", ""):
        new = "estimate = 0.4\nlow = 0.2\nhigh = 0.9" if old else ""
        content = aid_content(changed(old, new, record=harm), "muscle-relaxants", Language.SPANISH)
        assert "veces más" not in said(content)
        value = "0.4" if old else "1.6"
        assert f"Por cada vez que se ve sin él, se ve {value} veces con él." in said(content)


def test_a_changed_record_changes_the_page() -> None:
    other = aid_content(changed("percent = 74.0", "percent = 81.0"), "stem-cells", Language.ENGLISH)
    assert "81 of 100" in said(other)
    assert "74 of 100" not in said(other)


def test_an_unverified_record_leaves_the_page() -> None:
    """The words about a harm go with its record, in both languages."""
    texts = shipped_texts()
    texts["harms"]["stem-cells-blindness"] = texts["harms"]["stem-cells-blindness"].replace(
        '"read"', '"recalled"'
    )
    library = library_from(texts)
    for language, word in ((Language.ENGLISH, "went blind"), (Language.SPANISH, "quedó ciega")):
        assert word in said(aid_content(shipped_library(), "stem-cells", language))
        assert word not in said(aid_content(library, "stem-cells", language))


def test_recalled_values_are_not_on_any_page() -> None:
    """Ryoncil, Omisirge and the 40 % of Noriega are tagged recalled in the records."""
    for option in OPTIONS:
        text = said(aid(option))
        assert "Ryoncil" not in text
        assert "40 of 100" not in text


def test_all_choices_have_the_same_parts_the_clinics_own_too() -> None:
    content = aid()
    assert content.ladder[0].option == "stem-cells"
    assert sorted(row.option for row in content.ladder) == sorted(OPTIONS)
    own = [row for row in content.ladder if row.clinics_own]
    assert {row.option for row in own} == {"manual-manipulation", "instrument-manipulation"}
    for row in content.ladder:
        assert row.good
        assert row.bad
        assert row.feel
        assert row.sure.prose
    for row in own:
        text = " ".join(one.prose.text for one in row.good)
        assert "have not shown that it works better" in text, (
            "its weak trials are said as plainly as any other's"
        )
        assert any(risk.serious for risk in row.bad)


def test_the_signed_words_stay_while_new_data_awaits_review() -> None:
    old, library = answer(shipped_library(), "stem-cells"), changed("events = 43", "events = 53")
    signed = (sign(old, person="A. Reader", role="physician", at="2026-11-25"),)
    content = aid_content(library, "stem-cells", Language.ENGLISH, signed=signed)
    words = content.short[0].prose.text
    assert words.startswith("Fair tests have not shown that it works better")
    assert content.review.proposed
    unsigned = aid_content(library, "stem-cells", Language.ENGLISH)
    assert unsigned.short[0].prose.text.startswith("It works better")


def test_a_signed_verdict_keeps_what_it_was_compared_with() -> None:
    """Signed against sham; now the deciding result compares with usual care, or with nothing at all."""
    signed = (sign(answer(shipped_library(), "stem-cells"), person="A", role="DC", at="2026-11-25"),)
    for was, now in (
        (f'{MONTHS}versus = "sham injection"', f'{MONTHS}versus = "usual care"'),
        ("n = 58\nevents = 43\n", "n = 58\n"),
    ):
        library = changed(was, now)
        content = aid_content(library, "stem-cells", Language.ENGLISH, signed=signed)
        assert content.review.state is ReviewState.NEW_DATA
        words = "Fair tests have not shown that it works better than a fake shot (sham)."
        assert content.short[0].prose.text == words
        assert content.ladder[0].good[0].prose.text == words
        row = content.glance.rows[0].helps
        assert row.prose.text == "Not shown to be better than a fake shot (sham)."


MONTHS = 'counts rebuilt from the percentages"\ntiming = "12 months"\nmonths = 12\n'


def test_what_cannot_be_made_says_why() -> None:
    with pytest.raises(UnknownOptionError):
        aid("crystals")
    texts = shipped_texts()
    texts["harms"] = {name: text for name, text in texts["harms"].items() if '"prp"' not in text}
    with pytest.raises(AidNotPossibleError, match="harm"):
        aid_content(library_from(texts), "prp", Language.ENGLISH)
    texts = shipped_texts()
    texts["options"]["new-thing"] = texts["options"]["prp"].replace("order = 10", "order = 99")
    with pytest.raises(AidNotPossibleError, match="plain words"):
        aid_content(library_from(texts), "new-thing", Language.ENGLISH)


def test_a_harm_without_plain_words_is_quoted() -> None:
    texts = shipped_texts()
    texts["harms"]["prp-new"] = texts["harms"]["prp-other"].replace("lesser harm", "a rash")
    content = aid_content(library_from(texts), "prp", Language.SPANISH)
    assert "a rash" in said(content)


def test_the_newest_day_of_verification_is_the_pages_date() -> None:
    newest = max(origin.verified_on for one in aid().passages for origin in one.origins)
    assert aid().checked_on == newest


def test_the_numbers_beside_the_verdict_are_those_of_the_deciding_trial() -> None:
    """RESPINE decides (74 and 69 of 100 with sham, evidence.md section 1), not a trial that sorts before it."""
    library = with_trial(verified=True)
    content = aid_content(library, "stem-cells", Language.ENGLISH)
    number = content.glance.rows[0].number
    assert number is not None
    assert (
        number.prose.text == "A fifth less pain or trouble, 12 months: 74 of 100; 69 with a fake shot (sham)."
    )
    assert "74 of 100. With a fake shot (sham): 69" in said(content)
    assert len(content.expect.pictures) == 2, "the other trial keeps its own picture"
