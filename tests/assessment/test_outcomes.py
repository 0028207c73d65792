"""Claims: outcomes count every patient once, the missing ones against the treatment, with intervals that are right.

Sources: closed forms with the arithmetic beside them; scipy's own bootstrap and t interval; Wilson's published example.
"""

import json
import random
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from spondyl.assessment.outcomes import (
    DEFAULT_WINDOWS,
    WARNINGS,
    ClinicOutcomes,
    InstrumentOutcome,
    TimeWindow,
    judge_outcomes,
    refuse_future,
    synthetic_visits_csv,
    visits_from_csv,
    visits_from_score_lines,
    windows_from_text,
)
from spondyl.assessment.outcomes.change_summary import bootstrap_interval, summarise_changes
from spondyl.assessment.outcomes.courses import Standing
from spondyl.assessment.outcomes.responders import count_responders
from spondyl.assessment.table_text import TableTextError
from spondyl.clinic.report.outcomes_json import outcomes_json
from spondyl.clinic.report.outcomes_svg import of_hundred

HEAD = "patient_id,date,instrument,score,event\n"
MONTHS_3 = windows_from_text("3 months:63-136")


def judged(rows: str, *, as_of: str | None = None) -> ClinicOutcomes:
    found = judge_outcomes(
        visits_from_csv(HEAD + rows), windows=MONTHS_3, as_of=date.fromisoformat(as_of) if as_of else None
    )
    assert found is not None
    return found


def only(rows: str, *, as_of: str | None = None) -> InstrumentOutcome:
    (one,) = judged(rows, as_of=as_of).outcomes
    return one


FIVE = """\
A,2026-01-01,rmdq,16,
A,2026-04-01,rmdq,8,
B,2026-01-01,rmdq,12,
B,2026-04-01,rmdq,9,
C,2026-01-01,rmdq,20,
C,2026-04-01,rmdq,14,
D,2026-01-01,rmdq,10,
D,2026-01-20,,,dropped_out
E,2026-01-01,rmdq,18,
"""


def test_a_hand_computed_clinic() -> None:
    """Improvements 8, 3, 6: mean 17/3, sd sqrt(((7/3)^2+(8/3)^2+(1/3)^2)/2) = 2.516611; t(2) = 4.302653.

    Half width 4.302653 x 2.516611 / sqrt(3) = 6.251610. By 5 points 2 of 3 respond; in the worst case 2 of 5, in the
    best case 4 of 5. By 30 %: 8/16, 3/12 (25 %, no), 6/20 (exactly 30 %, yes): 2 of 3.
    """
    one = only(FIVE, as_of="2026-06-30")
    assert (one.measured, one.missing, one.not_yet_due) == (3, 2, 0)
    assert one.standings[Standing.DROPPED_OUT] == one.standings[Standing.NO_SCORE] == 1
    assert one.change is not None
    assert one.change.mean == pytest.approx(17 / 3)
    assert one.change.sd == pytest.approx(2.516611, abs=5e-7)
    assert one.change.interval is not None
    assert one.change.interval.high - one.change.mean == pytest.approx(6.251610, abs=2e-6)
    assert one.mean_if_unchanged == pytest.approx(17 / 5)
    for found in (one.by_points, one.by_share):
        assert found is not None
        assert found.observed is not None
        counts = [(x.events, x.patients) for x in (found.observed, found.worst_case, found.best_case)]
        assert counts == [(2, 3), (2, 5), (4, 5)]
    assert (one.worse, one.could_not_reach) == (0, 0)


def test_a_patient_whose_window_is_open_is_not_yet_due() -> None:
    one = only(FIVE)  # as of 2026-04-01: E is at day 90 of 136, D has left and the window has opened
    assert (one.measured, one.missing, one.not_yet_due) == (3, 1, 1)
    assert one.standings[Standing.DROPPED_OUT] == 1


def test_wilson_and_exact_intervals_of_the_published_example() -> None:
    """Source: evidence.md section 1: 23 of 43 is 53.5 %; the exact interval by scipy's binomial test."""
    found = count_responders(threshold="x", responders=23, measured=43, missing=16)
    assert found.observed is not None
    assert found.observed_exact is not None
    theirs = stats.binomtest(23, 43).proportion_ci(method="wilson")
    assert (found.observed.interval.low, found.observed.interval.high) == pytest.approx(theirs)
    exact = stats.binomtest(23, 43).proportion_ci(method="exact")
    assert (found.observed_exact.interval.low, found.observed_exact.interval.high) == pytest.approx(exact)
    assert (found.worst_case.events, found.worst_case.patients) == (23, 59)
    assert found.best_case.events == 39


def test_the_t_interval_is_that_of_scipy() -> None:
    values = np.array([3.0, -1.0, 4.5, 2.0, 7.0, 0.5])
    found = summarise_changes(values).t_interval
    theirs = stats.ttest_1samp(values, 0.0).confidence_interval(0.95)
    assert found is not None
    assert (found.low, found.high) == pytest.approx((theirs.low, theirs.high), rel=1e-12)


def test_the_bootstrap_is_bca_as_scipy_has_it() -> None:
    """Two runs of 9,999 resamples differ by chance: the ends agree within 3 % of the width."""
    values = np.random.default_rng(3).lognormal(0.0, 1.0, 60)
    ours = bootstrap_interval(values)
    theirs = stats.bootstrap(
        (values,), np.mean, method="BCa", rng=np.random.default_rng(5)
    ).confidence_interval
    width = theirs.high - theirs.low
    assert (ours.low, ours.high) == pytest.approx((theirs.low, theirs.high), abs=0.03 * width)
    assert ours == bootstrap_interval(values)
    summary = summarise_changes(values)
    assert summary.skewness is not None
    assert summary.skewness > 1
    assert summary.skewness == pytest.approx(stats.skew(values, bias=False), rel=1e-12)
    assert (summary.method, summary.interval) == ("bootstrap", ours)


def test_of_few_patients_the_t_interval_is_shown_however_skewed() -> None:
    """0, 0 and 10: mean 3.33, sd 5.77, t(2) 4.303, so ±14.34; the bootstrap cannot leave 0 to 10."""
    found = summarise_changes(np.array([0.0, 0.0, 10.0]))
    assert found.skewness is not None and found.skewness > 1
    assert found.interval is not None
    assert (found.method, found.bootstrap_interval) == ("t", None)
    assert (found.interval.low, found.interval.high) == pytest.approx((-11.01, 17.68), abs=0.01)


def test_95_of_100_intervals_of_three_patients_hold_the_mean() -> None:
    """Normal changes about 3: of 600 samples 95 % is 570, give or take 16 (three standard errors)."""
    samples = np.random.default_rng(11).normal(3.0, 4.0, (600, 3))
    intervals = [found for sample in samples if (found := summarise_changes(sample).interval)]
    assert sum(one.low <= 3.0 <= one.high for one in intervals) == pytest.approx(570, abs=16)


@pytest.mark.parametrize(
    ("values", "reason"), [([4.0], "one patient has no spread"), ([4.0, 4.0], "all 2 patients changed")]
)
def test_no_interval_without_spread(values: list[float], reason: str) -> None:
    found = summarise_changes(np.array(values))
    assert (found.mean, found.interval) == (4.0, None)
    assert reason in found.not_given[0].reason


def test_a_score_after_an_operation_judges_the_operation() -> None:
    """Source: evidence.md section 1, Pettine: 21 of 26 without the 5 operated ones is not the outcome of 26."""
    one = only(
        "A,2026-01-01,odi,60,\nA,2026-03-01,,,operated\nA,2026-04-01,odi,10,\nB,2026-01-01,odi,60,\nB,2026-04-01,odi,20,\n"
    )
    assert (one.measured, one.missing, one.standings[Standing.OPERATED]) == (1, 1, 1)
    assert one.by_points is not None
    assert (one.by_points.worst_case.events, one.by_points.worst_case.patients) == (1, 2)


@pytest.mark.parametrize("event", ["operated", "dropped_out"])
def test_what_ended_an_earlier_course_does_not_end_this_one(event: str) -> None:
    one = only(f"A,2024-01-10,,,{event}\nA,2026-01-01,nrs,8,baseline\nA,2026-04-01,nrs,7,\n")
    assert (one.measured, one.missing) == (1, 0)


def test_a_score_after_dropping_out_counts() -> None:
    one = only("A,2026-01-01,nrs,8,\nA,2026-02-01,,,dropped_out\nA,2026-04-01,nrs,7,\n")
    assert (one.measured, one.missing) == (1, 0)


def test_the_score_nearest_to_the_target_counts_and_baseline_may_be_named() -> None:
    before = "A,2025-12-01,nrs,3,\nA,2026-01-01,nrs,9,baseline\n"
    one = only(
        before + "A,2026-03-10,nrs,5,\nA,2026-04-10,nrs,4,\nA,2026-05-16,nrs,2,\n"
    )  # days 68, 99 (target) and 135
    assert (one.results[0].before, one.results[0].after) == (9, 4)


def test_higher_is_better_turns_the_sign_and_has_no_threshold() -> None:
    one = only("A,2026-01-01,promis_physical_function,35,\nA,2026-04-01,promis_physical_function,44,\n")
    assert one.change is not None
    assert one.change.mean == 9
    assert (one.by_points, one.worse, one.threshold) == (None, None, None)


def test_worse_and_unreachable_are_counted() -> None:
    one = only("A,2026-01-01,rmdq,3,\nA,2026-04-01,rmdq,0,\nB,2026-01-01,rmdq,10,\nB,2026-04-01,rmdq,16,\n")
    assert (one.worse, one.could_not_reach) == (1, 1)
    assert one.by_points is not None
    assert one.by_points.worst_case.events == 0


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 2**32 - 1), st.integers(2, 40))
def test_order_does_not_matter_and_bounds_hold(seed: int, patients: int) -> None:
    head, *rows = synthetic_visits_csv(patients, seed=seed).splitlines()
    found = judge_outcomes(visits_from_csv("\n".join([head, *rows])))
    random.Random(seed).shuffle(rows)
    again = judge_outcomes(visits_from_csv("\n".join([head, *rows])))
    assert found is not None
    assert again is not None
    assert outcomes_json(again, published=()) == outcomes_json(found, published=())
    assert found.warnings == WARNINGS
    for one in found.outcomes:
        assert one.measured + one.missing + one.not_yet_due == len(one.results)
        for responders in (one.by_points, one.by_share):
            assert responders is not None
            worst, best = responders.worst_case, responders.best_case
            assert worst.interval.low <= worst.share <= worst.interval.high
            assert worst.share <= best.share
            if responders.observed is not None:
                assert worst.share <= responders.observed.share <= best.share
    json.dumps(outcomes_json(found, published=()), allow_nan=False)


@given(st.lists(st.integers(0, 500), min_size=3, max_size=3).filter(any))
def test_a_hundred_people_are_a_hundred(counts: list[int]) -> None:
    whole = of_hundred(*counts)
    assert sum(whole) == 100
    assert all(abs(one - 100 * count / sum(counts)) < 1 for one, count in zip(whole, counts, strict=True))


def test_the_default_windows_touch_and_do_not_overlap() -> None:
    first = date(2026, 1, 1)
    for day in range(DEFAULT_WINDOWS[0].from_day, DEFAULT_WINDOWS[-1].to_day + 1):
        assert sum(window.holds(first, first + timedelta(days=day)) for window in DEFAULT_WINDOWS) == 1


@pytest.mark.parametrize("text", ["3 months", "x:0-5", "x:9-5", ":1-2", "x:1-2,", "x:1--2"])
def test_a_faulty_window_is_refused(text: str) -> None:
    with pytest.raises(TableTextError, match="cannot be read"):
        windows_from_text(text)
    with pytest.raises(ValueError, match="in order"):
        TimeWindow(label="x", from_day=5, to_day=4, target_day=4)


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ("A,2026-01-01,rmdq,25,", "line 2: .*25 is not on its scale"),
        ("A,2026-01-01,rmdq,14.5,", "line 2: .*14.5 is not a score of it"),
        ("A,2026-01-01,rmdq,,", "line 2: '' is not a score"),
        ("A,2026-01-01,rmdq,nan,", "line 2: 'nan' is not a score"),
        ("A,2026-01-01,ndi,5,", "line 2: There is no questionnaire 'ndi'"),
        ("A,2026-01-01,start_back,5,", "is not an outcome"),
        ("A,2026-01-01,rmdq,5,vanished", "the event 'vanished' is not known"),
        (",2026-01-01,rmdq,5,", "it has no patient_id"),
        ("A,1.1.26,rmdq,5,", "'1.1.26' is not a date"),
        ("A,2026-01-01,rmdq,5,\nA,2026-01-01,rmdq,6,", "line 3: A has another rmdq score"),
        (
            "A,2026-01-01,rmdq,5,\nA,2026-01-02,rmdq,x,\nA,2026-01-03,rmdq,y,",
            "line 3.*Further faulty lines: 4",
        ),
    ],
)
def test_a_faulty_file_names_its_lines_and_is_refused_whole(rows: str, said: str) -> None:
    with pytest.raises(TableTextError, match=said):
        visits_from_csv(HEAD + rows)


def score_line(day: str, value: object, **more: object) -> str:
    line = {"patient_id": "A", "date": day, "instrument": "rmdq", "status": "scored", "value": value}
    return json.dumps({**line, **more})


def test_lines_of_scored_questionnaires_are_visits() -> None:
    refused = score_line("2026-03-01", None, status="refused")
    screening = score_line("2026-01-01", 4, instrument="start_back")
    lines = [score_line("2026-01-01", 16.0), screening, refused, score_line("2026-04-01", 8.0)]
    visits = visits_from_score_lines("\n".join(lines))
    assert [(visit.on.isoformat(), visit.score, visit.line) for visit in visits] == [
        ("2026-01-01", 16.0, 1),
        ("2026-03-01", None, 3),
        ("2026-04-01", 8.0, 4),
    ]


def test_first_answers_without_a_score_do_not_make_the_second_ones_the_beginning() -> None:
    """16 in January could not be scored; 12 in February and 7 in April are no improvement of 5 from the beginning."""
    refused = score_line("2026-01-01", None, status="refused")
    later = [score_line("2026-02-01", 12.0), score_line("2026-04-01", 7.0)]
    other = [score_line(day, 9.0, patient_id="B") for day in ("2026-01-01", "2026-03-20")]
    found = judge_outcomes(visits_from_score_lines("\n".join([refused, *later, *other])))
    assert found is not None
    assert {one.patient_id for outcome in found.outcomes for one in outcome.results} == {"B"}
    assert found.warnings[-1].startswith("1 course is left out: the first answers gave no score")
    for lines in (
        [later[0], refused.replace("01-01", "02-20"), later[1]],
        [refused.replace("01-01", "02-01"), *later],
    ):
        known = judge_outcomes(visits_from_score_lines("\n".join(lines)))
        assert known is not None and len(known.warnings) == 3
        assert {one.before for outcome in known.outcomes for one in outcome.results} == {12.0}
    nobody = score_line("2026-01-01", None, status="refused", instrument="none")
    assert visits_from_score_lines(nobody) == ()


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("[1]", "line 1: it is not a line of 'spondyl score --json'"),
        (score_line("2026-01-01", 25), "25 is not on its scale"),
        (score_line("2026-01-01", float("nan")), "cannot be used"),
        (score_line("2026-01-01", 5, patient_id=None), "no patient_id"),
        (
            score_line("2026-01-01", 5) + "\n" + score_line("2026-01-01", 6),
            "line 2: A has another rmdq score",
        ),
    ],
)
def test_a_faulty_line_is_named(line: str, said: str) -> None:
    with pytest.raises(TableTextError, match=said):
        visits_from_score_lines(line)


def test_nothing_to_judge() -> None:
    assert judge_outcomes(visits_from_csv(HEAD)) is None
    assert judged("A,2026-01-01,rmdq,5,").outcomes == ()


def test_synthetic_patients_say_so() -> None:
    text = synthetic_visits_csv(5, seed=3)
    assert text == synthetic_visits_csv(5, seed=3)
    assert all(line.startswith("SYNTHETIC-") for line in text.splitlines()[1:])


def test_a_row_of_a_day_to_come_is_refused_by_its_line() -> None:
    """2062 for 2026 would make it the day of judgement, and every open window a patient without a score."""
    rows = [
        "patient_id,date,instrument,score",
        "A,2026-01-01,rmdq,14",
        "A,2062-02-12,rmdq,6",
        "B,2062-03-01,rmdq,3",
    ]
    visits = visits_from_csv("\n".join(rows))
    assert {visit.on.year for visit in visits} == {2026, 2062}
    refuse_future(visits[:1], today=date(2026, 1, 1))
    with pytest.raises(
        TableTextError, match=r"line 3: 2062-02-12 lies in the future.*Further faulty lines: 4"
    ):
        refuse_future(visits, today=date(2026, 3, 1))


def test_each_row_marked_baseline_begins_an_episode_and_its_score_judges_the_one_before() -> None:
    rows = "A,2026-01-01,rmdq,15,baseline\nA,2026-03-20,rmdq,18,baseline\nA,2026-04-01,rmdq,6,\nA,2026-06-20,rmdq,7,\n"
    found = judged(rows)
    (one,) = found.outcomes
    assert [(result.before, result.after) for result in one.results] == [(15, 18), (18, 7)]
    assert found.warnings[3].startswith("1 patient came more than once.")
    assert len(found.warnings) == 4


def test_after_a_new_beginning_the_earlier_episode_is_missing() -> None:
    rows = "A,2026-01-01,rmdq,15,baseline\nA,2026-02-20,rmdq,18,baseline\nA,2026-04-01,rmdq,6,\nA,2026-05-01,rmdq,7,\n"
    first, second = only(rows).results
    assert (first.standing, second.standing) == (Standing.BEGAN_AGAIN, Standing.MEASURED)


def test_scores_after_every_window_are_counted_as_left_out() -> None:
    found = judged("A,2026-01-01,nrs,8,\nA,2026-04-01,nrs,7,\nA,2026-09-01,nrs,2,\nA,2026-10-01,nrs,2,\n")
    assert (
        found.warnings[-1] == "Left out, because they came after the last window of their episode: 2 scores."
    )
