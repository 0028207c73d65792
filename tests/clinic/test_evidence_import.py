"""Claim: ``spondyl evidence import`` writes drafts that nobody is shown, and says what it refused, in every form."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from spondyl.clinic.cli import app
from spondyl.evidence.library import Study, UnverifiedValueError, read_record

FILES = Path(__file__).parents[1] / "evidence" / "living" / "files"
TRIAL = str(FILES / "NCT99000001.json")


def run(*words: str) -> tuple[int, str, str]:
    done = CliRunner().invoke(app, ["evidence", "import", *words])
    return done.exit_code, done.stdout, done.stderr


def test_drafts_and_the_full_registration(tmp_path: Path) -> None:
    code, out, _ = run(TRIAL, str(FILES / "references.ris"), "--out", str(tmp_path), "--on", "2026-11-25")
    assert code == 0
    assert "is the same study as" in out
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == [
        "nct99000001.source.json",
        "nct99000001.toml",
        "solo-2019-walking-and-stretching-a-cohort.toml",
    ]
    record = read_record(Study, "nct99000001", (tmp_path / "nct99000001.toml").read_text())
    with pytest.raises(UnverifiedValueError):
        _ = record.adverse_events[0].quote


@pytest.mark.parametrize("words", [(), ("--json",)])
def test_a_draft_that_somebody_corrected_is_left_and_named(tmp_path: Path, words: tuple[str, ...]) -> None:
    folder = ("--out", str(tmp_path), *words, "--on")
    assert run(TRIAL, *folder, "2026-11-25")[0] == 0
    draft, source = tmp_path / "nct99000001.toml", tmp_path / "nct99000001.source.json"
    first = draft.read_text()
    assert run(TRIAL, *folder, "2026-11-25")[0] == 0  # what reads alike is no reason to leave anything out
    corrected = first + "# compared with the registration\n"
    draft.write_text(corrected)
    source.write_text("")
    code, out, _ = run(TRIAL, str(FILES / "references.ris"), *folder, "2026-11-25")
    assert code == 0
    assert draft.read_text() == corrected and source.read_text() == ""
    left_out = json.loads(out)["left_out"] if words else out.split("left out   ")[1:]
    assert any(one.startswith(f"{draft}: it is there already and reads otherwise") for one in left_out)
    assert "draft      nct99000001" not in out and "solo-2019" in out


def test_a_draft_that_nobody_touched_is_imported_anew_on_another_day_from_another_file(
    tmp_path: Path,
) -> None:
    """Every one was left out, "somebody may have corrected it", for its day alone."""
    out, again = tmp_path / "drafts", tmp_path / "search of december.json"
    again.write_bytes(Path(TRIAL).read_bytes())
    assert run(TRIAL, "--out", str(out), "--on", "2026-11-25")[0] == 0
    _, said, _ = run(str(again), "--out", str(out), "--on", "2026-12-25")
    assert "left out" not in said and "1 drafts" in said
    draft = (out / "nct99000001.toml").read_text()
    assert "2026-11-25" not in draft and f"from {again.name}" in draft


def test_a_damaged_file_is_refused_and_the_others_are_taken(tmp_path: Path) -> None:
    bad = tmp_path / "bad.json"
    bad.write_text('{"studies": [')
    code, out, _ = run(TRIAL, str(bad), "--out", str(tmp_path / "drafts"), "--json")
    told = json.loads(out)
    assert code == 3
    assert [one["id"] for one in told["drafts"]] == ["nct99000001"]
    assert list(told["refused"]) == [str(bad)]
    assert "Download the file again" in told["refused"][str(bad)]


def test_nothing_but_damage(tmp_path: Path) -> None:
    code, _, err = run(str(tmp_path / "missing.ris"), "--out", str(tmp_path / "drafts"))
    assert code == 4
    assert "No such file" in err


def test_a_shipped_trial_is_an_update(tmp_path: Path) -> None:
    trial = json.loads(Path(TRIAL).read_text())
    trial["protocolSection"]["identificationModule"]["nctId"] = "NCT03737461"
    source = tmp_path / "respine.json"
    source.write_text(json.dumps(trial))
    code, out, _ = run(str(source), "--out", str(tmp_path / "drafts"), "--json")
    assert code == 0
    assert [one["updates"] for one in json.loads(out)["drafts"]] == ["respine-2024"]
    assert "respine-2024.toml; change that record" in (tmp_path / "drafts" / "nct03737461.toml").read_text()


@pytest.mark.parametrize("day", ["yesterday", "2026-02-31", "2026-1-1"])
def test_a_day_that_is_none(tmp_path: Path, day: str) -> None:
    code, _, err = run(TRIAL, "--out", str(tmp_path), "--on", day)
    assert code == 2
    assert day in err
