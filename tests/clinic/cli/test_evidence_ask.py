"""Claims: ask and compare answer in the terminal and as JSON, and an unknown option ends with what there is."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from spondyl.clinic.cli import app

run = CliRunner().invoke


def test_it_answers_stem_cells_in_words() -> None:
    result = run(app, ["evidence", "ask", "stem-cells"])
    assert result.exit_code == 0
    words = " ".join(result.stdout.split())
    for said in (
        "Not shown to work better than sham injection.",
        "74 of a hundred better with cells injected into the disc",
        "69 of a hundred better with sham injection",
        "ONLY IN THE WORST CASE",
        "NOT REPRODUCED",
        "Not signed",
        "NCT06325566",
        "Sources, and who verified them",
    ):
        assert said in words, said
    assert "●" in result.stdout and "■" in result.stdout


def test_json_and_files(tmp_path: Path) -> None:
    result = run(app, ["evidence", "ask", "prp", "--json", "--out", str(tmp_path)])
    assert result.exit_code == 0
    assert json.loads(result.stdout)["option"] == "prp"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["prp.html", "prp.json", "prp.pdf"]


def test_the_list_names_twelve_options() -> None:
    result = run(app, ["evidence", "ask", "--list"])
    assert len(result.stdout.splitlines()) == 12
    assert result.stdout.count("this clinic offers it") == 2


def test_an_unknown_option_says_which_there_are() -> None:
    result = run(app, ["evidence", "ask", "magnets"])
    assert result.exit_code == 2
    assert "stem-cells" in result.stderr


@pytest.mark.parametrize("json_output", [True, False])
def test_compare_shows_all_options(*, json_output: bool) -> None:
    result = run(app, ["evidence", "compare", *(["--json"] if json_output else [])])
    assert result.exit_code == 0
    if json_output:
        assert len(json.loads(result.stdout)["options"]) == 12
    else:
        assert "Surgery (fusion)" in result.stdout
