"""Claims: what is recalled takes what stands within it off the page; two doses of one option in a trial are one group.

Independent numbers: sums of the counts by hand; a trial of two doses against one control of 50 has 50 in its control.
"""

import pytest

from evidence.living.libraries import changed
from spondyl.evidence.aid import Language, aid_content
from spondyl.evidence.answer import answer
from spondyl.evidence.library import Library, library_from, shipped_library, shipped_texts
from spondyl.evidence.living.repool import pooled_numbers

SOURCE = '\n[source]\ntag = "read"'
RECALLED = [
    ("respine-2024", 'id = "responders-12mo"\n', "stem-cells"),
    ("respine-2024", 'id = "responders-12mo-counts"\n', "stem-cells"),
    ("schneider-2015", 'id = "function-manual-v-usual"\n', "manual-manipulation"),
    ("schneider-2015", 'id = "responders-50"\n', "instrument-manipulation"),
    ("wolff-2020", 'id = "pain-6mo"\n', "stem-cells"),
]


def of(record: str, old: str, new: str) -> Library:
    return changed(old, new, record=("studies", record))


@pytest.mark.parametrize(("record", "result", "option"), RECALLED)
def test_a_recalled_result_with_verified_groups_leaves_the_page_and_does_not_break_it(
    record: str, result: str, option: str
) -> None:
    library = of(record, result, f'{result}tag = "recalled"\n')
    key = f"{record}/results/{result.split(chr(34))[1]}"
    for language in Language:
        said = aid_content(library, option, language)
        assert key not in {origin.key for passage in said.passages for origin in passage.origins}
    found = answer(library, option)
    assert found.withheld is not None and found.withheld.value >= 1
    assert not any(key == pair.outcome.origin.key for pair in found.icons)


@pytest.mark.parametrize(
    ("record", "option"),
    [
        ("who-exercise-2023", "exercise"),
        ("respine-2024", "stem-cells"),
        ("xie-2021-meta-analysis", "stem-cells"),
    ],
)
def test_a_recalled_study_leaves_the_page_whole(record: str, option: str) -> None:
    library = of(record, SOURCE, '\n[source]\ntag = "recalled"')
    found = answer(library, option)
    assert record not in {one.name.origin.record for one in (*found.studies, *found.left_out)}
    assert record not in {one.source.origin.record for one in found.findings}
    assert record not in {pair.study.origin.record for pair in found.icons}
    aid_content(library, option, Language.ENGLISH)


def two_doses(*, second: str) -> Library:
    """RESPINE's counts with a second dose group of the same option beside the same sham group."""
    texts = shipped_texts()
    text = texts["studies"]["respine-2024"]
    control = '[[results.groups]]\nname = "sham injection"\nrole = "sham"\n'
    dose = f'[[results.groups]]\nname = "a lower dose"\nrole = "active"\noption = "stem-cells"\n{second}\n\n'
    begin = text.index('id = "responders-12mo-counts"')
    place = text.index(control, begin)
    texts["studies"]["respine-2024"] = text[:place] + dose + text[place:]
    return library_from(texts)


def test_two_doses_of_an_option_are_one_group_against_one_control() -> None:
    """43 of 58 and 20 of 50 are 63 of 108, against 39 of 56 once: 58.3 less 69.6 is 11.3 fewer of a hundred."""
    library = two_doses(second="n = 50\nevents = 20")
    found = answer(library, "stem-cells")
    (pair,) = [one for one in found.icons if one.study.origin.record == "respine-2024"]
    assert pair.difference is not None
    assert pair.difference.value == pytest.approx(100 * (63 / 108 - 39 / 56))
    (pooled,) = [one for one in pooled_numbers(library) if "respine-2024" in one.studies]
    assert pooled.studies.count("respine-2024") == 1
    if pooled.studies == ("respine-2024",):
        assert pooled.estimate.effect == pytest.approx(63 / 108 - 39 / 56)


def test_a_second_dose_without_its_size_is_not_left_out_quietly() -> None:
    found = answer(two_doses(second="percent = 40.0"), "stem-cells")
    (pair,) = [one for one in found.icons if one.study.origin.record == "respine-2024"]
    assert pair.difference is None and pair.number_needed is None


def test_the_shipped_answers_hold_nothing_of_another_standing_than_before() -> None:
    library = shipped_library()
    assert all(
        one.origin.may_be_shown or not part.origin.may_be_shown
        for study in library.studies
        for one in study.results
        for part in (*one.groups, *([one.effect] if one.effect else []))
    )
