"""Intake: nothing dangerous passes, nothing unknown counts as safe, scores follow the published rule."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spondyl.assessment.intake import (
    BODY_REGIONS,
    INTAKE,
    ITEMS,
    STANDS_FOR,
    Intake,
    IntakeAnswerRefused,
    ItemKind,
    PatientLanguage,
    Stop,
    answered,
    finished,
    follow_up,
    intake_from_json,
    intake_to_json,
    message_for,
    messages_of,
    open_flags,
    stop_of,
    summarise_intake,
    ticked,
)
from spondyl.assessment.screening import CONTRAINDICATIONS, RED_FLAGS, Urgency, Verdict

ROLAND_SCREENS = ("function_first", "function_second", "function_third")
SAFETY = [one.key for one in RED_FLAGS] + list(STANDS_FOR)


def harmless() -> Intake:
    """Every question of safety answered with no."""
    return Intake(answers=dict.fromkeys(SAFETY, ("no",)))


def test_every_red_flag_is_asked_and_every_lay_question_stands_for_a_contraindication() -> None:
    assert {one.key for one in RED_FLAGS} <= set(ITEMS)
    assert set(STANDS_FOR.values()) <= {one.key for one in CONTRAINDICATIONS}
    assert set(STANDS_FOR) <= set(ITEMS)


def test_item_keys_are_unique_and_both_languages_differ() -> None:
    keys = [item.key for group in INTAKE for item in group.items]
    assert len(keys) == len(set(keys))
    same = [item.key for item in ITEMS.values() if item.text.en == item.text.es]
    assert same == []


def test_only_no_everywhere_lets_everything_be_booked() -> None:
    assert stop_of(harmless()) is Stop.NOTHING
    assert stop_of(Intake()) is Stop.TREATMENT


@pytest.mark.parametrize("key", SAFETY)
def test_yes_and_not_sure_never_leave_a_treatment_open(key: str) -> None:
    for mark in ("yes", "unknown"):
        assert stop_of(answered(harmless(), key, (mark,))) is not Stop.NOTHING


@pytest.mark.parametrize(
    "key", ["saddle_numbness", "bladder_change", "bowel_change", "sexual_change", "both_legs", "neck_artery"]
)
def test_an_emergency_blocks_everything_even_after_it_is_taken_back(key: str) -> None:
    """The six questions of the cauda equina card and the neck artery; only a clinician takes them back."""
    raised = answered(harmless(), key, ("yes",))
    back = answered(raised, key, ("no",))
    assert stop_of(raised) is stop_of(back) is Stop.EVERYTHING
    message = message_for(key)
    assert message is not None and message.calls_emergency
    assert messages_of(back) == (message,)
    assert summarise_intake(raised).screen.verdict is Verdict.EMERGENCY
    assert summarise_intake(back).screen.verdict is Verdict.BLOCKED


def test_what_is_wanted_today_blocks_everything_but_does_not_call_an_ambulance() -> None:
    today = [one.key for one in RED_FLAGS if one.urgency is Urgency.SAME_DAY] + ["getting_weaker"]
    assert set(today) == {"severe_trauma", "contusion", "fever", "weak_immunity", "getting_weaker"}
    for key in today:
        message = message_for(key)
        assert message is not None and not message.calls_emergency
        assert stop_of(answered(harmless(), key, ("yes",))) is Stop.EVERYTHING


def test_being_seventy_does_not_block_a_consultation() -> None:
    assert stop_of(answered(harmless(), "older_age", ("yes",))) is Stop.TREATMENT
    assert message_for("older_age") is None


def test_the_most_urgent_page_comes_first() -> None:
    both = answered(answered(harmless(), "fever", ("yes",)), "saddle_numbness", ("yes",))
    assert [message.key for message in messages_of(both)] == ["nerves", "infection"]


def test_roland_morris_counts_ticks_only_when_all_three_screens_were_left() -> None:
    """Roland and Morris 1983: one point a sentence. Sentences 1, 9 and 24 are one on each screen."""
    intake = Intake(
        answers={
            "function_first": ("1",),
            "function_second": ("9",),
            "function_third": ("24",),
            "pain_week": ("7",),
        }
    )
    assert [score.instrument.code for score in summarise_intake(intake).scores] == ["nrs"]
    for key in ROLAND_SCREENS:
        intake = finished(intake, key)
    values = {score.instrument.code: score.value for score in summarise_intake(intake).scores}
    assert values == {"nrs": 7.0, "rmdq": 3.0}


def test_a_spanish_score_says_that_the_wording_is_not_the_validated_one() -> None:
    intake = Intake(language=PatientLanguage.SPANISH)
    for key in ROLAND_SCREENS:
        intake = finished(intake, key)
    assert is_own_translation(intake)
    again = follow_up(intake)
    for key in ROLAND_SCREENS:
        again = finished(again, key, language=PatientLanguage.ENGLISH)
    assert not is_own_translation(again), "a form before a review is read anew"


def is_own_translation(intake: Intake) -> bool:
    """Whether the score of Roland-Morris is marked as from our own Spanish."""
    scores = {score.instrument.code: score for score in summarise_intake(intake).scores}
    return "rmdq" in scores and any("Kovacs" in note for note in scores["rmdq"].notes)


@pytest.mark.parametrize("shown_last", list(PatientLanguage))
@pytest.mark.parametrize(
    ("read", "is_own"),
    [
        (("en", "en", "en"), False),
        (("es", "es", "es"), True),
        (("es", "es", "en"), True),
        (("en", "es", "en"), True),
    ],
)
def test_the_languages_in_which_the_sentences_were_read_mark_the_score_and_the_button_does_not(
    read: tuple[str, ...], is_own: bool, shown_last: PatientLanguage
) -> None:
    intake = Intake()
    for key, language in zip(ROLAND_SCREENS, read, strict=True):
        intake = finished(intake, key, language=PatientLanguage(language))
    intake = replace(intake, language=shown_last)
    assert is_own_translation(intake) is is_own
    for key in ROLAND_SCREENS:
        intake = finished(intake, key, language=shown_last)  # looked at once more
    assert is_own_translation(intake_from_json(intake_to_json(intake))) is is_own


def test_a_sentence_ticked_in_spanish_marks_the_score_though_its_screen_is_left_in_english() -> None:
    intake = ticked(Intake(), "function_first", added=("1",), removed=(), language=PatientLanguage.SPANISH)
    for key in ROLAND_SCREENS:
        intake = finished(intake, key)
    assert is_own_translation(intake)


def test_a_form_from_before_the_languages_were_kept_goes_by_the_one_it_was_shown_in() -> None:
    for language in PatientLanguage:
        values = intake_to_json(Intake(language=language, finished=frozenset(ROLAND_SCREENS)))
        del values["read_in"]
        before = intake_from_json(values)
        turned = replace(before, language=PatientLanguage.ENGLISH)
        assert (
            is_own_translation(before) is is_own_translation(turned) is (language is PatientLanguage.SPANISH)
        )


def test_the_pain_that_is_scored_is_that_of_back_or_neck_in_both_languages() -> None:
    """The pain of an arm or leg is asked apart: it must not move the score of the back."""
    asked = ITEMS["pain_week"].text
    assert "Back or neck pain" in asked.en and "Dolor de espalda o de cuello" in asked.es


def test_duration_cautions_and_wishes_are_read() -> None:
    intake = Intake(
        answers={
            "since": ("6_to_12_weeks",),
            "blood_thinner": ("no",),
            "stomach_bleed": ("yes",),
            "not_wanted": ("injection", "surgery"),
            "where": ("low_back", "left_calf"),
        }
    )
    found = summarise_intake(intake)
    assert found.is_chronic is False
    assert found.cautions == ("stomach_bleed", "heart_or_kidney", "pregnant", "dependence")
    assert found.not_wanted == ("injection", "surgery")
    assert found.regions == ("Low back", "Left calf or heel")
    assert summarise_intake(Intake(answers={"since": ("3_to_12_months",)})).is_chronic is True
    assert summarise_intake(Intake()).is_chronic is None


@pytest.mark.parametrize(
    ("key", "marks"),
    [
        ("pain_week", ("11",)),
        ("pain_week", ("-1",)),
        ("pain_week", ("3", "4")),
        ("fever", ("perhaps",)),
        ("where", ("tail",)),
        ("complaint", ("x" * 1001,)),
        ("no_such_item", ("yes",)),
    ],
)
def test_an_answer_that_the_question_does_not_take_is_refused(key: str, marks: tuple[str, ...]) -> None:
    with pytest.raises(IntakeAnswerRefused):
        answered(Intake(), key, marks)


def test_a_screen_with_an_open_question_is_not_finished() -> None:
    with pytest.raises(IntakeAnswerRefused, match="Not answered yet"):
        finished(Intake(), "red_flags_nerves")


def test_the_patient_goes_on_at_the_first_unfinished_screen() -> None:
    assert Intake().next_group is INTAKE[0]
    assert Intake(finished=frozenset(group.key for group in INTAKE)).next_group is None
    assert Intake(finished=frozenset({INTAKE[0].key})).next_group is INTAKE[1]


def test_only_what_a_clinician_cleared_stops_blocking() -> None:
    both = answered(answered(harmless(), "fever", ("yes",)), "older_age", ("yes",))
    assert stop_of(both, frozenset({"older_age"})) is Stop.EVERYTHING
    assert stop_of(both, frozenset({"fever"})) is Stop.TREATMENT
    assert stop_of(both, frozenset({"fever", "older_age"})) is Stop.NOTHING
    raised = answered(answered(harmless(), "both_legs", ("yes",)), "both_legs", ("no",))
    assert stop_of(raised, frozenset({"both_legs"})) is Stop.NOTHING


@pytest.mark.parametrize("key", ["fever", "getting_weaker", "severe_trauma"])
def test_what_calls_for_today_blocks_everything_even_after_it_is_taken_back(key: str) -> None:
    said = answered(harmless(), key, ("yes",))
    back = answered(said, key, ("no",))
    assert stop_of(said) is stop_of(back) is Stop.EVERYTHING
    assert stop_of(back, frozenset({key})) is Stop.NOTHING


def test_a_broken_bone_in_the_spine_holds_a_treatment_until_a_clinician_has_looked() -> None:
    """It may be an old one; nobody knows from a tick."""
    ticked = answered(harmless(), "conditions", ("diabetes", "broken_bone"))
    assert stop_of(answered(harmless(), "conditions", ("diabetes",))) is Stop.NOTHING
    assert stop_of(ticked) is Stop.TREATMENT
    assert [flag.question.key for flag in open_flags(ticked)] == ["acute_fracture"]
    assert stop_of(ticked, frozenset({"conditions"})) is Stop.NOTHING


def test_a_follow_up_asks_danger_pain_and_day_again_and_keeps_the_rest() -> None:
    first = harmless()
    for key, mark in {
        "goal": "Sleep",
        "pain_week": "7",
        "complaint": "It aches",
        "since": "under_6_weeks",
        "pregnant": "no",
    }.items():
        first = answered(first, key, (mark,))
    again = follow_up(first)
    assert [group.key for group in again.groups] == [
        "complaint",
        "red_flags_nerves",
        "red_flags_other",
        "pain",
        "function_first",
        "function_second",
        "function_third",
        "body_safety",
        "medicines",
    ]
    assert again.one("goal") == "Sleep" and again.one("complaint") == "It aches"
    for key in (
        "pain_week",
        "saddle_numbness",
        "fever",
        "neck_artery",
        "getting_weaker",
        "since",
        "blood_thinner",
        "pregnant",
    ):
        assert first.of(key) != () and again.of(key) == (), key
    assert stop_of(again) is Stop.TREATMENT


def test_every_body_region_is_an_answer() -> None:
    assert {one.code for one in ITEMS["where"].options} == {region.code for region in BODY_REGIONS}


def _marks(key: str) -> st.SearchStrategy[tuple[str, ...]]:
    item = ITEMS[key]
    if item.kind is ItemKind.TEXT:
        return (
            st.text('abc éñ\n"<>&', min_size=1, max_size=40)
            .filter(lambda text: text.strip())
            .map(lambda text: (text.strip(),))
        )
    if item.kind is ItemKind.SCALE:
        return st.integers(0, 10).map(lambda number: (str(number),))
    codes = [one.code for one in item.options]
    if item.takes_many:
        return st.lists(st.sampled_from(codes), unique=True).map(tuple)
    return st.sampled_from(codes).map(lambda code: (code,))


@given(st.data())
def test_any_intake_survives_its_json(data: st.DataObject) -> None:
    keys = data.draw(st.lists(st.sampled_from(sorted(ITEMS)), unique=True, max_size=12))
    intake = Intake()
    for key in keys:
        intake = answered(intake, key, data.draw(_marks(key)))
    assert intake_from_json(intake_to_json(intake)) == intake
