"""Claims: a session says what it did and why, delivers nothing above a cap that is zero until set, and replays."""

import random
from pathlib import Path

import pytest
from adjust_program import Said, spondyl

from spondyl.treatment.adjustment import Verdict, replay


def test_every_decision_has_a_reason_and_no_peak_exceeds_its_cap(ran: Said) -> None:
    said = ran.json
    assert ran.code == 0
    assert said["simulated"] is True
    assert said["stopped_because"] in {"changed", "futility", "budget", "drift", "pain"}
    assert said["decisions"]
    assert all(one["reason"].strip() and one["action"] for one in said["decisions"])
    assert {one["purpose"] for one in said["delivered"]} == {"probe", "calibrate", "treat"}
    for pulse in said["delivered"]:
        assert 0.0 < pulse["peak_n"] <= pulse["cap_n"] == 70.0
        assert pulse["impulse_ns"] > 0.0
        assert pulse["simulated"] is True


def test_prediction_meets_what_was_delivered(ran: Said) -> None:
    treated = [one for one in ran.json["delivered"] if one["purpose"] == "treat"]
    for pulse in treated:
        above_n = pulse["peak_n"] - pulse["preload_n"]
        assert above_n == pytest.approx(pulse["predicted_n"], rel=0.03)


def test_nothing_is_delivered_without_a_maximum_and_the_answer_says_so(tmp_path: Path) -> None:
    said = spondyl("adjust", "run", "--simulated", "--seed", "1", "--record", tmp_path / "r.tar", "--json")
    assert said.code == 0
    assert said.json["delivered"] == []
    assert said.json["stopped_because"] == "no_maximum"
    assert {one["cap_n"] for one in said.json["decisions"]} == {0.0}
    assert all("maximum" in one["reason"] for one in said.json["decisions"])
    assert spondyl("adjust", "replay", tmp_path / "r.tar").code == 0


def test_replay_is_identical(ran: Said) -> None:
    said = spondyl("adjust", "replay", ran.json["record"])
    assert said.code == 0, said.err
    assert ran.json["record_sha256"] in said.out


def test_any_changed_byte_is_found(ran: Said) -> None:
    data = Path(ran.json["record"]).read_bytes()
    chosen = random.Random(5)
    # Every kind of place: the first and the last byte, and bytes all over the file; each changed by one bit.
    places = [0, 511, len(data) - 1, *(chosen.randrange(len(data)) for _ in range(60))]
    for place in places:
        changed = bytearray(data)
        changed[place] ^= 1 << chosen.randrange(8)
        again = replay(bytes(changed))
        assert again.verdict is Verdict.DIFFERENT, place
        assert "byte" in again.text.lower()


@pytest.mark.parametrize("harm", ["append", "cut", "cut one step", "drop a member"])
def test_a_longer_or_shorter_record_is_not_identical(ran: Said, harm: str) -> None:
    data = Path(ran.json["record"]).read_bytes()
    harmed = {
        "append": data + b"\0",
        "cut": data[:-1],
        "cut one step": data[: data.rindex(b"000020-asked.json")],
        "drop a member": data[:1024] + data[2048:],
    }[harm]
    assert replay(harmed).verdict is not Verdict.IDENTICAL


def test_a_changed_record_ends_with_its_own_code_and_says_where(ran: Said, tmp_path: Path) -> None:
    data = bytearray(Path(ran.json["record"]).read_bytes())
    data[len(data) // 2] ^= 1
    (tmp_path / "changed.tar").write_bytes(data)
    said = spondyl("adjust", "replay", tmp_path / "changed.tar")
    assert said.code == 13
    assert "byte" in said.err.lower()


def test_a_record_is_never_written_over(ran: Said) -> None:
    before = Path(ran.json["record"]).read_bytes()
    said = spondyl("adjust", "run", "--simulated", "--record", ran.json["record"], "--json")
    assert said.code == 6
    assert Path(ran.json["record"]).read_bytes() == before
