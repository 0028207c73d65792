"""Claims: the shipped records fit their schema, no trial counts twice, nothing recalled can be shown, and the
clinic's own treatments have the same fields as every rival."""

from collections.abc import Callable
from dataclasses import fields

import pytest

from spondyl.evidence.certainty.risk_of_bias import ROB2, ROBINS_I, overall
from spondyl.evidence.library import (
    Direction,
    DuplicateTrialError,
    Figure,
    Harm,
    Library,
    RecordInvalidError,
    Seriousness,
    Standing,
    Study,
    UnknownOptionError,
    UnknownRecordError,
    UnverifiedValueError,
    library_from,
    read_record,
    refuse_review_with_duplicates,
    shipped_library,
    shipped_texts,
    trials_listed_twice,
)

ASKED_FOR = {
    "exercise",
    "nsaids",
    "muscle-relaxants",
    "opioids",
    "epidural-steroid",
    "hyaluronic-acid",
    "radiofrequency",
    "surgery",
    "manual-manipulation",
    "instrument-manipulation",
    "prp",
    "stem-cells",
}


@pytest.fixture(scope="module")
def library() -> Library:
    return shipped_library()


def test_every_option_asked_for_is_there(library: Library) -> None:
    assert {option.id for option in library.options} == ASKED_FOR


def test_the_studies_of_section_1_are_there(library: Library) -> None:
    registered = {study.registry_id for study in library.studies if study.registry_id}
    assert registered == {
        "NCT03737461",
        "NCT02412735",
        "NCT01290367",
        "NCT01860417",
        "NCT06325566",
    }
    names = {study.id for study in library.studies_of("stem-cells")}
    assert {
        "gornet-2024",
        "pettine",
        "wolff-2020",
        "lewandrowski-2023",
        "atluri-2021",
        "centeno-2017",
    } <= names
    assert {
        "kumar-2017",
        "elabd-2016",
        "bates-2022",
        "cells-with-prp-cohort",
        "schneider-2022-review",
    } <= names
    assert {"orozco", "coric", "yoshikawa", "haines", "bowman"} <= names


def test_recalled_studies_are_unverified_and_cannot_become_a_figure(library: Library) -> None:
    for name in ("orozco", "coric", "yoshikawa", "haines", "bowman"):
        origin = library.study(name).origin
        assert origin.standing is Standing.UNVERIFIED
        with pytest.raises(UnverifiedValueError, match="shown to nobody"):
            Figure(value=10.0, origin=origin)


def test_the_review_that_counts_one_trial_twice_is_recorded_so(library: Library) -> None:
    review = library.study("xie-2021-meta-analysis")
    assert trials_listed_twice(review) == ("NCT01860417",)
    with pytest.raises(DuplicateTrialError, match="NCT01860417"):
        refuse_review_with_duplicates(review)


def test_the_review_of_epidural_steroids_has_its_people(library: Library) -> None:
    """Cochrane CD013577 as summarised in Am Fam Physician 2021;104(3): 25 studies, 2,470 participants."""
    review = library.study("epidural-sciatica")
    assert (review.k, review.n) == (25, 2470)


def test_a_second_record_of_one_trial_is_refused() -> None:
    texts = shipped_texts()
    texts["studies"]["respine-again"] = texts["studies"]["respine-2024"]
    with pytest.raises(DuplicateTrialError, match="NCT03737461"):
        library_from(texts)
    texts["studies"]["respine-again"] = texts["studies"]["respine-2024"].replace(
        "NCT03737461", "nct 03737461"
    )
    with pytest.raises(DuplicateTrialError, match="NCT03737461"):
        library_from(texts)


def test_no_option_rests_on_a_review_that_counts_a_trial_twice() -> None:
    texts = shipped_texts()
    option = texts["options"]["stem-cells"].replace(
        'effects = ["', 'effects = ["xie-2021-meta-analysis/pain", "'
    )
    with pytest.raises(DuplicateTrialError, match="NCT01860417"):
        library_from({**texts, "options": {**texts["options"], "stem-cells": option}})


RATIO = (
    '\n[effect]\nmeasure = "odds ratio"\nestimate = 3.05\nlow = 1.11\nhigh = 8.40\n'  # evidence.md section 1
)


@pytest.mark.parametrize(
    ("record", "change", "message"),
    [
        ("prp-serious", lambda text: text.replace("events = 1", "events = 195"), "195 of 194"),
        ("stem-cells-serious", lambda text: text.replace("n = 136\n", ""), "2 of None"),
        ("stem-cells-other", lambda text: text + RATIO, "odds ratio"),
    ],
)
def test_a_harm_counts_people_or_says_how_many_times_as_often(
    record: str, change: Callable[[str], str], message: str
) -> None:
    with pytest.raises(RecordInvalidError, match=message) as caught:
        read_record(Harm, record, change(shipped_texts()["harms"][record]))
    assert caught.value.why and caught.value.do


EFFECT = 'scale = "pain 0-100"\nscale_max = 100\n'


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (EFFECT, 'scale = "quality of life 0-100"\nscale_max = 100\n', "quality of life"),
        (EFFECT, 'scale = "leg pain 0-10"\nscale_max = 100\n', "leg pain"),
        (EFFECT, 'scale = "pain 0-10"\nscale_max = 100\n', "'pain 0-10' and scale_max 100"),
        (EFFECT, 'scale = "pain"\nscale_max = 5\n', "points on a scale of 5"),
        ('measure = "mean difference"', 'measure = "risk ratio"', "the ratio -10.98"),
    ],
)
def test_an_effect_stands_on_the_scale_that_it_names(old: str, new: str, message: str) -> None:
    """A scale of another name fell onto the axis of disability; one of 0-10 called 100 was a tenth of its effect."""
    text = shipped_texts()["studies"]["nsaids-acute-2020"]
    assert old in text
    with pytest.raises(RecordInvalidError, match=message):
        read_record(Study, "nsaids-acute-2020", text.replace(old, new, 1))


def test_a_domain_of_bias_is_judged_once() -> None:
    text = shipped_texts()["studies"]["respine-2024"]
    again = text[text.index("[[risk_of_bias]]") :].replace('"low"', '"high"')
    with pytest.raises(RecordInvalidError, match="more than once"):
        read_record(Study, "respine-2024", f"{text}\n{again}")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('name = "RESPINE 2024"', "", "'name' is missing"),
        ('design = "randomised"', 'design = "good"', "'good' is not a Design"),
        ("n = 114", 'n = "many"', "not of type int"),
        ("n = 114", "n = 114\npatients = 3", "'patients' is unknown"),
        ('tag = "read"', 'tag = "sure"', "tag is not known"),
        ('verified_on = "2026-11-25"', 'verified_on = "today"', "year and month"),
        ("events = 43", "events = 63", "63 of 58"),
        ("[source]", "[sauce]", "no \\[source\\]"),
        ("[[arms]]", "[[arms]", "not TOML"),
    ],
)
def test_a_record_that_does_not_fit_says_what_why_and_what_to_do(old: str, new: str, message: str) -> None:
    text = shipped_texts()["studies"]["respine-2024"]
    assert old in text
    with pytest.raises(RecordInvalidError, match=message) as caught:
        read_record(Study, "respine-2024", text.replace(old, new, 1))
    assert caught.value.why and caught.value.do


def test_a_name_that_leads_nowhere_is_refused() -> None:
    texts = shipped_texts()
    texts["options"]["surgery"] = texts["options"]["surgery"].replace("fusion-review/function", "fusion/none")
    with pytest.raises(UnknownRecordError, match="'fusion'"):
        library_from(texts)


def test_an_unknown_option_names_those_there_are(library: Library) -> None:
    with pytest.raises(UnknownOptionError, match="stem-cells"):
        library.option("magnets")


def test_risk_of_bias_uses_the_domains_of_the_published_tools(library: Library) -> None:
    assert len(ROB2.domains) == 5
    assert len(ROBINS_I.domains) == 7
    for study in library.studies:
        if study.risk_of_bias:
            tool = {"RoB 2": ROB2, "ROBINS-I": ROBINS_I}[study.tool.value]
            overall(tool, {one.domain: one.judgement for one in study.risk_of_bias})


def test_single_arms_are_at_critical_risk_of_bias(library: Library) -> None:
    single = [one for one in library.studies if one.design.value == "single arm" and one.origin.may_be_shown]
    assert len(single) >= 8
    for study in single:
        assert overall(ROBINS_I, {one.domain: one.judgement for one in study.risk_of_bias}) == "critical"


def test_guidelines_that_conflict_are_both_there(library: Library) -> None:
    said = {rule.guideline: rule.direction for rule in library.guidelines_of("radiofrequency")}
    assert said == {"NICE NG59": Direction.CONDITIONAL, "BMJ 2025": Direction.AGAINST}


class TestBalance:
    """The clinic's own treatments: the same fields, scale and harm detail as every rival."""

    def test_the_clinic_sells_both_manipulations(self, library: Library) -> None:
        own = {option.id for option in library.options if option.clinics_own}
        assert own == {"manual-manipulation", "instrument-manipulation"}

    def test_every_option_fills_the_same_fields(self, library: Library) -> None:
        # awaited and main may be empty for want of a study; every field in words must be filled for all
        words = [
            f.name
            for f in fields(library.options[0])
            if f.name not in ("effects", "published", "awaited", "main")
        ]
        for option in library.options:
            for name in words:
                assert getattr(option, name) not in ("", ()), f"{option.id} lacks {name}"

    def test_every_option_states_serious_and_other_harm(self, library: Library) -> None:
        for option in library.options:
            kinds = {harm.seriousness for harm in library.harms_of(option.id)}
            assert kinds == set(Seriousness), option.id

    def test_every_option_stands_in_a_guideline_or_says_none_does(self, library: Library) -> None:
        without = {option.id for option in library.options if not library.guidelines_of(option.id)}
        assert without == {"instrument-manipulation"}

    def test_pain_and_function_share_their_scales(self, library: Library) -> None:
        for option in library.options:
            for key in option.effects:
                _, result = library.result(key)
                if result.effect and result.effect.scale_max:
                    assert result.effect.scale_max in (10, 100), key
                    assert result.effect.scale.split()[0] in ("pain", "disability"), key
