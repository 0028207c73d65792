"""Claim: a snapshot holds every number that any answer shows; equal input gives equal bytes; a diff names the cause."""

import json
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence.living.libraries import changed, with_trial
from spondyl.evidence.answer import answer
from spondyl.evidence.library import library_from, shipped_library, shipped_texts
from spondyl.evidence.living import Snapshot, SnapshotInvalidError, difference, read_snapshot, take_snapshot
from spondyl.evidence.living.repool import pooled_numbers


@pytest.fixture(scope="module")
def now() -> Snapshot:
    return take_snapshot(shipped_library())


def test_every_record_and_every_shown_number_is_in_it(now: Snapshot) -> None:
    library = shipped_library()
    assert len(now.records) == len(list(library.records))
    shown = {one["text"] for one in now.displayed.values()}
    for option in library.options:
        found = answer(library, option.id)
        for piece in (*found.paragraph.pieces, *(pair.groups[0].better for pair in found.icons)):
            if not isinstance(piece, str) and any(letter.isdigit() for letter in piece.text):
                assert piece.text in shown


def test_equal_input_gives_equal_bytes_in_another_process_and_another_order(now: Snapshot) -> None:
    code = (
        "from spondyl.evidence.library import library_from, shipped_texts\n"
        "from spondyl.evidence.living import take_snapshot\n"
        "texts = {kind: dict(reversed(sorted(found.items()))) for kind, found in reversed(shipped_texts().items())}\n"
        "print(take_snapshot(library_from(texts)).to_text(), end='')"
    )
    for seed in ("1", "2"):
        done = subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            check=True,
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": ":".join(sys.path), "PYTHONUTF8": "1"},
        )
        assert done.stdout == now.to_text()


def test_it_reads_back(now: Snapshot) -> None:
    assert read_snapshot(now.to_text()).to_text() == now.to_text()


def test_nothing_changed(now: Snapshot) -> None:
    assert difference(now, take_snapshot(library_from(shipped_texts()))).is_empty


def test_one_changed_number_is_listed_with_its_record(now: Snapshot) -> None:
    """+4.5 (−12.0, 21.0): evidence.md section 1. 44 of 58 less 39 of 56 is +6.2 by hand: 75.86 − 69.64."""
    found = difference(now, take_snapshot(changed("events = 43", "events = 44")))
    assert found.records == {"Study/respine-2024": "changed"}
    by_name = {one.name: one for one in found.displayed}
    of_the_paragraph = by_name[
        "stem-cells: paragraph.pieces: respine-2024/results/responders-12mo-counts/groups/1"
    ]
    assert of_the_paragraph.before is not None
    assert of_the_paragraph.after is not None
    assert of_the_paragraph.before.startswith("+4.5 of 100 people (−12.0 to +21.0)")
    assert of_the_paragraph.after.startswith("+6.2 of 100 people")
    assert all(one.because == ("Study/respine-2024",) for one in (*found.displayed, *found.conclusions))
    assert [one.option for one in found.conclusions] == ["stem-cells"]


def test_a_draft_changes_no_number_until_it_is_verified(now: Snapshot) -> None:
    draft = difference(now, take_snapshot(with_trial(verified=False)))
    assert draft.pooled == ()
    assert draft.conclusions == ()
    assert {one.name.rpartition(": ")[2] for one in draft.displayed} <= {"stem-cells"}, (
        "only the count of hidden values"
    )
    verified = difference(now, take_snapshot(with_trial(verified=True)))
    assert verified.records == {"Study/nct99000001": "added"}
    (pooled,) = verified.pooled
    assert pooled.because == ("Study/nct99000001",)
    assert pooled.after is not None
    assert pooled.after.endswith("2 trials")


def test_pooled_numbers_of_one_trial_are_that_trial() -> None:
    """43/58 − 39/56 with its Wald interval: evidence.md section 1, RD +4.5 pp (−12.0, 21.0)."""
    (pooled,) = [one for one in pooled_numbers(shipped_library()) if one.option == "stem-cells"]
    interval = pooled.estimate.interval
    assert (100 * pooled.estimate.effect, 100 * interval.low, 100 * interval.high) == pytest.approx(
        (4.5, -12.0, 21.0), abs=0.05
    )


WORST = """
[[results]]
id = "worst"
outcome = "people with less pain or better function"
label = "everybody lost counted as not better"
timing = "12 months"
months = 12
versus = "sham injection"
counts_missing_as_failures = true
[[results.groups]]
name = "cells"
role = "active"
option = "stem-cells"
n = 58
events = 5
[[results.groups]]
name = "sham injection"
role = "sham"
n = 56
events = 30

[[results]]
id = "responders-12mo"
"""


def test_a_worst_case_that_stands_first_is_not_pooled_for_the_trial() -> None:
    """Still 43/58 − 39/56 = 0.04495: the people followed up, as in every other trial."""
    library = changed('[[results]]\nid = "responders-12mo"\n', WORST)
    (pooled,) = [one for one in pooled_numbers(library) if one.option == "stem-cells"]
    assert pooled.estimate.effect == pytest.approx(43 / 58 - 39 / 56)


def test_the_software_is_named_when_no_record_changed(now: Snapshot) -> None:
    name = next(iter(now.displayed))
    other = Snapshot(
        software="0.0.0",
        records=now.records,
        pooled=now.pooled,
        displayed={**now.displayed, name: {**now.displayed[name], "text": "9"}},
        conclusions=now.conclusions,
    )
    found = difference(other, now)
    assert found.software_changed
    assert [one.because for one in found.displayed] == [("the software",)]


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"format": "x"}', "[" * 100_000])
def test_what_is_no_snapshot(text: str) -> None:
    with pytest.raises(SnapshotInvalidError):
        read_snapshot(text)


def test_a_snapshot_changed_by_hand_is_refused(now: Snapshot) -> None:
    table = json.loads(now.to_text())
    name = next(iter(table["displayed"]))
    table["displayed"][name]["text"] = "100"
    with pytest.raises(SnapshotInvalidError, match="changed after it was written"):
        read_snapshot(json.dumps(table))


NUMBERS = st.dictionaries(
    st.sampled_from("abcd"),
    st.fixed_dictionaries(
        {"text": st.sampled_from("123"), "records": st.lists(st.sampled_from("xyz"), max_size=2)}
    ),
)
RECORDS = st.dictionaries(st.sampled_from(["Study/x", "Harm/x", "Study/y", "Study/z"]), st.integers(0, 2))


@settings(max_examples=200)
@given(old=NUMBERS, new=NUMBERS, old_records=RECORDS, new_records=RECORDS)
def test_no_change_is_missed_and_none_invented(
    old: dict[str, object], new: dict[str, object], old_records: dict[str, int], new_records: dict[str, int]
) -> None:
    def snapshot(displayed: dict[str, object], records: dict[str, int]) -> Snapshot:
        return Snapshot(software="1", records=records, pooled={}, displayed=displayed, conclusions={})

    found = difference(snapshot(old, old_records), snapshot(new, new_records))

    def text(table: dict[str, object], name: str) -> str | None:
        return table[name]["text"] if name in table else None  # type: ignore[index]

    changed_names = {name for name in {*old, *new} if text(old, name) != text(new, name)}
    assert {one.name for one in found.displayed} == changed_names
    assert all(one.because for one in found.displayed)
    assert all(old_records.get(key) != new_records.get(key) for key in found.records)
