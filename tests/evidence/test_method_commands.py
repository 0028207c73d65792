"""Claim: the further commands offer what the engine has, print finite JSON, and refuse with a reason."""

import json
import re
from enum import Enum
from pathlib import Path

import pytest
from typer.testing import CliRunner

from evidence.bcg import CSV
from evidence.senn import CSV as SENN
from spondyl.clinic.cli import app
from spondyl.clinic.cli.evidence_counts_command import CountsMethodChoice
from spondyl.clinic.cli.evidence_network_command import NetworkTau2Choice
from spondyl.clinic.cli.evidence_sequential_command import SpendingChoice
from spondyl.evidence.counts import CountsMethod
from spondyl.evidence.network import NetworkTau2
from spondyl.evidence.sequential import Spending


@pytest.mark.parametrize(
    ("offered", "engine"),
    [(CountsMethodChoice, CountsMethod), (NetworkTau2Choice, NetworkTau2), (SpendingChoice, Spending)],
)
def test_offered_is_what_there_is(offered: type[Enum], engine: type[Enum]) -> None:
    assert {choice.value for choice in offered} == {choice.value for choice in engine}


@pytest.mark.parametrize(
    ("command", "table"),
    [
        ("counts --measure OR", CSV),
        ("counts --measure RR --method mh", CSV),
        ("regress --measure RR --on ablat", CSV),
        ("influence --measure RR", CSV),
        ("influence --measure RR --cumulative", CSV),
        ("lost --measure PR", "study,xi,ni,treated\nMSC,23,43,59\nPRP,23,42,50\n"),
        ("bias --measure OR", CSV),
        ("network --reference placebo --low-is-good", SENN),
        ("sequential --measure RR --detect 0.7", CSV),
    ],
)
def test_a_table_gives_sentences_and_json(tmp_path: Path, command: str, table: str) -> None:
    file = tmp_path / "table.csv"
    file.write_text(table)
    name, *options = command.split()
    for extra in ([], ["--json"]):
        found = CliRunner().invoke(app, ["evidence", name, str(file), *options, *extra])
        assert found.exit_code == 0, found.output
        assert "nan" not in found.stdout.lower().split()
    assert json.loads(found.stdout)


@pytest.mark.parametrize(
    ("command", "table", "told"),
    [
        ("counts --measure OR", "ai,bi,ci,di\n0,4,0,9\n", "No study has both"),
        ("counts --measure PLO", "xi,ni\n0,4\n0,9\n", "exact interval"),
        ("regress --measure GEN --on dose", "yi,vi\n1,1\n2,1\n", "no column 'dose'"),
        ("network --low-is-good", "study,treat1,treat2,yi,vi\na,B,A,1,1\nb,D,C,1,1\n", "No chain of trials"),
        ("pool --measure RR --level 0.95", CSV, "Did you mean 95?"),
        ("counts --measure OR --level 0.95", CSV, "Did you mean 95?"),
        ("regress --measure RR --on ablat --level 0.9", CSV, "Did you mean 90?"),
        ("network --low-is-good --level 0.95", SENN, "Did you mean 95?"),
        ("sequential --measure OR --detect 0", CSV, "Ratios are above 0"),
        ("bias --measure GEN", "yi,vi\n1,1\n2,1\n", "fewer than 3"),
        ("lost --measure PR", "xi,ni\n1,4\n", "no column 'treated'"),
    ],
)
def test_a_table_that_gives_nothing_says_why(tmp_path: Path, command: str, table: str, told: str) -> None:
    file = tmp_path / "table.csv"
    file.write_text(table)
    name, *options = command.split()
    found = CliRunner().invoke(app, ["evidence", name, str(file), *options])
    assert found.exit_code == 4
    assert told in found.stderr


EVENTS = (
    "study,treatment,xi,ni\nA,sham,20,50\nA,cells,30,50\nB,sham,15,40\nB,cells,22,40\n"
    "D,sham,0,40\nD,exercise,0,40\n"
)
MEANS = "study,treatment,m1i,sd1i,n1i\nA,sham,50,{sd},{n}\nA,cells,45,20,30\n"


def network(tmp_path: Path, table: str, *options: str):
    file = tmp_path / "table.csv"
    file.write_text(table)
    return CliRunner().invoke(app, ["evidence", "network", str(file), *options])


def test_a_network_of_events_asks_which_way_is_good_and_says_it(tmp_path: Path) -> None:
    """Cells have more events in both trials: the best where an event is relief, the worst where it is harm."""
    asked = network(tmp_path, EVENTS)
    assert asked.exit_code == 2 and "--high-is-good" in asked.stderr
    scores = {
        way: {one["treatment"]: one["p_score"] for one in json.loads(found.stdout)["ranks"]}
        for way in ("--high-is-good", "--low-is-good")
        for found in [network(tmp_path, EVENTS, way, "--json")]
    }
    assert scores["--high-is-good"]["cells"] > scores["--high-is-good"]["sham"]
    assert scores["--low-is-good"]["cells"] < scores["--low-is-good"]["sham"]
    said = network(tmp_path, EVENTS, "--high-is-good").stdout
    assert "Ranks: high is good." in said and "One half was added to all cells of D" in said
    assert "Ranks: low is good." in network(tmp_path, EVENTS, "--low-is-good").stdout


@pytest.mark.parametrize(("sd", "n"), [("-20", "30"), ("20", "-30"), ("20", "0")])
def test_a_network_of_impossible_means_is_refused(tmp_path: Path, sd: str, n: str) -> None:
    found = network(tmp_path, MEANS.format(sd=sd, n=n))
    assert found.exit_code == 4 and "A: an arm has" in found.stderr


NUMBER = re.compile(r"[−<]?\d+\.\d+")


@pytest.mark.parametrize("columns", [30, 42, 60])
@pytest.mark.parametrize(
    ("command", "table", "names"),
    [
        ("network --reference placebo --low-is-good", SENN, ("rosiglitazone", "acarbose")),
        ("bias --measure OR", CSV, ("Egger", "Peters")),
        ("pool --measure RR", CSV, ("Frimodt-Moller", "Comstock")),
    ],
)
def test_a_narrow_terminal_loses_no_name_and_cuts_no_number(
    tmp_path: Path, columns: int, command: str, table: str, names: tuple[str, ...]
) -> None:
    file = tmp_path / "table.csv"
    file.write_text(table)
    name, *options = command.split()

    def printed(width: int) -> str:
        words = ["evidence", name, str(file), *options]
        return CliRunner().invoke(app, words, env={"COLUMNS": str(width)}).stdout

    wide, narrow = printed(77), printed(columns)
    assert "…" not in narrow
    assert all(name in narrow for name in names)
    assert sorted(NUMBER.findall(narrow)) == sorted(NUMBER.findall(wide))
