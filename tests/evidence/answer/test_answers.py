"""Claims: every option is answered with the same fields; nothing unverified reaches an answer; single-arm numbers stand
apart; a claim is decided by counts. Independent numbers: the intervals of evidence.md section 1, recomputed by hand."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any

import pytest
from scipy import stats

from evidence.living.libraries import changed
from spondyl.evidence.answer import Answer, Axis, Reading, ReviewState, Verdict, answer, compare, verdict_on
from spondyl.evidence.answer.shares import difference_figure, number_needed
from spondyl.evidence.certainty import ROB2, Level
from spondyl.evidence.library import (
    Figure,
    Group,
    Library,
    Origin,
    Quote,
    Role,
    Tag,
    library_from,
    shipped_library,
    shipped_texts,
)
from spondyl.evidence.living import sign

OPTIONS = [option.id for option in shipped_library().options]


def walk(value: Any) -> Iterator[Figure | Quote]:
    """Every figure and quotation inside a value."""
    if isinstance(value, Figure | Quote):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from walk(item)
    elif is_dataclass(value) and not isinstance(value, Origin | type):
        for field in fields(value):
            yield from walk(getattr(value, field.name))


@pytest.fixture(scope="module")
def answers() -> dict[str, Answer]:
    return {name: answer(shipped_library(), name) for name in OPTIONS}


@pytest.mark.parametrize("name", OPTIONS)
def test_every_number_leads_to_a_record_and_is_verified_or_computed(
    answers: dict[str, Answer], name: str
) -> None:
    records = {record.id for record in shipped_library().records}
    shown = list(walk(answers[name]))
    assert len(shown) > 10
    for one in shown:
        origin = one.origin
        assert origin.may_be_shown
        assert origin.record in records
        assert origin.citation and origin.locator and origin.verified_by and origin.verified_on


def test_recalled_numbers_reach_no_answer(answers: dict[str, Answer]) -> None:
    # −6.97 (NSAID, chronic), −4.93 (epidural, sciatica) and 40 % (Noriega) are recalled, with all their kin
    hidden = {-6.97, -10.74, -3.19, -4.93, -8.77, -1.09, 40.0}
    for found in answers.values():
        values = {one.value for one in walk(found) if isinstance(one, Figure)}
        assert not values & hidden, found.option.id
        texts = " ".join(one.text for one in walk(found))
        for name in ("Orozco", "Coric", "Yoshikawa", "Haines", "Bowman", "Omisirge", "68.4"):
            assert name not in texts
    assert answers["stem-cells"].withheld is not None


def test_the_claim_is_decided_as_the_counts_decide(answers: dict[str, Answer]) -> None:
    (check,) = answers["stem-cells"].claims
    assert [clause.verdict for clause in check.clauses] == [Verdict.WORST_CASE_ONLY, Verdict.NOT_REPRODUCED]
    pain, function = check.clauses
    assert [f"{one.share.value:.1f}" for one in pain.deciding] == ["53.5", "40.7"]
    assert [f"{one.share.value:.1f}" for one in function.deciding] == ["74.3", "44.1"]
    assert [one.share.text for one in function.elsewhere] == [
        "30.8 %"
    ]  # Wolff, 12 months, the only one below


@pytest.mark.parametrize(
    ("old", "new", "verdicts"),
    [
        ("events = 23\npercent = 53.5", "events = 20", [Verdict.REPRODUCED, Verdict.NOT_REPRODUCED]),
        ("events = 24", "events = 31", [Verdict.NOT_REPRODUCED, Verdict.NOT_REPRODUCED]),
        ("n = 59\nevents = 26", "n = 59\nevents = 19", [Verdict.WORST_CASE_ONLY, Verdict.WORST_CASE_ONLY]),
    ],
)
def test_other_counts_give_other_verdicts(old: str, new: str, verdicts: list[Verdict]) -> None:
    texts = shipped_texts()
    record = texts["studies"]["schneider-2022-review"]
    assert old in record
    texts["studies"]["schneider-2022-review"] = record.replace(old, new)
    (check,) = answer(library_from(texts), "stem-cells").claims
    assert [clause.verdict for clause in check.clauses] == verdicts


def test_a_claim_without_counts_is_not_decided() -> None:
    assert verdict_on(None, None, 50.0) is Verdict.NO_COUNTS


def test_sham_stands_beside_active_with_the_same_people_and_time(answers: dict[str, Answer]) -> None:
    (pair,) = answers["stem-cells"].icons
    assert [(group.role, group.better.value) for group in pair.groups] == [(Role.ACTIVE, 74), (Role.SHAM, 69)]
    assert pair.timing.text == "12 months"
    assert pair.difference is not None
    assert pair.difference.text == "+4.5 of 100 people (−12.0 to +21.0)"  # evidence.md section 1
    assert pair.number_needed is None
    assert "holds zero" in pair.why_no_number_needed


def group(events: int, n: int, role: Role = Role.ACTIVE) -> Group:
    origin = Origin(
        record="r", part="", tag=Tag.READ, citation="c", locator="l", verified_by="v", verified_on="2026-11"
    )
    return Group(name="g", role=role, events=events, n=n, origin=origin)


def test_a_number_needed_is_given_when_the_interval_excludes_zero() -> None:
    # 60/100 v 40/100: difference 0.20, Wald ±1.96 √(2 · 0.24/100) = ±0.1358 → NNT 5 (2.98 to 15.6)
    difference = difference_figure(group(60, 100), group(40, 100, Role.SHAM))
    assert difference is not None
    needed = number_needed(difference)
    assert needed is not None
    assert needed.text == "5 people (2 to 16)"


def test_a_harmful_difference_has_no_number_needed_to_treat() -> None:
    """20 of 58 against 39 of 56: −35.2 (−52.3 to −18.0) by Wald; 'number needed 3' read as one more better of three."""
    found = answer(changed("events = 43", "events = 20"), "stem-cells")
    (pair,) = found.icons
    assert pair.difference is not None
    assert pair.difference.text == "−35.2 of 100 people (−52.3 to −18.0)"
    assert pair.number_needed is None
    assert "fewer people got better" in pair.why_no_number_needed
    assert found.reading is Reading.WORSE
    assert "is more than chance explains" in found.paragraph.text


@pytest.mark.parametrize(
    ("active", "control", "low", "high"),
    [
        # By hand from Wilson's intervals, e.g. 10/10 (0.7225 to 1) and 7/10 (0.3968 to 0.8922): Newcombe, method 10,
        # 0.3 − √(0.2775² + 0.1922²) and 0.3 + √(0² + 0.3032²)
        ((10, 10), (7, 10), -3.8, 60.3),
        ((3, 3), (0, 3), 20.6, 100.0),
    ],
)
def test_few_people_get_an_interval_that_few_people_allow(
    active: tuple[int, int], control: tuple[int, int], low: float, high: float
) -> None:
    difference = difference_figure(group(*active), group(*control, Role.SHAM))
    assert difference is not None and difference.interval_95 is not None
    assert difference.interval_95 == pytest.approx((low, high), abs=0.05)
    by_chance = stats.fisher_exact(
        [[active[0], active[1] - active[0]], [control[0], control[1] - control[0]]]
    )
    if low < 0.0:
        assert by_chance.pvalue > 0.05
        assert number_needed(difference) is None


def test_readings_follow_from_the_numbers(answers: dict[str, Answer]) -> None:
    found = {name: one.reading for name, one in answers.items()}
    assert found == {
        "exercise": Reading.NOTICEABLE,  # −15.2, threshold 15
        "manual-manipulation": Reading.NOT_SHOWN,  # −7.85 to 1.51
        "instrument-manipulation": Reading.NOT_SHOWN,
        "nsaids": Reading.SMALL,  # −7.29, interval below 0
        "muscle-relaxants": Reading.SMALL,
        "opioids": Reading.BETTER_SIZE_UNKNOWN,  # standardised
        "epidural-steroid": Reading.NOT_SHOWN,
        "radiofrequency": Reading.SMALL,
        "hyaluronic-acid": Reading.UNKNOWN,
        "prp": Reading.NOT_SHOWN,
        "surgery": Reading.NOT_SHOWN,
        "stem-cells": Reading.NOT_SHOWN,
    }


def test_prp_is_read_from_the_largest_trial_beside_the_one_that_disagrees(answers: dict[str, Answer]) -> None:
    """PMC11373021: 21 of 44 against 16 of 45 at 12 months; Tuakli-Wosornu 2016: better than controls over 8 weeks."""
    found = answers["prp"]
    (pair,) = [one for one in found.icons if one.outcome.origin.part == "results/pain-12mo"]
    assert [round(one.share.value, 1) for one in pair.groups] == [47.7, 35.6]
    assert found.reading is Reading.NOT_SHOWN and not found.sureness.headline_is_published
    said = {one.finding.text for one in found.findings if one.finding}
    assert "Less pain than in the control group, p = 0.02; by how much was not read." in said
    assert not any("no significant difference" in text for text in said)
    assert any("spondylodiscitis" in line.event.text for line in found.harms)


def test_the_proposal_meets_what_reviewers_published(answers: dict[str, Answer]) -> None:
    proposed = {name: one.sureness.proposed.level for name, one in answers.items() if one.sureness.proposed}
    assert proposed["exercise"] is Level.MODERATE  # as published
    assert proposed["nsaids"] is Level.MODERATE  # as published
    assert proposed["manual-manipulation"] is Level.LOW  # published: moderate (BMJ 2019;364:l689, abstract)
    assert answers["manual-manipulation"].sureness.headline is Level.MODERATE
    assert proposed["stem-cells"] is Level.VERY_LOW  # as published


def test_a_finding_counts_the_studies_and_people_behind_it_not_the_whole_review(
    answers: dict[str, Answer],
) -> None:
    """PMC7161726, summary of findings: pain −7.29, 4 RCTs, 815 people, of a review of 32 trials and 5356 people."""

    def behind(option: str) -> list[tuple[str | None, str | None]]:
        found = answers[option].findings
        return [
            (one.studies.text if one.studies else None, one.people.text if one.people else None)
            for one in found
        ]

    assert behind("nsaids") == [("4", "815"), ("6", "1354")]  # the second: CD012087, abstract
    assert behind("exercise") == [(None, None), (None, None), ("8", None)]  # PMC10684665, abstract: 8 RCTs
    assert behind("stem-cells") == [("1", "114")]
    assert behind("prp")[:2] == [("1", "89"), ("1", "89")], "those analysed, of 98 randomised"


def test_pills_for_chronic_pain_show_what_the_abstract_gives(answers: dict[str, Answer]) -> None:
    """CD012087, abstract: −3.30 (−5.33 to −1.27) of 100, median follow-up 56 days, low quality. −6.97 was not read."""
    _, chronic = answers["nsaids"].findings
    assert chronic.effect.text == "−3.30 points (−5.33 to −1.27)"
    assert chronic.outcome.text == "pain 0-100, after a median of 56 days"
    assert chronic.certainty is Level.LOW
    assert "6.97" not in repr(answers["nsaids"])


def test_few_people_behind_a_result_lower_its_certainty_however_large_the_review_is() -> None:
    library = changed("n = 815", "n = 300", record=("studies", "nsaids-acute-2020"))
    proposed = answer(library, "nsaids").sureness.proposed
    assert proposed is not None and proposed.level is Level.LOW
    assert "Fewer people than a stable mean needs." in {step.why for step in proposed.steps}


def test_a_level_that_nobody_verified_is_not_called_published() -> None:
    of = 'level = "moderate"\nof = "epidural-axial/pain"\n'
    library = changed(of, f'{of}tag = "recalled"\n', record=("options", "epidural-steroid"))
    found = answer(library, "epidural-steroid")
    assert not found.conclusion.standing.startswith("published")
    assert "(as published)" not in found.paragraph.text


@pytest.mark.parametrize(("study", "option"), [("hayden-2021", "exercise"), ("respine-2024", "stem-cells")])
def test_a_withdrawn_study_leaves_no_certainty_behind(study: str, option: str) -> None:
    """Nobody is sure of what nobody may see: no published level, and no proposal for an empty body of evidence."""
    found = answer(changed('tag = "read"', 'tag = "unknown"', record=("studies", study)), option)
    assert found.reading is Reading.UNKNOWN
    assert (found.sureness.headline, found.sureness.proposed) == (None, None)
    assert not found.sureness.headline_is_published and found.conclusion.certainty is None
    assert "There is nothing to grade." in found.paragraph.text
    assert all("Hayden" not in one.about.text for one in found.sureness.published)


def test_judgements_of_bias_that_nobody_verified_do_not_raise_the_certainty() -> None:
    """All five domains 'low', recalled: as if not judged, so one step down."""
    domains = ROB2.domains[:3] + ROB2.domains[4:]  # the record holds the fourth
    judged = "".join(
        f'\n[[risk_of_bias]]\ndomain = "{name}"\njudgement = "low"\nwhy = "recalled"\ntag = "recalled"\n'
        for name in domains
    )
    texts = shipped_texts()
    texts["studies"]["respine-2024"] += judged
    found = answer(library_from(texts), "stem-cells")
    assert found.sureness == answer(shipped_library(), "stem-cells").sureness
    (line,) = [one for one in found.studies if one.name.text == "RESPINE 2024"]
    assert line.risk_of_bias.startswith("not judged")
    assert len(line.judged) == 1


def test_single_arm_numbers_never_share_an_axis_with_controlled_ones(answers: dict[str, Answer]) -> None:
    for found in answers.values():
        assert all(panel.axis.is_controlled for panel in found.controlled)
        assert not any(panel.axis.is_controlled for panel in found.uncontrolled)
    page = compare(shipped_library())
    assert all(one.panel.axis.is_controlled for one in page.controlled)
    assert {one.panel.axis for one in page.uncontrolled} == {
        Axis.UNCONTROLLED_SHARE,
        Axis.UNCONTROLLED_CHANGE,
    }


def test_a_shorter_scale_is_stretched_to_one_yardstick(answers: dict[str, Answer]) -> None:
    (row, _) = answers["epidural-steroid"].controlled[0].rows
    assert row.figure is not None
    assert row.figure.text == "+2.0 points (−11.1 to +15.1)"  # +0.20 (−1.11 to 1.51) of 10
    assert row.figure.origin.tag is Tag.COMPUTED


def test_guidelines_that_disagree_are_named(answers: dict[str, Answer]) -> None:
    assert {name for name, one in answers.items() if one.guidelines_conflict} == {"radiofrequency"}


def test_the_review_that_counts_a_trial_twice_is_left_out_and_named(answers: dict[str, Answer]) -> None:
    found = answers["stem-cells"]
    assert [one.name.text for one in found.left_out] == ["Xie 2021 (meta-analysis)"]
    values = {one.value for one in walk(found) if isinstance(one, Figure)}
    assert not values & {-0.5, 3.05}


def test_the_change_that_matters_reads_as_a_sentence(answers: dict[str, Answer]) -> None:
    """Ostelo: 15 of 100 points of pain."""
    panel = next(one for one in answers["exercise"].controlled if one.axis is Axis.PAIN)
    assert panel.threshold is not None and panel.threshold.text == "15 of 100 points"


def test_single_arms_are_pooled_by_the_model_and_stand_apart(answers: dict[str, Answer]) -> None:
    """``rma.glmm(measure="PLO", xi=c(7,10,5,6), ni=c(9,15,5,10))``: 71.795 % (55.894 to 83.641), tau² 0.

    Bates, the cohort with platelet plasma, Elabd and Kumar, as evidence.md section 1 lists their counts.
    """
    rows = {
        (name, panel.axis): row
        for name, found in answers.items()
        for panel in (*found.controlled, *found.uncontrolled)
        for row in panel.rows
        if row.pooled
    }
    assert list(rows) == [("stem-cells", Axis.UNCONTROLLED_SHARE)]
    figure = rows["stem-cells", Axis.UNCONTROLLED_SHARE].figure
    assert figure is not None and figure.interval_95 is not None
    assert (figure.value, *figure.interval_95) == pytest.approx((71.794872, 55.894270, 83.640872), rel=1e-6)
    assert {one.record for one in figure.origin.inputs} == {
        *("bates-2022", "cells-with-prp-cohort", "elabd-2016", "kumar-2017")
    }


def test_one_single_arm_study_is_not_pooled() -> None:
    texts = shipped_texts()
    for name in ("bates-2022", "cells-with-prp-cohort", "kumar-2017"):
        texts["studies"][name] = texts["studies"][name].replace('tag = "read"', 'tag = "recalled"')
    found = answer(library_from(texts), "stem-cells")
    assert not [row for panel in found.uncontrolled for row in panel.rows if row.pooled]


def test_a_signed_conclusion_stays_in_force_when_the_numbers_change() -> None:
    library = shipped_library()
    before = answer(library, "stem-cells")
    assert before.conclusion.state is ReviewState.UNSIGNED
    assert before.conclusion.paragraph == before.paragraph
    signed = (sign(before, person="A. Clinician", role="DC", at="2026-11-25"),)
    kept = answer(library, "stem-cells", signed=signed).conclusion
    assert (kept.state, kept.paragraph, kept.proposed) == (ReviewState.SIGNED, before.paragraph, None)
    after = answer(changed("events = 43", "events = 53"), "stem-cells", signed=signed)
    assert after.reading is not before.reading, "the new numbers would change the conclusion"
    now = after.conclusion
    assert (now.state, now.reading, now.certainty) == (
        ReviewState.NEW_DATA,
        before.reading,
        before.sureness.headline,
    )
    assert (now.short.text, now.paragraph.text) == (before.short.text, before.paragraph.text)
    assert now.proposed == after.paragraph
    assert now.mark == "Signed by A. Clinician, DC, 2026-11-25. New data awaiting review."


def test_the_comparison_keeps_signed_conclusions_too() -> None:
    signed = (sign(answer(shipped_library(), "stem-cells"), person="A", role="DC", at="2026-11-25"),)
    found = {
        line.id: line.conclusion
        for line in compare(changed("events = 43", "events = 53"), signed=signed).options
    }
    assert found["stem-cells"].short.text == "Not shown to work better than sham injection."
    assert found["prp"].state is ReviewState.UNSIGNED


def test_an_option_is_read_by_its_own_arm() -> None:
    """Made-up counts: the manual arm beats usual care, the instrument does not; each option is read by its own."""
    texts = shipped_texts()
    record = texts["studies"]["schneider-2015"]
    for percent, events in (("50.0", 28), ("16.0", 10), ("39.0", 12)):
        record = record.replace(f"percent = {percent}", f"n = 40\nevents = {events}", 1)
    texts["studies"]["schneider-2015"] = record
    for option, old in (
        ("manual-manipulation", "rubinstein-2019/pain"),
        ("instrument-manipulation", "schneider-2015/instrument-v-usual"),
    ):
        texts["options"][option] = texts["options"][option].replace(
            f'main = "{old}"', 'main = "schneider-2015/responders-50"'
        )
    library = library_from(texts)
    assert answer(library, "manual-manipulation").reading is Reading.BETTER_SIZE_UNKNOWN
    assert answer(library, "instrument-manipulation").reading is Reading.NOT_SHOWN


EARLIER = """
[[results]]
id = "responders-3mo"
outcome = "people with less pain or better function"
label = "an earlier count"
timing = "3 months"
months = 3
versus = "sham injection"
[[results.groups]]
name = "cells"
role = "active"
option = "stem-cells"
percent = 90.0
[[results.groups]]
name = "sham injection"
role = "sham"
percent = 20.0

[[results]]
id = "responders-12mo"
"""


def test_the_sentence_tells_the_result_that_decides_not_another_of_its_trial() -> None:
    library = changed('[[results]]\nid = "responders-12mo"\n', EARLIER)
    words = answer(library, "stem-cells").paragraph.text
    assert "74 got better after the treatment and 69 after the sham injection (at least 20 %" in words
    assert "better function (Oswestry); 12 months)." in words
    assert "90" not in words


def test_a_result_whose_name_begins_like_another_is_not_taken_for_it() -> None:
    texts = shipped_texts()
    record = texts["studies"]["schneider-2015"]
    own = 'id = "pain-manual"\noutcome = "pain"\nlabel = "pain"\nversus = "usual medical care"\n'
    texts["studies"]["schneider-2015"] = (
        f'{record}\n[[results]]\n{own}finding = "Own words."\nmeans = "better"\n'
    )
    option = texts["options"]["manual-manipulation"].replace(
        "rubinstein-2019/pain", "schneider-2015/pain-manual", 1
    )
    texts["options"]["manual-manipulation"] = option.replace(
        'effects = ["rubinstein-2019/pain"', 'effects = ["schneider-2015/pain-manual"'
    )
    texts["options"]["manual-manipulation"] = texts["options"]["manual-manipulation"].replace(
        '"schneider-2015/pain-manual", "ruddock', '"schneider-2015/pain-manual-v-usual", "ruddock'
    )
    assert "−17 points" not in answer(library_from(texts), "manual-manipulation").paragraph.text


class TestBalance:
    """The clinic's own treatments are answered with the same fields, scales and harm detail as every rival."""

    def test_every_answer_has_serious_and_other_harms(self, answers: dict[str, Answer]) -> None:
        for found in answers.values():
            kinds = {harm.seriousness.value for harm in found.harms}
            assert kinds == {"serious", "other"}, found.option.id
            assert all(harm.how_often.text for harm in found.harms)

    def test_the_same_columns_for_all(self) -> None:
        page = compare(shipped_library())
        assert [line.id for line in page.options] == OPTIONS
        assert len({type(line) for line in page.options}) == 1
        for line in page.options:
            assert line.conclusion.short and line.harms and line.condition

    def test_the_clinics_own_weak_trial_stands_in_its_answer(self, answers: dict[str, Answer]) -> None:
        own = answers["instrument-manipulation"]
        shares = {group.name.text: group.better.value for pair in own.icons for group in pair.groups}
        assert shares["instrument-assisted manipulation"] in (16, 50)
        assert {16, 39} <= {group.better.value for pair in own.icons for group in pair.groups}


def test_the_same_records_give_the_same_answer() -> None:
    library: Library = library_from(shipped_texts())
    assert answer(library, "stem-cells").digest == answer(shipped_library(), "stem-cells").digest
