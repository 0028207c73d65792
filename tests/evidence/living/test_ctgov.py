"""Claim: a registration in the layout of ClinicalTrials.gov, API version 2, is read whole, and damage is named.

Source of every expected value: the synthetic file beside, by eye.
"""

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence.living.imports import TRIAL, as_bytes, trial_json
from spondyl.evidence.living.ctgov import read_ctgov
from spondyl.evidence.living.import_refused import ImportReason, ImportRefused
from spondyl.evidence.living.importing import read_import
from spondyl.evidence.living.registration import EventCount, GroupFlow, Registration


@pytest.fixture(scope="module")
def trial() -> Registration:
    (one,) = read_ctgov(TRIAL.read_text())
    return one


def test_identity_design_and_people(trial: Registration) -> None:
    assert trial.registry_id == "NCT99000001"
    assert trial.other_ids == ("2014-005569-36", "NCT99000101"), (
        "the sponsor's own number is none of a registry"
    )
    assert (trial.status, trial.allocation, trial.masking) == ("COMPLETED", "RANDOMIZED", "DOUBLE")
    assert (trial.enrolled, trial.enrolled_kind, trial.sponsor_class) == (120, "ACTUAL", "INDUSTRY")
    assert [(arm.label, arm.kind) for arm in trial.arms] == [
        ("Cells", "EXPERIMENTAL"),
        ("Sham", "SHAM_COMPARATOR"),
    ]
    assert trial.flow == (
        GroupFlow(group="Cells", started=61, completed=55),
        GroupFlow(group="Sham", started=59, completed=54),
    )
    assert [one.rank for one in trial.planned] == ["PRIMARY", "SECONDARY", "SECONDARY"]
    assert (trial.results_date, trial.updated_date) == ("2026-08-02", "2026-08-20")


def test_measurements_keep_their_group_people_and_time(trial: Registration) -> None:
    responders, pain_6, pain_12, height = trial.measured
    assert [(one.group, one.value, one.analysed) for one in responders.groups] == [
        ("Cells", 31, 61),
        ("Sham", 27, 59),
    ]
    assert [(one.value, one.spread, one.analysed) for one in pain_6.groups] == [
        (41.5, 22.1, 58),
        (44.0, 23.4, 56),
    ]
    lost = pain_12.groups[1]
    assert (lost.value, lost.spread, lost.comment, lost.analysed) == (None, None, "Lost in the archive", 54)
    assert pain_12.groups[0].analysed == 55, "a row's own denominator beats the outcome's"
    assert [(one.lower, one.upper, one.analysed) for one in height.groups] == [
        (7.2, 9.0, None),
        (7.1, 8.9, None),
    ]
    (comparison,) = pain_6.comparisons
    assert comparison.groups == ("Cells", "Sham")
    assert (comparison.value, comparison.lower, comparison.upper, comparison.p_value) == (
        -2.5,
        -8.4,
        3.4,
        "0.41",
    )


def test_adverse_events_by_group(trial: Registration) -> None:
    assert [(one.group, one.serious_affected, one.serious_at_risk) for one in trial.harms] == [
        ("Cells", 2, 61),
        ("Sham", 1, 59),
    ]
    assert trial.events[0] == EventCount(
        term="Discitis",
        organ_system="Infections and infestations",
        serious=True,
        group="Cells",
        affected=2,
        at_risk=61,
    )
    assert [one.serious for one in trial.events] == [True, True, False, False]


def test_a_list_and_a_page_hold_the_same_studies() -> None:
    studies = [trial_json()]
    assert read_ctgov(json.dumps(studies)) == read_ctgov(json.dumps({"studies": studies}))


def at(path: str, value: object) -> Callable[[dict[str, Any]], None]:
    """Break the trial at a path; ``value`` ... deletes."""

    def change(trial: dict[str, Any]) -> None:
        *steps, last = (int(step) if step.isdigit() else step for step in path.split("."))
        node: Any = trial
        for step in steps:
            node = node[step]
        if value is ...:
            del node[last]
        else:
            node[last] = value

    return change


IDENTITY = "protocolSection.identificationModule"
OUTCOME = "resultsSection.outcomeMeasuresModule.outcomeMeasures.0"
MEASUREMENT = f"{OUTCOME}.classes.0.categories.0.measurements.0"
EVENTS = "resultsSection.adverseEventsModule"

DAMAGE = [
    (f"{IDENTITY}.nctId", ..., ImportReason.FIELD_MISSING),
    (f"{IDENTITY}.nctId", "NCT1", ImportReason.FIELD_INVALID),
    (f"{IDENTITY}.nctId", "ISRCTN12345678", ImportReason.FIELD_INVALID),
    (f"{IDENTITY}.briefTitle", " ", ImportReason.FIELD_MISSING),
    (f"{IDENTITY}.briefTitle", 7, ImportReason.FIELD_INVALID),
    ("protocolSection.designModule", [1], ImportReason.FIELD_INVALID),
    ("protocolSection.designModule.enrollmentInfo.count", "many", ImportReason.FIELD_INVALID),
    ("protocolSection.designModule.enrollmentInfo.count", -3, ImportReason.FIELD_INVALID),
    ("protocolSection.designModule.enrollmentInfo.count", 3.5, ImportReason.FIELD_INVALID),
    ("protocolSection.designModule.enrollmentInfo.count", True, ImportReason.FIELD_INVALID),
    ("protocolSection.designModule.enrollmentInfo.count", 10**400, ImportReason.FIELD_INVALID),
    ("protocolSection.armsInterventionsModule.armGroups", {"a": 1}, ImportReason.FIELD_INVALID),
    ("protocolSection", ..., ImportReason.FORMAT_UNKNOWN),
    (f"{MEASUREMENT}.groupId", "OG777", ImportReason.GROUP_UNKNOWN),
    (f"{MEASUREMENT}.value", "thirty", ImportReason.FIELD_INVALID),
    (f"{OUTCOME}.denoms.0.counts.0.groupId", "OG777", ImportReason.GROUP_UNKNOWN),
    (
        "resultsSection.outcomeMeasuresModule.outcomeMeasures.1.analyses.0.groupIds",
        ["X"],
        ImportReason.GROUP_UNKNOWN,
    ),
    (f"{EVENTS}.eventGroups.0.seriousNumAffected", 62, ImportReason.COUNTS_IMPOSSIBLE),
    (f"{EVENTS}.seriousEvents.0.stats.0.numAffected", 62, ImportReason.COUNTS_IMPOSSIBLE),
    (f"{EVENTS}.seriousEvents.0.term", ..., ImportReason.FIELD_MISSING),
]


@pytest.mark.parametrize(("path", "value", "reason"), DAMAGE)
def test_damage_is_named_with_its_place(path: str, value: object, reason: ImportReason) -> None:
    trial = trial_json()
    at(path, value)(trial)
    with pytest.raises(ImportRefused) as refused:
        read_import(as_bytes(trial), name="x.json")
    assert refused.value.reason is reason
    last_name = [step for step in path.split(".") if not step.isdigit()][-1]
    assert refused.value.at == "$" or last_name in refused.value.at
    assert all((refused.value.what, refused.value.why, refused.value.do))


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", ImportReason.NOTHING_INSIDE),
        (b"  \n", ImportReason.NOTHING_INSIDE),
        (b"{", ImportReason.FILE_DAMAGED),
        (b"[" * 100_000, ImportReason.FILE_DAMAGED),
        (b'{"protocolSection": NaN}', ImportReason.FIELD_INVALID),
        (b"[" + b"9" * 5000 + b"]", ImportReason.FILE_DAMAGED),
        (b"[]", ImportReason.NOTHING_INSIDE),
        (b'{"studies": []}', ImportReason.NOTHING_INSIDE),
        (b"[1]", ImportReason.FORMAT_UNKNOWN),
        (b'{"FullStudiesResponse": {}}', ImportReason.FORMAT_UNKNOWN),
        (b"\xff\xfe{\x00", ImportReason.NOT_TEXT),
        (b'{"a":"\x00"}', ImportReason.NOT_TEXT),
    ],
)
def test_files_that_are_none_are_refused(data: bytes, reason: ImportReason) -> None:
    with pytest.raises(ImportRefused) as refused:
        read_import(data, name="x.json")
    assert refused.value.reason is reason


WHOLE = TRIAL.read_bytes()


@settings(max_examples=150, deadline=None)
@given(end=st.integers(0, len(WHOLE) - 3))
def test_a_file_cut_short_is_always_refused(end: int) -> None:
    with pytest.raises(ImportRefused):
        read_import(WHOLE[:end], name="cut.json")


JSON = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=4), inner, max_size=2),
    max_leaves=4,
)


def _places(node: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    return [path, *(place for key, value in inner for place in _places(value, (*path, key)))]


PLACES = _places(trial_json())


@settings(max_examples=300, deadline=None)
@given(place=st.sampled_from(PLACES[1:]), value=JSON)
def test_whatever_stands_at_any_place_it_is_read_or_refused(place: tuple[Any, ...], value: object) -> None:
    """No other exception leaves the reader, whatever value replaces any value of the file."""
    trial = copy.deepcopy(trial_json())
    node: Any = trial
    for step in place[:-1]:
        node = node[step]
    node[place[-1]] = value
    try:
        assert read_import(as_bytes(trial), name="x.json").drafts
    except ImportRefused as refused:
        assert refused.what
