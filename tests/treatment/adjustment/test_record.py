"""Claims: a record reads back as it was written, with the tools of every computer, and replays on every cut of it."""

import io
import tarfile

import pyarrow.parquet as pq
import pytest
from patients import Patient, plan, remember_readings

from spondyl.treatment.adjustment import (
    RULES,
    Fired,
    Head,
    Outcome,
    RecordError,
    RecordWriter,
    Verdict,
    read_record,
    replay,
    session,
    to_json,
)
from spondyl.treatment.adjustment.tar_chain import members


def written(patient: Patient) -> tuple[bytes, list[int], Outcome]:
    """A record, where each of its events ends, and the outcome."""
    of = plan(courses=1)
    patient.limits = of.limits
    writer, run = RecordWriter(), session(of)
    data = writer.begin(Head(plan=of, started_at="2026-01-01T00:00:00+00:00", source="a test"))
    ends, command = [len(data)], next(run)
    while True:
        data += writer.asked(command)
        ends.append(len(data))
        reading = patient.answer(command)
        data += writer.answered(reading)
        ends.append(len(data))
        try:
            command = run.send(reading)
        except StopIteration as end:
            return data + writer.end(end.value), ends, end.value


@pytest.fixture(scope="module")
def record() -> tuple[bytes, list[int], Outcome]:
    return written(Patient())


@pytest.fixture(autouse=True)
def _readings(monkeypatch: pytest.MonkeyPatch) -> None:
    remember_readings(monkeypatch)


def test_reads_back_as_written(
    record: tuple[bytes, list[int], Outcome], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()
    data, _, outcome = record
    found = read_record(data)
    assert found.head.plan == plan(courses=1)
    assert found.outcome == outcome
    assert len(found.waveforms) == len(outcome.delivered)
    assert found.steps[0].command == {"command": "Open"}
    assert replay(data).verdict is Verdict.IDENTICAL


def test_any_tar_and_parquet_reader_opens_it(record: tuple[bytes, list[int], Outcome]) -> None:
    data, _, outcome = record
    with tarfile.open(fileobj=io.BytesIO(data)) as tar:
        waves = [one for one in tar.getnames() if one.endswith(".parquet")]
        assert len(waves) == len(outcome.delivered)
        member = tar.extractfile(waves[0])
        assert member is not None
        table = pq.read_table(io.BytesIO(member.read()))
    assert table.column_names == ["time_us", "force_n", "acceleration_m_s2"]
    assert table["time_us"].to_pylist()[:3] == [0, 100, 200]
    first = next(s.reading for s in read_record(data).steps if isinstance(s.reading, Fired))
    assert table["force_n"].to_pylist() == first.waveform.force_n.tolist()


def test_cut_after_any_event_it_is_intact_and_unfinished(record: tuple[bytes, list[int], Outcome]) -> None:
    data, ends, _ = record
    chosen = [*ends[:6], *ends[6::25], ends[-1]]
    for end in chosen:
        assert read_record(data[:end]).outcome is None
        assert replay(data[:end]).verdict is Verdict.UNFINISHED, end
    for missing in (1, 512, 1023, 1024, 1025, 1600):
        assert read_record(data[:-missing]).outcome is None
        assert replay(data[:-missing]).verdict is Verdict.UNFINISHED, missing
    # A member torn in the middle of a write is as good as never begun.
    assert replay(data[: ends[4] + 700]).verdict is Verdict.UNFINISHED


def test_what_is_no_record_is_refused() -> None:
    for data in (b"", b"hello", bytes(1024), b"x" * 5_000):
        assert replay(data).verdict is Verdict.DIFFERENT
        with pytest.raises(RecordError):
            read_record(data)


@pytest.mark.parametrize("plan_of_it", [None, [], "L3", {"pain": None}, {"limits": []}])
def test_a_record_whose_plan_is_no_plan_is_refused(plan_of_it: object) -> None:
    data = RecordWriter()._chain.json(
        "000000-plan.json",
        {"plan": plan_of_it, "started_at": "", "source": "", "version": "", "rules": RULES},
    )
    with pytest.raises(RecordError, match="cannot be read"):
        read_record(data)
    assert replay(data).verdict is Verdict.DIFFERENT


def test_an_answer_that_names_no_reading_is_refused(record: tuple[bytes, list[int], Outcome]) -> None:
    writer = RecordWriter()
    data = writer.begin(read_record(record[0]).head)
    data += writer._chain.json("000001-asked.json", {"command": "Open"})
    data += writer._chain.json("000001-answered.json", {"reading": []})
    with pytest.raises(RecordError, match="is no reading"):
        read_record(data)


@pytest.mark.parametrize("size", [-512, -1024])
def test_a_member_of_negative_size_is_refused(record: tuple[bytes, list[int], Outcome], size: int) -> None:
    """The reader went over it for ever, or backwards."""
    header = tarfile.TarInfo("000001-asked.json")
    header.size = size
    block = header.tobuf(format=tarfile.GNU_FORMAT)[: tarfile.BLOCKSIZE]
    data, ends, _ = record
    found = members(data[: ends[0]] + block + data[ends[0] :])
    with pytest.raises(RecordError, match=f"its size is {size} bytes"):
        for _ in range(10):
            next(found)


def test_a_decision_changed_with_all_hashes_made_anew_is_found(
    record: tuple[bytes, list[int], Outcome],
) -> None:
    """Somebody who knows the format writes the chain again after making a reason prettier; the session disagrees."""
    data, _, _ = record
    found = read_record(data)
    of, writer = found.head, RecordWriter()
    forged, run = writer.begin(of), session(of.plan)
    command = next(run)
    for step in found.steps:
        value = to_json(command)
        if "decision" in value:
            value["decision"]["reason"] = "All is well."
        name = f"{writer._count + 1:06d}-asked.json"
        writer._count += 1
        forged += writer._chain.json(name, {"command": type(command).__name__, **value})
        assert step.reading is not None
        forged += writer.answered(step.reading, step.parquet or None)
        try:
            command = run.send(step.reading)
        except StopIteration as end:
            forged += writer.end(end.value)
            break
    read_record(forged)  # the chain holds
    again = replay(forged)
    assert again.verdict is Verdict.DIFFERENT
    assert "differs from what the session gives" in again.text


@pytest.mark.parametrize("rules", [1, RULES + 1])
def test_a_record_by_other_rules_is_not_taken_for_a_forged_one(
    record: tuple[bytes, list[int], Outcome], rules: int
) -> None:
    """Version 1 did not write its number; its records must still open."""
    found = read_record(record[0])
    value = {key: one for key, one in to_json(found.head).items() if key != "rules"}
    if rules != 1:
        value["rules"] = rules
    writer = RecordWriter()
    data = writer._chain.json("000000-plan.json", value)
    for step in found.steps[:3]:
        name = f"{writer._count + 1:06d}-asked.json"
        writer._count += 1
        data += writer._chain.json(name, step.command)
        assert step.reading is not None
        data += writer.answered(step.reading, step.parquet or None)
    again = replay(data)
    assert again.verdict is Verdict.OTHER_RULES
    assert f"rules {rules} " in again.text and f"rules {RULES}." in again.text
    assert again.record is not None and len(again.record.steps) == 3
    harmed = bytearray(data)
    harmed[len(data) // 2] ^= 1
    assert replay(bytes(harmed)).verdict is Verdict.DIFFERENT


def test_readings_keep_every_digit(record: tuple[bytes, list[int], Outcome]) -> None:
    data, _, _ = record
    twice = read_record(data)
    fired = [step.reading for step in twice.steps if isinstance(step.reading, Fired)]
    patient = Patient()
    data_again, _, _ = written(patient)
    assert data_again == data
    assert fired[0].charged_ns > 0.0


def test_what_no_trace_has_is_kept_and_a_record_without_any_says_nothing() -> None:
    patient, of = Patient(), plan(courses=1)
    patient.limits = of.limits
    writer, run = RecordWriter(), session(of)
    data = writer.begin(Head(plan=of, started_at="2026-01-01T00:00:00+00:00", source="a test"))
    command, missing_ms = next(run), [0, 0, 17]
    while True:
        data += writer.asked(command)
        reading = patient.answer(command)
        # After a pulse and after something else.
        data += writer.answered(reading, missing_ms=missing_ms.pop() if missing_ms else 5)
        try:
            command = run.send(reading)
        except StopIteration as end:
            data += writer.end(end.value)
            break
    read = read_record(data)
    assert [step.missing_ms for step in read.steps[:4]] == [17, 0, 0, 5]
    assert any(isinstance(step.reading, Fired) for step in read.steps[4:])
    assert read.missing_ms == 17 + 5 * (len(read.steps) - 3)
    assert replay(data).verdict is Verdict.IDENTICAL
    assert data.count(b"missing_ms") == len(read.steps) - 2
