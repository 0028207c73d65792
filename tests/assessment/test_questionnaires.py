"""Claims: each questionnaire is scored by its published rule, whatever is missing and in whatever order.

Sources: the scoring notes of the forms (evidence.md section 2), worked examples with the arithmetic beside them.
"""

import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spondyl.assessment.questionnaires import (
    IMPORTANT_CHANGES,
    INSTRUMENTS,
    AnswerSheet,
    AnswerTextError,
    Direction,
    ScoreRefused,
    answer_sheets_from_csv,
    answer_sheets_from_json,
    instrument_of,
    judge_change,
    score_answers,
    score_sheets,
)
from spondyl.clinic.score_json import scored_sheet_json

RMDQ_ITEMS = [str(number) for number in range(1, 25)]
ODI_ITEMS = [str(number) for number in range(1, 11)]


def sheet(instrument: str, answers: dict[str, object], **more: object) -> AnswerSheet:
    content = {"instrument": instrument, "answers": answers, **more}
    return answer_sheets_from_json(json.dumps(content))[0]


def ticks(*numbers: int) -> AnswerSheet:
    return answer_sheets_from_json(json.dumps({"instrument": "rmdq", "ticked": list(numbers)}))[0]


def test_roland_morris_counts_ticks() -> None:
    assert score_answers(ticks(1, 5, 24)).value == 3
    assert score_answers(ticks(*range(1, 25))).value == 24
    nothing = score_answers(ticks())
    assert nothing.value == 0
    assert "make sure that the form was filled in" in nothing.notes[0]


def test_roland_morris_ships_24_sentences_in_their_published_order() -> None:
    """Source: the form of Roland and Morris 1983: the first, a middle and the last sentence."""
    wording = INSTRUMENTS["rmdq"].wording
    assert len(set(wording)) == 24
    assert wording[0] == "I stay at home most of the time because of my back."
    assert wording[12] == "My back is painful almost all the time."
    assert wording[23] == "I stay in bed most of the time because of my back."


def test_not_applicable_counts_as_no_in_roland_morris() -> None:
    """Source: scoring note: an item marked as not applicable is scored 'No'."""
    answers = dict.fromkeys(RMDQ_ITEMS, "yes") | {"15": "not applicable", "19": "no"}
    assert score_answers(sheet("rmdq", answers)).value == 22


@given(st.sets(st.sampled_from(RMDQ_ITEMS), min_size=1))
def test_an_unanswered_sentence_of_roland_morris_is_refused_by_name(lacking: set[str]) -> None:
    answers = {item: None if item in lacking else "no" for item in RMDQ_ITEMS}
    with pytest.raises(ScoreRefused, match="no standard rule") as refused:
        score_answers(sheet("rmdq", answers))
    assert min(lacking, key=int) in refused.value.what


def test_oswestry_worked_examples() -> None:
    """Source: printed on the form: 16 of 50 is 32 %; with one section missed, 16 of 45 is 35.5 %."""
    ten = dict(zip(ODI_ITEMS, (1, 2, 2, 1, 2, 1, 2, 1, 2, 2), strict=True))  # sum 16
    assert score_answers(sheet("odi", dict(ten))).value == pytest.approx(32.0, abs=1e-12)
    nine = dict(zip(ODI_ITEMS, (1, 2, 2, 1, 3, 1, 2, None, 2, 2), strict=True))  # sum 16
    missed = score_answers(sheet("odi", dict(nine)))
    assert missed.value == pytest.approx(35.5556, abs=5e-5)
    assert (missed.answered, missed.unanswered) == (9, ("8",))
    assert "9 of 10" in missed.notes[0]


def test_oswestry_takes_the_higher_of_two_boxes() -> None:
    one = score_answers(sheet("odi", dict.fromkeys(ODI_ITEMS, 1) | {"4": [2, 5]}))
    assert one.value == pytest.approx(100 * (9 + 5) / 50)
    assert "section 4" in one.notes[0]


@pytest.mark.parametrize(
    ("total", "band"),
    [
        (0, "minimal"),
        (10, "minimal"),
        (11, "moderate"),
        (20, "moderate"),
        (21, "severe"),
        (30, "severe"),
        (31, "very severe"),
        (40, "very severe"),
        (41, "extreme"),
        (50, "extreme"),
    ],
)
def test_oswestry_bands(total: int, band: str) -> None:
    """Source: bands end at 20, 40, 60 and 80 %: sums of 10, 20, 30 and 40 out of 50."""
    marks = {item: min(5, max(0, total - 5 * place)) for place, item in enumerate(ODI_ITEMS)}
    score = score_answers(sheet("odi", marks))
    assert (score.value, score.group) == (pytest.approx(2.0 * total), f"{band} disability")


@given(st.lists(st.one_of(st.none(), st.integers(0, 5)), min_size=10, max_size=10), st.randoms())
def test_oswestry_for_any_missing_pattern_and_order(marks: list[int | None], random: object) -> None:
    answers = dict(zip(ODI_ITEMS, marks, strict=True))
    given_marks = [mark for mark in marks if mark is not None]
    if not given_marks:
        with pytest.raises(ScoreRefused, match="no section has an answer"):
            score_answers(sheet("odi", answers))
        return
    shuffled = list(answers.items())
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    score = score_answers(sheet("odi", dict(shuffled)))
    assert score.value == pytest.approx(100 * sum(given_marks) / (5 * len(given_marks)))
    assert min(given_marks) * 20 <= score.value + 1e-9
    assert score.value <= max(given_marks) * 20 + 1e-9
    assert score.provenance == score_answers(sheet("odi", answers)).provenance


@pytest.mark.parametrize(
    ("agreed", "bother", "total", "distress", "risk"),
    [
        ("", 0, 0, 0, "low risk"),
        ("123", "moderately", 3, 0, "low risk"),
        ("1234", "slightly", 4, 0, "medium risk"),
        ("567", "moderately", 3, 3, "low risk"),
        ("567", "very much", 4, 4, "high risk"),
        ("5678", "not at all", 4, 4, "high risk"),
        ("1234567", 2, 7, 3, "medium risk"),
        ("12345678", "extremely", 9, 5, "high risk"),
        ("123456", 3, 7, 3, "medium risk"),
    ],
)
def test_start_back(agreed: str, bother: object, total: int, distress: int, risk: str) -> None:
    """Source: Keele, Using and scoring: distress of items 5-9 at 4 or 5 is high; else 0-3 low, 4-9 medium."""
    answers = {str(n): "agree" if str(n) in agreed else "disagree" for n in range(1, 9)} | {"9": bother}
    score = score_answers(sheet("start_back", answers))
    assert (score.value, score.parts, score.group) == (total, (("distress", distress),), risk)


@given(st.sets(st.sampled_from("123456789"), min_size=1))
def test_start_back_with_a_missing_answer_is_refused(lacking: set[str]) -> None:
    answers = {str(n): "no" for n in range(1, 9)} | {"9": "slightly"}
    with pytest.raises(ScoreRefused, match="No published rule"):
        score_answers(sheet("start_back", {item: answers[item] for item in answers if item not in lacking}))


@pytest.mark.parametrize("wrong", ["11", "-1", "6.5", "seven", "", "nan", "²"])
def test_nrs_takes_whole_numbers_from_0_to_10(wrong: str) -> None:
    assert [score_answers(sheet("nrs", {"pain": n})).value for n in range(11)] == list(range(11))
    with pytest.raises(ScoreRefused):
        score_answers(sheet("nrs", {"pain": wrong}))


@pytest.mark.parametrize("wrong", ["100.1", "-0.1", "inf", "nan", "1_0", "1e1", "٣"])
def test_vas_lies_on_its_line(wrong: str) -> None:
    assert score_answers(sheet("vas", {"pain": 62.5})).value == 62.5
    with pytest.raises(ScoreRefused):
        score_answers(sheet("vas", {"pain": wrong}))


def test_promis_takes_t_scores_and_knows_their_direction() -> None:
    """Source: healthmeasures.net: mean 50, SD 10; a higher T-score is more of the concept."""
    score = score_answers(sheet("promis_physical_function", {"t_score": 35}))
    assert score.parts == (("standard deviations above the mean", -1.5),)
    assert score.instrument.direction is Direction.HIGHER_IS_BETTER
    assert INSTRUMENTS["promis_fatigue"].direction is Direction.HIGHER_IS_WORSE
    with pytest.raises(ScoreRefused, match="has no item 1"):
        score_answers(sheet("promis_fatigue", {"1": 3}))


def test_important_changes_are_those_of_ostelo() -> None:
    """Source: abstract of Ostelo 2008: VAS 15, NRS 2, RMDQ 5, ODI 10, or 30 % of the first score."""
    assert {code: one.points for code, one in IMPORTANT_CHANGES.items()} == {
        "vas": 15,
        "nrs": 2,
        "nrs_today": 2,
        "rmdq": 5,
        "odi": 10,
    }
    assert {one.share_of_baseline for one in IMPORTANT_CHANGES.values()} == {0.30}
    assert all("one person" in one.note for one in IMPORTANT_CHANGES.values())


@pytest.mark.parametrize(
    ("before", "after", "points", "share", "worse", "can"),
    [
        (14, 9, True, True, False, True),  # 5 points, 36 %
        (20, 15, True, False, False, True),  # 5 points, 25 %
        (4, 1, False, True, False, False),  # 3 points, 75 %; began under 5
        (10, 15, False, False, True, True),
        (0, 0, False, False, False, False),
        (10, 7, False, True, False, True),  # exactly 30 %
    ],
)
def test_change_against_the_threshold(
    before: float, after: float, points: bool, share: bool, worse: bool, can: bool
) -> None:
    judged = judge_change(
        before, after, instrument=instrument_of("rmdq"), threshold=IMPORTANT_CHANGES["rmdq"]
    )
    assert judged.improvement == before - after
    found = (judged.reaches_points, judged.reaches_share, judged.worse_by_points, judged.can_reach_points)
    assert found == (points, share, worse, can)


@given(
    st.lists(st.integers(0, 5), min_size=10, max_size=10),
    st.lists(st.integers(0, 5), min_size=10, max_size=10),
)
def test_a_better_score_never_counts_as_worse(before: list[int], after: list[int]) -> None:
    first, second = (
        score_answers(sheet("odi", dict(zip(ODI_ITEMS, m, strict=True)))).value for m in (before, after)
    )
    judged = judge_change(first, second, instrument=instrument_of("odi"), threshold=IMPORTANT_CHANGES["odi"])
    assert not (judged.reaches_points and judged.worse_by_points)
    assert judged.reaches_points == (sum(before) - sum(after) >= 5)  # 10 % of 50 points, in whole points


def test_every_score_says_scale_direction_count_source_and_provenance() -> None:
    """Every questionnaire there is, through the JSON."""
    answers = {
        "rmdq": dict.fromkeys(RMDQ_ITEMS, "no"),
        "odi": {"1": 1},
        "nrs": {"pain": 1},
        "nrs_today": {"pain": 1},
        "vas": {"pain": 1},
    }
    answers["start_back"] = dict.fromkeys("12345678", "no") | {"9": "slightly"}
    for code, instrument in INSTRUMENTS.items():
        (one,) = score_sheets([sheet(code, answers.get(code, {"t_score": 50}))])
        said = scored_sheet_json(one)
        assert said["status"] == "scored"
        assert said["scale"]["direction"] in ("higher_is_worse", "higher_is_better")
        assert said["scale"]["lowest"] < said["scale"]["highest"]
        assert said["answered"] + len(said["unanswered"]) == said["asked"] == len(instrument.items)
        assert said["source"]
        assert said["definition"]
        assert len(said["provenance"]["inputs"][0]) == 64


def test_licensed_wording_is_not_shipped() -> None:
    assert [code for code, one in INSTRUMENTS.items() if one.wording] == ["rmdq"]


def test_a_first_sheet_without_a_score_does_not_make_the_second_one_the_beginning() -> None:
    marks = {"2026-01-05": "x", "2026-02-05": "7", "2026-04-05": "3"}
    sheets = [sheet("nrs", {"pain": mark}, patient_id="P7", date=day) for day, mark in marks.items()]
    scored = score_sheets(sheets)
    assert [one.first for one in scored] == [None, None, None]
    assert [one.change for one in scored] == [None, None, None]
    assert [one.first_unusable for one in scored] == [False, True, True]
    again = sheet("nrs", {"pain": "8"}, patient_id="P7", date="2026-01-05")
    change = score_sheets([*sheets, again])[2].change
    assert change is not None and change.improvement == 5


def test_a_later_sheet_is_held_against_the_first_by_date() -> None:
    sheets = [
        sheet("nrs", {"pain": pain}, patient_id="A", date=day)
        for pain, day in ((4, "2026-03-01"), (7, "2026-01-01"), (8, "2026-02-01"))
    ]
    scored = score_sheets(sheets)
    assert [one.change.improvement if one.change else None for one in scored] == [3, None, -1]


LONG = "patient_id,date,instrument,item,answer\n"
LONG += "A,2026-01-05,odi,1,2;3\nA,2026-01-05,odi,2,\nB,2026-01-05,rmdq,ticked,1 7"
WIDE = "patient_id;date;instrument;1;2;ticked\nA;2026-01-05;odi;2|3;;\nB;2026-01-05;rmdq;;;1 7\n"


@pytest.mark.parametrize("nobody", [None, "", " "])
def test_sheets_of_nobody_are_not_held_against_each_other(nobody: str | None) -> None:
    """9 and 2 of two people whose file names neither: no change can be told."""
    days = {"2026-01-05": 9, "2026-02-16": 2}
    sheets = [sheet("nrs", {"pain": pain}, patient_id=nobody, date=day) for day, pain in days.items()]
    assert [one.patient_id for one in sheets] == ["", ""]
    assert [one.first for one in score_sheets(sheets)] == [None, None]


def test_a_space_beside_the_patient_is_not_another_patient() -> None:
    first = sheet("nrs", {"pain": 9}, patient_id="P7", date="2026-01-05")
    later = sheet("nrs", {"pain": 2}, patient_id=" P7 ", date="2026-02-16")
    change = score_sheets([first, later])[1].change
    assert change is not None and change.improvement == 7


def test_a_questionnaire_in_two_spellings_is_one_sheet() -> None:
    """5 and 0 of two sections are 5/10 = 50 %; read as two sheets they were 100 % and 0 %."""
    rows = ["patient_id,date,instrument,item,answer", "P,2026-01-05,ODI,1,5", "P,2026-01-05,odi,2,0"]
    (one,) = answer_sheets_from_csv("\n".join(rows))
    assert score_answers(one).value == 50


@pytest.mark.parametrize("text", [LONG, WIDE, "\ufeff" + LONG.replace("\n", "\r\n")])
def test_csv_in_both_layouts(text: str) -> None:
    first, second = answer_sheets_from_csv(text)
    assert (first.patient_id, first.on) == ("A", date(2026, 1, 5))
    assert score_answers(first).value == 60
    assert score_answers(second).value == 2


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "the file: it is empty"),
        ("patient_id,item\n", "instrument are missing"),
        ("instrument,date,pain\nnrs,05/01/2026,7", "line 2: '05/01/2026' is not a date"),
        ("instrument,item,answer\nnrs,pain,7\nnrs,pain,8", "line 3: item 'pain' of this sheet was already"),
        ("instrument,pain\nnrs,7,9", "line 2: it has 3 cells under 2 columns"),
        ("instrument,pain,pain\nnrs,7,9", "stands there twice"),
        ('instrument,pain\nnrs,"7', "it is not CSV"),
        ("instrument,ticked,1\nrmdq,1 2,yes", "ticked sentences and single answers"),
    ],
)
def test_a_faulty_csv_names_the_line(text: str, said: str) -> None:
    with pytest.raises(AnswerTextError, match=said.replace("(", r"\(")):
        answer_sheets_from_csv(text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "it is not JSON"),
        ("[" * 100_000, "it is not JSON"),
        ("[1]", "sheet 1: it is not an object"),
        ('{"instrument": "nrs"}', "needs answers or ticked"),
        ('{"answers": {}}', "names no instrument"),
        ('{"instrument": "nrs", "answers": {"pain": 1, "pain": 9}}', "'pain' is given twice"),
        ('{"instrument": "nrs", "answers": {"pain": {}}}', "neither a number nor text"),
        ('{"instrument": "nrs", "answers": {"pain": 1}, "when": 1}', "'when' is not known"),
        ('{"instrument": "nrs", "answers": {"pain": 1}, "date": "5.1.26"}', "is not a date"),
        ('{"instrument": "rmdq", "ticked": null}', "ticked is not a list"),
    ],
)
def test_a_faulty_json_names_the_place(text: str, said: str) -> None:
    with pytest.raises(AnswerTextError, match=said):
        answer_sheets_from_json(text)


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=80))
def test_any_text_is_read_or_refused_by_name(text: str) -> None:
    for reader in (answer_sheets_from_json, answer_sheets_from_csv):
        try:
            score_sheets(reader(text))
        except AnswerTextError as error:
            assert error.do


def test_an_unknown_questionnaire_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ScoreRefused, match=r"rmdq, odi, start_back"):
        score_answers(sheet("ndi", {"1": 1}))


@pytest.mark.parametrize("code", ["rmdq", "nrs"])
def test_a_count_and_a_number_chosen_are_whole(code: str) -> None:
    """Source: both are counted or chosen in whole numbers; 0 and the highest are possible, a half is not."""
    scale = INSTRUMENTS[code]
    assert [scale.check_given(value) for value in (0, 7, 7.0, scale.highest)] == [0, 7, 7, scale.highest]
    for wrong in (0.5, 7.25, scale.highest - 0.5):
        with pytest.raises(ScoreRefused, match="always a whole number"):
            scale.check_given(wrong)
    for beyond in (-1, scale.highest + 1, float("nan")):
        with pytest.raises(ScoreRefused, match="not on its scale"):
            scale.check_given(beyond)


@pytest.mark.parametrize(("code", "value"), [("vas", 62.5), ("odi", 16 / 45 * 100), ("promis_fatigue", 48.9)])
def test_a_length_a_share_and_a_t_score_are_not(code: str, value: float) -> None:
    assert INSTRUMENTS[code].check_given(value) == value
