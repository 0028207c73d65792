"""The examination: what was not looked at is not normal, and a dangerous sign is never only a line of text."""

from datetime import date, timedelta

import pytest

from spondyl.assessment.exam import (
    EXAM,
    TESTS,
    Deviation,
    Exam,
    ExamRefused,
    Side,
    exam_alerts,
    exam_from_json,
    exam_in_force,
    exam_lines,
    exam_to_json,
    exam_with_signs,
    power_before,
)

EVERYTHING = frozenset(group.key for group in EXAM)


def deviation(test: str, side: Side, value: str, note: str = "") -> Deviation:
    return Deviation(test=test, side=side, value=value, note=note)


def test_nothing_is_normal_because_nobody_looked() -> None:
    assert {line for _, line in exam_lines(Exam())} == {"Not examined."}
    assert dict(exam_lines(Exam(examined=EVERYTHING)))["Reflexes"].startswith("Biceps")


def test_an_exception_is_named_and_the_rest_stays_normal() -> None:
    exam = Exam(
        examined=frozenset({"myotomes"}), deviations=(deviation("l5", Side.LEFT, "4", "after ten lifts"),)
    )
    assert dict(exam_lines(exam))["Power (myotomes)"] == (
        "L5 great toe extension left 4/5 (after ten lifts). Otherwise normal."
    )


@pytest.mark.parametrize(
    ("deviations", "raised"),
    [
        ((("touch_saddle", Side.MIDLINE, "reduced"),), {"cauda_equina"}),
        ((("l5", Side.LEFT, "4"), ("s1", Side.RIGHT, "4")), {"cauda_equina"}),
        ((("l5", Side.LEFT, "4"),), set[str]()),
        ((("l5", Side.LEFT, "3"),), {"progressive_radiculopathy"}),
        ((("c5", Side.LEFT, "4"), ("c5", Side.RIGHT, "4")), set[str]()),
        ((("babinski", Side.RIGHT, "present"),), {"upper_motor_neuron"}),
        ((("knee", Side.LEFT, "4"),), {"upper_motor_neuron"}),
        ((("knee", Side.LEFT, "3"),), set[str]()),
        ((("lhermitte", Side.MIDLINE, "present"),), {"kernig_lhermitte"}),
        ((("straight_leg_raise", Side.LEFT, "limb"),), set[str]()),
    ],
)
def test_which_signs_raise_which_contraindication(
    deviations: tuple[tuple[str, Side, str], ...], raised: set[str]
) -> None:
    exam = Exam(examined=EVERYTHING, deviations=tuple(deviation(*one) for one in deviations))
    assert {alert.question.key for alert in exam_alerts(exam)} == raised


def test_what_contradicts_itself_is_refused() -> None:
    weak = deviation("l5", Side.LEFT, "4")
    with pytest.raises(ExamRefused, match="stands twice"):
        Exam(deviations=(weak,), normal=frozenset({("l5", Side.LEFT)}))
    with pytest.raises(ExamRefused, match="There is no test 'l5' on the side 'midline'"):
        Exam(normal=frozenset({("l5", Side.MIDLINE)}))
    with pytest.raises(ExamRefused, match="stands twice"):
        Exam(examined=EVERYTHING, deviations=(weak, deviation("l5", Side.LEFT, "3")))
    with pytest.raises(ExamRefused, match="no deviation"):
        deviation("l5", Side.LEFT, "5")
    with pytest.raises(ExamRefused, match="side"):
        deviation("l5", Side.MIDLINE, "4")
    with pytest.raises(ExamRefused, match="no test"):
        deviation("l9", Side.LEFT, "4")
    with pytest.raises(ExamRefused, match="no group"):
        Exam(examined=frozenset({"aura"}))


def test_every_deviation_of_every_test_survives_its_json() -> None:
    every = tuple(
        deviation(test.key, side, test.values[-1].code, "note")
        for test in TESTS.values()
        for side in test.sides
    )
    exam = Exam(examined=EVERYTHING, deviations=every, impression="Sciatica, left")
    assert exam_from_json(exam_to_json(exam)) == exam
    alone = Exam(deviations=every[:3], normal=frozenset((one.test, one.side) for one in every[3:]))
    assert exam_from_json(exam_to_json(alone)) == alone
    kept_before = {"examined": ["motion"], "deviations": [], "impression": ""}
    assert exam_from_json(kept_before) == Exam(examined=frozenset({"motion"}))
    assert len(every) > 60


def test_a_sign_stands_until_its_group_is_examined_again() -> None:
    sign = deviation("babinski", Side.RIGHT, TESTS["babinski"].values[-1].code)
    first = Exam(examined=EVERYTHING, deviations=(sign,), impression="To the emergency department")
    group = next(group.key for group in EXAM if any(test.key == "babinski" for test in group.tests))
    talk, other = Exam(), Exam(examined=EVERYTHING - {group})
    for later in ((talk,), (other, talk)):
        standing = exam_in_force((*later, first))
        assert standing.deviations == (sign,) and exam_alerts(standing)
        assert standing.examined == EVERYTHING and standing.impression == first.impression
    looked = Exam(examined=frozenset({group}), impression="No sign any more")
    assert exam_alerts(exam_in_force((looked, talk, first))) == ()
    assert exam_in_force(()) == Exam()


def test_a_partial_look_takes_no_sign_away_until_that_very_test_is_looked_at() -> None:
    saddle = deviation("touch_saddle", Side.MIDLINE, "absent")
    first = Exam(examined=EVERYTHING, deviations=(saddle,))
    numb = deviation("touch_l5", Side.LEFT, "reduced")
    partial = Exam(deviations=(numb,), normal=frozenset({("touch_s1", Side.LEFT)}))
    standing = exam_in_force((partial, first))
    assert set(standing.deviations) == {saddle, numb}
    assert {one.question.key for one in exam_alerts(standing)} == {"cauda_equina"}
    feels_again = Exam(normal=frozenset({("touch_saddle", Side.MIDLINE)}))
    assert exam_in_force((feels_again, partial, first)).deviations == (numb,)
    assert exam_in_force((saddle_again := Exam(deviations=(saddle,)), feels_again, first)).deviations == (
        saddle,
    )
    assert exam_in_force((first, saddle_again)).examined == EVERYTHING
    assert dict(exam_lines(partial))["Feeling (dermatomes)"] == (
        "L5 left reduced; S1 left normal. The rest: not examined."
    )
    assert dict(exam_lines(exam_in_force((feels_again, partial))))["Feeling (dermatomes)"] == (
        "L5 left reduced; S1 left normal; Saddle area (S3 to S5) normal. The rest: not examined."
    )
    whole = Exam(examined=frozenset({"dermatomes"}))
    assert exam_in_force((whole, partial, first)).deviations == ()


def test_signs_laid_beside_take_none_away_and_the_worse_counts() -> None:
    numb, weak = deviation("touch_saddle", Side.MIDLINE, "absent"), deviation("l5", Side.LEFT, "4")
    weaker = deviation("l5", Side.LEFT, "3")
    signed = Exam(deviations=(weak, numb), normal=frozenset({("l4", Side.LEFT)}), impression="Root")
    draft = Exam(examined=EVERYTHING, deviations=(weaker,))
    assert exam_with_signs(signed, draft) == Exam(
        deviations=(weaker, numb), normal=signed.normal, impression="Root"
    )
    assert exam_with_signs(draft, signed).deviations == (weaker, numb)
    foot_drop = Exam(deviations=(deviation("l4", Side.LEFT, "0"),))
    assert exam_with_signs(signed, foot_drop).normal == frozenset()


def power(*grades: str) -> tuple[Exam, ...]:
    """Notes of the left great toe, the newest first; 5 means that the whole group was normal."""
    whole = Exam(examined=frozenset({"myotomes"}))
    return tuple(
        whole if one == "5" else Exam(deviations=(deviation("l5", Side.LEFT, one),)) for one in grades
    )


@pytest.mark.parametrize(
    ("grades", "before"),
    [
        (("4",), None),
        (("4", "5"), 5),
        (("4", "4", "5"), 5),
        (("3", "4"), 4),
        (("4", "3", "5"), None),
        (("5", "4"), None),
        (("4", "5", "3"), 5),
    ],
)
def test_any_loss_of_power_since_an_earlier_note_is_raised(
    grades: tuple[str, ...], before: int | None
) -> None:
    """A muscle of 5/5 that is 4/5 now is a new weakness, though 4/5 that was always so raises nothing."""
    exams = (Exam(examined=frozenset({"reflexes"})), *power(*grades))
    lost = power_before([(date(2026, 11, 30 - n), exam) for n, exam in enumerate(exams)])
    assert lost == ({} if before is None else {("l5", Side.LEFT): before})
    alerts = exam_alerts(exam_in_force(exams), lost)
    assert [alert.question.key for alert in alerts] == ["progressive_radiculopathy"] * (before is not None)
    if before:
        said = f"L5 great toe extension left {grades[0]}/5, before it was {before}/5"
        assert alerts[0].reasons == (said,)


@pytest.mark.parametrize(("days", "is_raised"), [(41, True), (42, False)])
def test_a_loss_that_is_found_unchanged_six_weeks_later_does_not_go_on(days: int, is_raised: bool) -> None:
    """Else a foot drop of years ago, at 4/5 ever since, would keep the instrument from this patient for good."""
    now = date(2026, 11, 30)
    four, again, five = power("4", "4", "5")
    looks = [(now, four), (now - timedelta(days=days), again), (now - timedelta(days=days + 9), five)]
    assert bool(power_before(looks)) is is_raised


def test_the_sentence_of_a_group_names_every_test_that_it_takes_back() -> None:
    """Dermatomes and key muscles as ranges; the other tests by the words of their labels."""
    normal = {group.key: group.normal.lower() for group in EXAM}
    assert "l2 to s2" in normal["dermatomes"] and "saddle area (s3 to s5)" in normal["dermatomes"]
    assert [one.label for one in TESTS.values() if one.key.startswith("touch_s")][:2] == ["S1", "S2"]
    assert "l2 to s1" in normal["myotomes"] and "s2" not in TESTS
    for group in EXAM:
        if group.key in ("provocation", "reflexes"):
            for test in group.tests:
                assert set(test.label.lower().split(" (")[0].split()) <= set(
                    normal[group.key].replace(",", "").replace(".", "").split()
                ), test.label


def test_prone_instability_is_positive_when_the_pain_disappears() -> None:
    """Hicks 2003: pain on pressing that goes with the legs lifted. Earlier notes can still be read."""
    found = deviation("prone_instability", Side.MIDLINE, "positive")
    assert found.text == "Prone instability positive: the pain on pressing goes when the legs are lifted"
    offered = [one.code for one in TESTS["prone_instability"].values if not one.is_old]
    assert offered == ["negative", "positive"]
    assert deviation("prone_instability", Side.MIDLINE, "local").text.endswith("provokes local pain")


def test_the_crossed_leg_raise_says_which_leg() -> None:
    crossed = deviation("crossed_leg_raise", Side.LEFT, "limb")
    assert crossed.text == (
        "Crossed straight leg raise (side of the lifted leg) left provokes the arm or leg pain"
    )
