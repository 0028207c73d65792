"""Claim: ``spondyl evidence aid`` writes every page that the records allow and says what it measured."""

import json
from pathlib import Path

from typer.testing import CliRunner

from spondyl.clinic.cli import app
from spondyl.evidence.library import shipped_library


def run(*words: object, code: int = 0) -> str:
    done = CliRunner().invoke(app, ["evidence", "aid", *map(str, words)])
    assert done.exit_code == code, done.output
    return done.output


def test_every_option_in_spanish(tmp_path: Path) -> None:
    told = json.loads(run("all", "--lang", "es", "--out", tmp_path, "--json"))
    names = [option.id for option in shipped_library().options]
    assert [one["option"] for one in told["written"]] == names
    assert told["refused"] == {}
    assert all(set(one["ipdas"].values()) == {"met"} for one in told["written"])
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(
        f"{name}.es.{kind}" for name in names for kind in ("detail.txt", "html", "pdf", "txt")
    )


def test_it_says_grade_and_criteria(tmp_path: Path) -> None:
    told = run("stem-cells", "--out", tmp_path)
    assert "qualifying 6 of 6, certifying 6 of 6" in told
    assert "Flesch-Kincaid grade" in told


def test_no_such_option_names_those_there_are(tmp_path: Path) -> None:
    assert "stem-cells" in run("crystals", "--out", tmp_path, code=2)
