"""Claim: ``spondyl evidence pool`` prints one JSON object or a readable page, and says why when it cannot."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from evidence import bcg
from spondyl.clinic.cli import app


@pytest.fixture
def trials(tmp_path: Path) -> Path:
    file = tmp_path / "bcg.csv"
    file.write_text(bcg.CSV)
    return file


def run(*words: object) -> Result:
    return CliRunner().invoke(app, ["evidence", "pool", *map(str, words)], env={"COLUMNS": "120"})


def test_json_is_one_object_with_metafors_names(trials: Path) -> None:
    done = run(trials, "--measure", "RR", "--model", "re", "--tau2", "REML", "--test", "z", "--json")
    assert done.exit_code == 0
    found = json.loads(done.stdout)
    wanted = {
        "estimate",
        "se",
        "ci_lb",
        "ci_ub",
        "pi_lb",
        "pi_ub",
        "tau2",
        "I2",
        "Q",
        "k",
        "H2",
        "Q_p",
        "zval",
    }
    assert found.keys() >= wanted
    assert f"{found['estimate']:.6f} {found['k']}" == "-0.714532 13"
    assert found["shown"]["scale"] == "risk ratio"


def test_every_combination_gives_an_estimate(trials: Path) -> None:
    for tau2 in ("DL", "HE", "SJ", "ML", "REML", "EB", "PM", "HS"):
        done = run(trials, "--measure", "OR", "--tau2", tau2, "--test", "knha", "--level", "90", "--json")
        found = json.loads(done.stdout)
        assert (found["tau2_method"], found["test"], found["level"]) == (tau2, "knha", 90.0)
        assert "tval" in found


def test_a_person_sees_the_forest_and_the_numbers(trials: Path) -> None:
    done = run(trials, "--measure", "RR")
    assert done.exit_code == 0
    for said in (
        "TPT Madras 1980",
        "Pooled risk ratio 0.49 (0.34 to 0.70)",
        "A new study",
        "I² 92 %",
        "◆",
        "■",
    ):
        assert said in done.stdout


def test_a_person_sees_what_was_done_and_left_out(tmp_path: Path) -> None:
    file = tmp_path / "few.csv"
    file.write_text("study,ai,n1i,ci,n2i\nzero,0,20,3,20\ngap,1,20,,20\n")
    done = run(file, "--measure", "OR", "--test", "knha")
    assert done.exit_code == 0
    for said in (
        "Note: 1/2 was added to every cell of the studies with a zero cell: zero.",
        "Left out: gap: ci is missing.",
        "Not given: tau²,",
        "the z test was used",
        "1 study",
    ):
        assert said in done.stdout


@pytest.mark.parametrize(
    ("text", "code", "said"),
    [
        ("yi,vi\n1,x\n", "value_invalid", "'x' is not a number"),
        ("a,b\n1,2\n", "column_missing", "lacks columns"),
        ("", "table_empty", "holds no study"),
        ("yi,vi\n1,NaN\n,1\n", "no_usable_study", "vi (or sei) is missing"),
    ],
)
def test_a_bad_table_ends_with_code_4_and_the_reason(tmp_path: Path, text: str, code: str, said: str) -> None:
    file = tmp_path / "bad.csv"
    file.write_text(text)
    done = run(file, "--measure", "GEN", "--json")
    assert done.exit_code == 4
    refusal = json.loads(done.stdout)["refusal"]
    assert refusal["code"] == code
    assert done.stderr.strip().endswith(f"{refusal['what']} {refusal['why']} {refusal['do']}")
    assert said in done.stderr
    assert str(file) in done.stderr


def test_a_common_effect_says_as_metafor_that_tau2_is_zero(trials: Path) -> None:
    """``rma(..., method="EE")$tau2`` is 0, and its ``predict()`` gives no prediction interval."""
    found = json.loads(run(trials, "--measure", "RR", "--model", "ee", "--json").stdout)
    assert (found["tau2"], found["pi_lb"]) == (0.0, None)
    assert "prediction" in found["not_given"]


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    done = run(tmp_path / "none.csv", "--measure", "GEN")
    assert done.exit_code == 4
    assert "cannot be read" in done.stderr


def test_a_file_that_is_not_text(tmp_path: Path) -> None:
    file = tmp_path / "sheet.xlsx"
    file.write_bytes(b"PK\x03\x04\xff\xfe")
    done = run(file, "--measure", "GEN")
    assert done.exit_code == 4
    assert "not UTF-8" in done.stderr


@pytest.mark.parametrize("wrong", [("--measure", "XX"), (), ("--measure", "RR", "--tau2", "reml2")])
def test_a_wrong_command_line_ends_with_code_2(trials: Path, wrong: tuple[str, ...]) -> None:
    assert run(trials, *wrong).exit_code == 2
