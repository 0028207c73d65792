"""Claim: from the command line: snapshot, change a record, diff, the signed words stay, sign anew."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from spondyl.clinic.cli import app
from spondyl.evidence.library import shipped_texts


def run(*words: object, code: int = 0) -> str:
    done = CliRunner().invoke(app, ["evidence", *map(str, words)])
    assert done.exit_code == code, done.output
    return done.output


@pytest.fixture
def own(tmp_path: Path) -> Path:
    record = shipped_texts()["studies"]["respine-2024"].replace("events = 43", "events = 53")
    (tmp_path / "own" / "studies").mkdir(parents=True)
    (tmp_path / "own" / "studies" / "respine-2024.toml").write_text(record)
    return tmp_path / "own"


def test_the_whole_way(tmp_path: Path, own: Path) -> None:
    signed = tmp_path / "signed.json"
    run("snapshot", "--out", tmp_path / "old.json")
    run("snapshot", "--out", tmp_path / "again.json")
    assert (tmp_path / "old.json").read_bytes() == (tmp_path / "again.json").read_bytes()
    assert run("diff", tmp_path / "old.json", tmp_path / "again.json") == "Nothing changed.\n"

    digest = json.loads(run("review", "--json"))["stem-cells"]["digest"]
    sign = ("sign", "stem-cells", "--signatures", signed, "--by", "A. Reader", "--role", "physician")
    run(*sign, "--digest", digest[:12], "--on", "2026-11-25")

    run("snapshot", "--records", own, "--out", tmp_path / "new.json")
    told = run("diff", tmp_path / "old.json", tmp_path / "new.json")
    assert "+4.5 of 100 people (−12.0 to +21.0) -> +21.7 of 100 people" in told
    assert "because of Study/respine-2024" in told

    waiting = json.loads(run("review", "--signatures", signed, "--records", own, "--json"))["stem-cells"]
    assert waiting["state"] == "new data awaiting review"
    assert "could be chance alone" in waiting["shown"]
    told = " ".join(run("ask", "stem-cells", "--signatures", signed, "--records", own).split())
    assert told.index("could be chance alone") < told.index("nobody has signed this yet")
    assert "more than chance explains" in told.split("nobody has signed this yet")[1]
    laid = json.loads(run("compare", "--signatures", signed, "--records", own, "--json"))["options"]
    kept = next(line["conclusion"] for line in laid if line["id"] == "stem-cells")
    assert (kept["reading"], kept["state"]) == ("not shown", "new data awaiting review")
    run(*sign, "--records", own, "--digest", digest[:12], code=2)
    run(*sign, "--records", own, "--digest", waiting["digest"][:12], "--on", "2026-11-26")
    after = json.loads(run("review", "--signatures", signed, "--records", own, "--json"))["stem-cells"]
    assert (after["state"], after["shown"]) == ("signed", waiting["proposed"])


def test_a_signature_dated_before_the_one_in_force_is_refused(tmp_path: Path, own: Path) -> None:
    """With a slip of the pen, 2062 for 2026, every later signature was taken and shown nowhere."""
    signed = tmp_path / "signed.json"
    sign = ("sign", "stem-cells", "--signatures", signed, "--by", "A. Reader", "--role", "physician")
    digest = json.loads(run("review", "--json"))["stem-cells"]["digest"]
    run(*sign, "--digest", digest[:12], "--on", "2062-11-25")
    now = json.loads(run("review", "--records", own, "--json"))["stem-cells"]["digest"]
    kept = signed.read_bytes()
    told = run(*sign, "--records", own, "--digest", now[:12], "--on", "2026-11-26", code=2)
    assert "signed on 2062-11-25" in told and "take its entry out" in told
    assert signed.read_bytes() == kept


def test_wrong_input_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text("{}")
    assert "Take it again" in run("diff", tmp_path / "x.json", tmp_path / "x.json", code=2)
    assert "Check the path" in run("diff", tmp_path / "none", tmp_path / "none", code=2)
    assert "no records" in run("snapshot", "--records", tmp_path, "--out", tmp_path / "y", code=2)
    assert "no option 'cells'" in run("sign", "cells", "--signatures", tmp_path / "s", code=2)
    digest = json.loads(run("review", "--json"))["exercise"]["digest"]
    assert "role" in run(
        "sign", "exercise", "--signatures", tmp_path / "s", "--by", "A", "--digest", digest, code=2
    )
    assert not (tmp_path / "s").exists()
