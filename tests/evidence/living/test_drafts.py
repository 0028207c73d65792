"""Claim: every import gives a record that fits the library's schema, shows nothing, and counts one trial once."""

import json
from typing import Any

import pytest

from evidence.living.imports import FILES, TRIAL, as_bytes, trial_json
from spondyl.evidence.library import Standing, Study, UnverifiedValueError, read_record, shipped_library
from spondyl.evidence.living.import_refused import ImportReason, ImportRefused
from spondyl.evidence.living.importing import known_studies, read_import, registration_json
from spondyl.evidence.living.same_study import sort_drafts

DAY = "2026-11-25"
EVERY_FILE = sorted(path.name for path in FILES.iterdir())


def records(name: str) -> dict[str, Study]:
    drafts = read_import((FILES / name).read_bytes(), name=name).drafts
    return {draft.id: read_record(Study, draft.id, draft.to_toml(imported_on=DAY)) for draft in drafts}


@pytest.mark.parametrize("name", EVERY_FILE)
def test_every_draft_is_a_record_that_nobody_is_shown(name: str) -> None:
    found = records(name)
    assert found
    for record in found.values():
        assert record.origin.standing is Standing.UNVERIFIED
        assert record.origin.verified_by == "nobody"
        parts = [
            *record.arms,
            *record.results,
            *(group for result in record.results for group in result.groups),
        ]
        assert all(part.origin.standing is Standing.UNVERIFIED for part in parts)
        for event in record.adverse_events:
            with pytest.raises(UnverifiedValueError):
                _ = event.quote


@pytest.mark.parametrize("name", EVERY_FILE)
def test_the_same_file_gives_the_same_bytes(name: str) -> None:
    data = (FILES / name).read_bytes()
    once, again = (read_import(data, name=name).drafts for _ in range(2))
    assert [one.to_toml(imported_on=DAY) for one in once] == [one.to_toml(imported_on=DAY) for one in again]


def test_a_registered_trial_with_results() -> None:
    record = records("NCT99000001.json")["nct99000001"]
    assert (record.design.value, record.n, record.registry_id) == ("randomised", 120, "NCT99000001")
    assert record.options == ("stem-cells",)
    assert [(arm.name, arm.n) for arm in record.arms] == [("Cells", 61), ("Sham", 59)]
    responders, pain_6, pain_12 = record.results
    assert [(one.role.value, one.events, one.n) for one in responders.groups] == [
        ("active", 31, 61),
        ("sham", 27, 59),
    ]
    assert (responders.outcome.value, responders.months) == ("people with less pain", 12.0)
    assert (pain_6.months, pain_12.months) == (6.0, 12.0)
    assert pain_6.effect is pain_12.effect is None, "the posted difference does not say of which time it is"
    texts = [event.text for event in record.adverse_events]
    assert "Cells: any serious adverse event in 2 of 61 (12 months)." in texts
    assert "Cells: Discitis in 2 of 61, serious." in texts
    assert record.funding is not None
    assert "Synthetic Cells Inc. (industry)" in record.funding.text


def _with_one_row(**changes: str) -> dict[str, Any]:
    """The trial whose pain outcome has a single row, its analysis changed."""
    trial = trial_json()
    pain = trial["resultsSection"]["outcomeMeasuresModule"]["outcomeMeasures"][1]
    pain["classes"] = pain["classes"][:1]
    pain["analyses"][0] |= changes
    return trial


def test_a_posted_difference_of_means_is_taken_over() -> None:
    (draft,) = read_import(as_bytes(_with_one_row()), name="x").drafts
    _, pain = read_record(Study, draft.id, draft.to_toml(imported_on=DAY)).results
    assert pain.effect is not None
    assert (pain.effect.estimate, pain.effect.interval_95) == (-2.5, (-8.4, 3.4))


@pytest.mark.parametrize(
    "changes",
    [
        {"ciPctValue": "90"},
        {"paramType": "Median Difference (Final Values)"},
        {"paramType": "Risk Difference (RD)"},
    ],
)
def test_a_posted_comparison_that_is_no_difference_of_means_with_95_percent_is_not(
    changes: dict[str, str],
) -> None:
    (draft,) = read_import(as_bytes(_with_one_row(**changes)), name="x").drafts
    _, pain = read_record(Study, draft.id, draft.to_toml(imported_on=DAY)).results
    assert pain.effect is None
    assert any("posted comparison" in line for line in draft.to_check)


def test_what_has_no_place_is_said_and_kept() -> None:
    imported = read_import(TRIAL.read_bytes(), name=TRIAL.name)
    (draft,) = imported.drafts
    assert any("Disc height on MRI" in line for line in draft.to_check)
    kept = json.loads(registration_json(imported.registrations[draft.id]))
    assert [one["title"] for one in kept["measured"]][-1] == "Disc height on MRI"


def test_an_ongoing_single_arm_and_an_observational_study() -> None:
    found = records("page_of_two.json")
    assert (found["nct99000002"].design.value, found["nct99000002"].status.value) == ("single arm", "ongoing")
    assert "Planned to end 2027-10." in found["nct99000002"].note
    assert found["nct99000002"].options == ("prp",)
    assert found["nct99000003"].options == ("exercise",)


def test_references() -> None:
    first, second = records("references.ris").values()
    assert (first.name, first.design.value, first.registry_id) == (
        "Synthetic 2024",
        "randomised",
        "NCT99000001",
    )
    assert (
        "sham-controlled trial. J Synth Spine 2024;12:226–237. doi 10.9999/jss.2024.017"
        in first.origin.citation
    )
    assert (second.name, second.design.value, second.options) == ("Solo 2019", "single arm", ("exercise",))


@pytest.mark.parametrize("title", ["RETRACTED: Cells for discs", "Retraction notice to: Cells for discs"])
def test_a_retracted_paper_is_named_so_before_all_else(title: str) -> None:
    (draft,) = read_import(f"TY  - JOUR\nTI  - {title}\nER  - \n".encode(), name="x").drafts
    assert "no evidence" in draft.to_check[0]
    assert "retract" in draft.to_toml(imported_on=DAY).split("[source]")[0].lower()
    (other,) = read_import(b"TY  - JOUR\nTI  - A new retractor\nER  - \n", name="x").drafts
    assert not any("retracted" in line for line in other.to_check)


def test_a_table() -> None:
    found = records("studies.csv")
    trial = found["isrctn12345678"]
    (result,) = trial.results
    assert [(one.role.value, one.events, one.n) for one in result.groups] == [
        ("active", 20, 40),
        ("sham", 17, 38),
    ]
    (group,) = found["walk-2020"].results[0].groups
    assert (group.before, group.after, group.option) == (61.5, 40.0, "exercise")


def test_reviews_that_name_one_trial_are_neither_each_other_nor_the_trial() -> None:
    """A trial, two reviews that name it, and the second review brought up to date under another DOI."""
    table = (
        "name,registry_id,doi,citation,design\n"
        "Cells 2020,NCT03737461,10.9/trial,Cells C. 2020,randomised\n"
        "Reviewers 2021,NCT03737461,10.9/one,Reviewers A. 2021,review of randomised trials\n"
        "Pool 2022,NCT03737461,10.9/two.pub2,Pool B. 2022,review of randomised trials\n"
        "Pool 2022,NCT03737461,10.9/two.pub3,Pool B. 2025,review of randomised trials\n"
    )
    found = sort_drafts(read_import(table.encode(), name="x.csv").drafts, {"NCT03737461": "cells"})
    assert [one.id for one in found.drafts] == ["nct03737461", "reviewers-2021", "pool-2022", "pool-2022-2"]
    assert (found.updates, found.left_out) == ({"nct03737461": "cells"}, ())
    trial, *reviews = found.drafts
    assert trial.registry_ids == ("NCT03737461",) and trial.to_check == ()
    for one in reviews:
        assert one.registry_ids == () and "registry_id" not in one.record
        assert one.to_check == ("the review names these trials; it is none of them: NCT03737461",)


def test_one_trial_is_one_draft_whatever_file_it_came_from() -> None:
    """NCT99000001 stands in two files; NCT99000003 names NCT99000002 as its other number."""
    drafts = [
        draft for name in EVERY_FILE for draft in read_import((FILES / name).read_bytes(), name=name).drafts
    ]
    result = sort_drafts(drafts, {})
    numbers = [number for draft in result.drafts for number in draft.registry_ids]
    assert len(numbers) == len(set(numbers))
    assert sorted(one.by for one in result.left_out) == ["NCT99000001", "NCT99000002"]
    assert "is the same study as" in result.left_out[0].text


def test_a_trial_that_the_library_holds_is_an_update_not_a_second_study() -> None:
    drafts = read_import(TRIAL.read_bytes(), name="x").drafts
    assert sort_drafts(drafts, {"2014-005569-36": "syndisc"}).updates == {"nct99000001": "syndisc"}
    assert sort_drafts(drafts, {"NCT00000001": "other"}).updates == {}


def test_the_paper_of_a_study_that_the_library_holds_is_an_update() -> None:
    """RESPINE's paper, by its DOI, without the registry number."""
    ris = "TY  - JOUR\nTI  - Cells for discs\nDO  - 10.1136/ARD-2024-225771\nER  - \n"
    drafts = read_import(ris.encode(), name="x").drafts
    assert list(sort_drafts(drafts, known_studies(shipped_library())).updates.values()) == ["respine-2024"]


def test_two_studies_with_one_title_get_two_names() -> None:
    ris = "TY  - JOUR\nTI  - Same\nDO  - 10.9999/{}\nER  - \n"
    drafts = read_import((ris.format("a1") + ris.format("b2")).encode(), name="x").drafts
    assert [draft.id for draft in sort_drafts(drafts, {}).drafts] == ["same-same", "same-same-2"]


RIS_DAMAGE = {
    "TY  - JOUR\nTI  - A\n": ("line 1", ImportReason.FILE_DAMAGED),
    "TY  - JOUR\nTI  - A\nTY  - JOUR\nER  - \n": ("line 3", ImportReason.FILE_DAMAGED),
    "TY  - JOUR\nAU  - A\nER  - \n": ("line 1", ImportReason.FIELD_MISSING),
    "TY  - JOUR\nTI  - A\nPY  - soon\nER  - \n": ("line 1", ImportReason.FIELD_INVALID),
    "TY  - JOUR\nTI  - A\nER  - \nstray words\n": ("line 4", ImportReason.FILE_DAMAGED),
    "TY  - JOUR\nTI  - A\nER  - \nAU  - A\n": ("line 4", ImportReason.FILE_DAMAGED),
}


@pytest.mark.parametrize("text", RIS_DAMAGE)
def test_damaged_references_name_the_line(text: str) -> None:
    with pytest.raises(ImportRefused) as refused:
        read_import(text.encode(), name="x.ris")
    assert (refused.value.at, refused.value.reason) == RIS_DAMAGE[text]


HEAD = "name,citation,design,group,role,n,events,months\n"
CSV_DAMAGE = {
    "name;citation\nA;B\n": ("line 1", ImportReason.FIELD_MISSING),
    "name,citation,design,desing\nA,B,randomised,x\n": ("line 1, column 4", ImportReason.COLUMN_UNKNOWN),
    HEAD: ("line 2", ImportReason.NOTHING_INSIDE),
    HEAD + "A,B,randomised\n": ("line 2", ImportReason.FILE_DAMAGED),
    HEAD + "A,,randomised,,,,,\n": ("line 2, citation", ImportReason.FIELD_MISSING),
    HEAD + "A,B,double-blind,,,,,\n": ("line 2, design", ImportReason.FIELD_INVALID),
    HEAD + "A,B,randomised,x,active,-4,,\n": ("line 2, n", ImportReason.FIELD_INVALID),
    HEAD + "A,B,randomised,x,active,4,5,\n": ("line 2", ImportReason.COUNTS_IMPOSSIBLE),
    HEAD + "A,B,randomised,x,active,4,2,inf\n": ("line 2, months", ImportReason.FIELD_INVALID),
    HEAD + "A,B,randomised,,,,,\nA,C,randomised,,,,,\n": ("line 3, citation", ImportReason.FIELD_INVALID),
    HEAD + 'A,"B,randomised,,,,,\n': ("", ImportReason.FILE_DAMAGED),
}


@pytest.mark.parametrize("text", CSV_DAMAGE)
def test_damaged_tables_name_line_and_column(text: str) -> None:
    with pytest.raises(ImportRefused) as refused:
        read_import(text.encode(), name="x.csv")
    assert (refused.value.at, refused.value.reason) == CSV_DAMAGE[text]


def test_odd_characters_in_a_title_or_a_file_name_leave_the_record_readable() -> None:
    text = "TY  - JOUR\nTI  - A \x01\x7f title\nER  - \n"
    (draft,) = read_import(text.encode(), name="a\nb\x02.ris").drafts
    assert read_record(Study, draft.id, draft.to_toml(imported_on=DAY)).name


GROUPS = [{"id": "a", "title": "Cells"}, {"id": "b", "title": "Sham"}]


def _outcome(title: str, parameter: str, categories: dict[str, tuple[float, float]]) -> dict[str, Any]:
    return {
        "type": "PRIMARY",
        "title": title,
        "timeFrame": "12 months",
        "paramType": parameter,
        "unitOfMeasure": "mm",
        "groups": GROUPS,
        "denoms": [{"units": "Participants", "counts": [{"groupId": one, "value": "58"} for one in "ab"]}],
        "classes": [
            {
                "categories": [
                    {
                        "title": name,
                        "measurements": [
                            {"groupId": one, "value": str(value)}
                            for one, value in zip("ab", pair, strict=True)
                        ],
                    }
                    for name, pair in categories.items()
                ]
            }
        ],
    }


def test_people_who_got_worse_are_not_people_with_less_pain_and_a_change_is_no_mean_after() -> None:
    trial = trial_json()
    trial["resultsSection"]["outcomeMeasuresModule"]["outcomeMeasures"] = [
        _outcome(
            "Pain by category",
            "COUNT_OF_PARTICIPANTS",
            {"Worse": (8, 5), "Same": (20, 23), "Better": (30, 28)},
        ),
        _outcome("Change from baseline in VAS pain", "MEAN", {"": (-31.2, -29.0)}),
        _outcome("VAS pain", "MEAN", {"": (31.2, 29.0)}),
    ]
    (draft,) = read_import(as_bytes(trial), name="ct.json").drafts
    better, pain = read_record(Study, draft.id, draft.to_toml(imported_on=DAY)).results
    assert (better.outcome.value, [one.events for one in better.groups]) == (
        "people with less pain",
        [30, 28],
    )
    assert [one.after for one in pain.groups] == [31.2, 29.0]
    told = "\n".join(draft.to_check)
    assert "no place for the outcome 'Pain by category'" in told
    assert "no place for the outcome 'Change from baseline in VAS pain'" in told


RIS = """TY  - JOUR
TI  - {title}
AU  - {author}
PY  - 2024
AB  - {abstract}
ER  -
"""


def test_a_review_that_names_a_trial_is_not_that_trial() -> None:
    review = RIS.format(
        title="Stem cells for back pain: a systematic review",
        author="Roe, R",
        abstract="One trial, NCT99000009.",
    )
    trial = RIS.format(
        title="Stem cells for back pain: a randomized trial", author="Doe, D", abstract="NCT99000009."
    )
    found = sort_drafts(read_import((trial + review).encode(), name="both.ris").drafts, {})
    assert len(found.drafts) == 2 and not found.left_out
    assert [draft.registry_ids for draft in found.drafts] == [("NCT99000009",), ()]
    assert any("it is none of them: NCT99000009" in line for line in found.drafts[1].to_check)
    assert sort_drafts(found.drafts, {"NCT99000009": "doe-2024"}).updates == {found.drafts[0].id: "doe-2024"}
