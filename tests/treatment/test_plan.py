"""Options by one rule, a plan that can be judged, and an end when nothing that matters has changed."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from spondyl.assessment.intake import Stop
from spondyl.clinic.evidence_files import records_or_shipped
from spondyl.evidence.answer import OptionLine, compare
from spondyl.evidence.certainty import Level
from spondyl.treatment.plan import (
    CAUTIONS,
    Goal,
    GuidelinesSay,
    OptionKind,
    Plan,
    PlanRefused,
    PlanState,
    RankedOption,
    ScoreOnDay,
    Situation,
    Standing,
    check_choice,
    check_still,
    default_goals,
    judge_plan,
    kind_of,
    plan_from_json,
    plan_to_json,
    rank_options,
)
from spondyl.treatment.plan.ranking import LAST_RESORT

START = date(2026, 11, 27)


@pytest.fixture(scope="module")
def lines() -> tuple[OptionLine, ...]:
    return compare(records_or_shipped(None)).options


def order(ranked: tuple[RankedOption, ...]) -> list[str]:
    return [option.line.id for option in ranked]


def of(ranked: tuple[RankedOption, ...], name: str) -> RankedOption:
    return next(option for option in ranked if option.line.id == name)


def open_to_all(**changes: object) -> Situation:
    return replace(Situation(stop=Stop.NOTHING, is_chronic=True), **changes)  # type: ignore[arg-type]


def test_every_shipped_option_has_a_sort_and_last_resorts_are_records(lines: tuple[OptionLine, ...]) -> None:
    assert not [line.id for line in lines if kind_of(line.id) is OptionKind.OTHER]
    records = {guideline.text.origin.record for line in lines for guideline in line.guidelines}
    assert set(LAST_RESORT) <= records


def test_nothing_is_left_off_the_list(lines: tuple[OptionLine, ...]) -> None:
    ranked = rank_options(lines, open_to_all(stop=Stop.EVERYTHING))
    assert sorted(order(ranked)) == sorted(line.id for line in lines)
    assert [option.place for option in ranked] == list(range(1, len(lines) + 1))


def test_the_order_for_a_long_lasting_back_pain_without_anything_else(lines: tuple[OptionLine, ...]) -> None:
    """By hand from the records: exercise is offered and noticeable; NSAIDs small and moderate; the clinic's own
    treatments are not shown to do more; opioids, surgery and heat are kept for the end; injections and
    cells are advised against.
    """
    assert order(rank_options(lines, open_to_all())) == [
        "exercise",
        "nsaids",
        "manual-manipulation",
        "instrument-manipulation",
        "muscle-relaxants",
        "opioids",
        "surgery",
        "radiofrequency",
        "epidural-steroid",
        "prp",
        "stem-cells",
        "hyaluronic-acid",
    ]


@pytest.mark.parametrize("is_chronic", [None, True, False])
def test_who_sells_an_option_does_not_move_it(lines: tuple[OptionLine, ...], is_chronic: bool | None) -> None:
    turned = [replace(line, clinics_own=not line.clinics_own) for line in lines]
    situation = open_to_all(is_chronic=is_chronic)
    assert order(rank_options(lines, situation)) == order(rank_options(turned, situation))


def test_an_offer_for_acute_pain_does_not_count_for_chronic_pain(lines: tuple[OptionLine, ...]) -> None:
    acute, chronic = (rank_options(lines, open_to_all(is_chronic=value)) for value in (False, True))
    assert of(acute, "manual-manipulation").guidelines_say is GuidelinesSay.OFFER
    assert of(chronic, "manual-manipulation").guidelines_say is GuidelinesSay.MIXED_OR_SILENT
    assert of(acute, "opioids").standing is Standing.LAST_RESORT  # a warning counts for everybody


@pytest.mark.parametrize(
    ("is_chronic", "other"),
    [
        (True, {"nsaids", "muscle-relaxants", "instrument-manipulation"}),
        (
            False,
            {
                "exercise",
                "manual-manipulation",
                "opioids",
                "epidural-steroid",
                "radiofrequency",
                "surgery",
                "stem-cells",
                "prp",
            },
        ),
        (None, set()),
    ],
)
def test_trials_of_another_duration_say_so_and_count_as_less_certain(
    lines: tuple[OptionLine, ...], is_chronic: bool | None, other: set[str]
) -> None:
    """By hand from the records' people: acute, within 12 weeks, chronic."""
    ranked = rank_options(lines, open_to_all(is_chronic=is_chronic))
    assert {one.line.id for one in ranked if any("Tried in" in text for text in one.reasons)} == other
    assert {one.line.id for one in ranked if one.is_indirect} == other


def test_a_small_effect_of_low_certainty_in_other_people_counts_as_not_shown(
    lines: tuple[OptionLine, ...],
) -> None:
    """Of two options alike but for the people of their trials, the one tried in such people comes first."""
    nsaids = next(line for line in lines if line.id == "nsaids")
    low = replace(nsaids, conclusion=replace(nsaids.conclusion, certainty=Level.LOW), guidelines=())
    assert nsaids.tried_in is not None
    alike = replace(low, id="exercise", tried_in=replace(nsaids.tried_in, text="chronic low back pain"))
    assert order(rank_options((low, alike), open_to_all())) == ["exercise", "nsaids"]
    assert order(rank_options((low, alike), open_to_all(is_chronic=None))) == ["nsaids", "exercise"]


def test_a_red_flag_holds_everything_and_a_contraindication_holds_the_hands(
    lines: tuple[OptionLine, ...],
) -> None:
    stopped = rank_options(lines, open_to_all(stop=Stop.EVERYTHING))
    assert {option.standing for option in stopped} == {Standing.NOT_NOW}
    held = rank_options(lines, open_to_all(held=("metal in the spine",)))
    not_now = {option.line.id for option in held if option.standing is Standing.NOT_NOW}
    assert not_now == {"manual-manipulation", "instrument-manipulation"}
    assert "metal in the spine" in of(held, "instrument-manipulation").reasons[0]


def test_wishes_move_an_option_to_the_end_with_its_reason(lines: tuple[OptionLine, ...]) -> None:
    ranked = rank_options(lines, open_to_all(not_wanted=frozenset({OptionKind.MOVEMENT})))
    assert order(ranked)[-1] == "exercise"
    assert ranked[-1].reasons == ("The patient would rather not have exercise.",)


@pytest.mark.parametrize("caution", [one.key for one in CAUTIONS])
def test_every_caution_is_asked_first_and_never_lifts_an_option(
    lines: tuple[OptionLine, ...], caution: str
) -> None:
    plain, asked = (
        rank_options(lines, open_to_all()),
        rank_options(lines, open_to_all(cautions=frozenset({caution}))),
    )
    touched = [line.id for line in lines if any("Ask first" in text for text in of(asked, line.id).reasons)]
    assert touched
    standings = list(Standing)
    for name in touched:
        assert standings.index(of(asked, name).standing) >= standings.index(of(plain, name).standing)


def plan(**changes: object) -> Plan:
    made: dict[str, object] = {
        "problem": "Low back pain",
        "options": ("exercise",),
        "goals": (Goal(instrument="rmdq", before=14.0, points=5.0),),
        "visits": 6,
        "days_between": 7,
        "home_exercise": "Walk ten minutes twice a day.",
        "starts_on": START,
        "review_on": START + timedelta(days=42),
    }
    return Plan(**{**made, **changes})  # type: ignore[arg-type]


def test_the_stop_rule_names_the_day_the_goal_and_the_end() -> None:
    text = plan().stop_rule
    assert "8 January 2027" in text and "from 14 to 9 points" in text and "referred" in text


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"goals": ()}, "no goal"),
        ({"options": ()}, "No option"),
        ({"options": ("exercise", "exercise")}, "twice"),
        ({"review_on": START}, "The review is not after the start"),
        ({"review_on": START - timedelta(days=29)}, "The review is not after the start"),
        ({"review_on": START + timedelta(days=85)}, "85 days"),
        ({"visits": 37}, "37 visits"),
        ({"visits": -1}, "-1 visits"),
    ],
)
def test_a_plan_that_nobody_could_judge_is_refused(changes: dict[str, object], says: str) -> None:
    with pytest.raises(PlanRefused, match=says):
        plan(**changes)


def test_a_goal_is_at_least_what_matters_and_can_be_reached() -> None:
    """Ostelo 2008: 5 points of Roland-Morris, 2 of the NRS, 10 of Oswestry."""
    assert [(goal.instrument, goal.points) for goal in default_goals({"rmdq": 14.0, "nrs": 6.0})] == [
        ("rmdq", 5.0),
        ("nrs", 2.0),
    ]
    assert default_goals({"rmdq": 4.0}) == ()
    for wrong in ({"points": 4.0}, {"points": 15.0}, {"before": 25.0}, {"instrument": "promis_x"}):
        with pytest.raises(PlanRefused):
            Goal(**{"instrument": "rmdq", "before": 14.0, "points": 5.0, **wrong})  # type: ignore[arg-type]
    with pytest.raises(PlanRefused, match="cannot be a goal"):
        Goal(instrument="start_back", before=5.0, points=1.0)


def test_an_option_that_is_not_open_needs_a_reason_and_a_flag_cannot_be_reasoned_away(
    lines: tuple[OptionLine, ...],
) -> None:
    ranked = rank_options(lines, open_to_all())
    check_choice(plan(), ranked)
    with pytest.raises(PlanRefused, match="without a reason"):
        check_choice(plan(options=("stem-cells",)), ranked)
    check_choice(plan(options=("nsaids",), because={"nsaids": "Exercise was tried for 12 weeks."}), ranked)
    held = rank_options(lines, open_to_all(stop=Stop.EVERYTHING))
    with pytest.raises(PlanRefused, match="cannot be planned now"):
        check_choice(plan(because={"exercise": "I insist"}), held)
    with pytest.raises(PlanRefused, match="no option"):
        check_choice(plan(options=("magnets",)), ranked)


def scored(value: float, day: int) -> ScoreOnDay:
    return ScoreOnDay(instrument="rmdq", value=value, on=START + timedelta(days=day))


@pytest.mark.parametrize(
    ("scores", "day", "state"),
    [
        ((), 41, PlanState.RUNNING),
        ((), 42, PlanState.NO_SCORE),
        ((scored(9.0, 40),), 40, PlanState.REACHED),
        ((scored(9.5, 40),), 41, PlanState.RUNNING),
        ((scored(9.5, 40),), 42, PlanState.NOT_REACHED),
        ((scored(8.0, 20), scored(12.0, 41)), 42, PlanState.NOT_REACHED),
        ((scored(8.0, 0),), 42, PlanState.NO_SCORE),
        ((scored(8.0, 43),), 42, PlanState.NO_SCORE),
        ((scored(9.0, 1),), 41, PlanState.REACHED),
        ((scored(9.0, 1),), 42, PlanState.NO_SCORE),
        ((scored(13.0, 1),), 42, PlanState.NO_SCORE),
        ((scored(9.0, 27),), 342, PlanState.NO_SCORE),
        ((scored(9.0, 28),), 42, PlanState.REACHED),
        ((scored(13.0, 1), scored(9.0, 342)), 342, PlanState.REACHED),
    ],
)
def test_the_last_score_after_the_start_judges(
    scores: tuple[ScoreOnDay, ...], day: int, state: PlanState
) -> None:
    """From 14: 9 is exactly the 5 points that matter, 9.5 is not. A good score that was lost again does not count, and
    from the review of day 42 on nothing does from before day 28."""
    assert judge_plan(plan(), scores, as_of=START + timedelta(days=day)).state is state


def test_the_judgement_names_the_day_of_the_score_behind_it_or_asks_for_a_newer_one() -> None:
    review = START + timedelta(days=42)
    found = judge_plan(plan(), (scored(9.0, 30),), as_of=review)
    assert found.says.startswith("The change that matters is reached by the score of 27 December 2026.")
    found = judge_plan(plan(), (scored(9.0, 1),), as_of=review)
    assert found.says == (
        "The review of 8 January 2027 is due and there is no score from 25 December 2026 on: an earlier one is too old "
        "to judge by."
    )
    (goal,) = found.goals
    assert (goal.last, goal.too_early, goal.is_reached) == (None, scored(9.0, 1), False)


def test_of_a_short_plan_the_second_half_judges() -> None:
    """Nine days: from the fifth on."""
    short = plan(review_on=START + timedelta(days=9))
    assert short.judged_from == START + timedelta(days=5)
    assert plan().judged_from == START + timedelta(days=28)


def test_a_score_after_the_review_says_nothing_of_its_day() -> None:
    """Reached on the day of the review (14 to 9), lost again three weeks later."""
    found = judge_plan(plan(), (scored(9.0, 42), scored(13.0, 63)), as_of=START + timedelta(days=63))
    assert found.state is PlanState.NOT_REACHED
    assert found.says == "The last score, of 29 January 2027, shows no change that matters."
    on_time = judge_plan(plan(), (scored(13.0, 42),), as_of=START + timedelta(days=63))
    assert on_time.says == "No change that matters by 8 January 2027: the score is of 8 January 2027."


def test_a_goal_above_the_change_that_matters_is_missed_in_other_words() -> None:
    """Roland-Morris 18, goal 10 points: 12 is six points better, which the chart calls reached (5)."""
    wide = plan(goals=(Goal(instrument="rmdq", before=18.0, points=10.0),))
    found = judge_plan(wide, (scored(12.0, 42),), as_of=START + timedelta(days=42))
    assert found.state is PlanState.NOT_REACHED
    assert found.says == (
        "A change that matters by 8 January 2027, but less than the goal of this plan: the score is of 8 January 2027."
    )


def test_one_goal_reached_does_not_hide_that_another_score_became_worse() -> None:
    two = plan(
        goals=(
            Goal(instrument="rmdq", before=10.0, points=5.0),
            Goal(instrument="nrs", before=6.0, points=2.0),
        )
    )
    pain = ScoreOnDay(instrument="nrs", value=4.0, on=START + timedelta(days=42))
    found = judge_plan(two, (scored(20.0, 42), pain), as_of=START + timedelta(days=42))
    assert found.state is PlanState.REACHED
    assert found.says.endswith("Roland-Morris Disability Questionnaire is worse by what matters.")


def test_a_reason_answers_what_was_known_then(lines: tuple[OptionLine, ...]) -> None:
    """An NSAID chosen with a reason; the ulcer is said afterwards."""
    chosen = plan(options=("nsaids",), because={"nsaids": "Exercise was tried for 12 weeks."})
    before = rank_options(lines, open_to_all())
    after = rank_options(lines, open_to_all(cautions=frozenset({"stomach_bleed"})))
    known = {one.line.id: one.reasons for one in before}
    check_still(chosen, before, known)
    with pytest.raises(PlanRefused, match="chosen before this was known"):
        check_still(chosen, after, known)
    check_still(chosen, after, {one.line.id: one.reasons for one in after})


def test_a_plan_survives_its_json() -> None:
    whole = plan(because={"exercise": "liked it before"}, own_goal="Lift my child")
    assert plan_from_json(plan_to_json(whole)) == whole
