"""Claim: the further commands offer what the engine has, print finite JSON, and refuse with a reason."""

import json
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
        ("network --reference placebo", SENN),
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
        ("pool --measure RR --level 0.95", CSV, "Did you mean 95?"),
        ("counts --measure OR --level 0.95", CSV, "Did you mean 95?"),
        ("regress --measure RR --on ablat --level 0.9", CSV, "Did you mean 90?"),
        ("network --level 0.95", SENN, "Did you mean 95?"),
        ("network", "study,treat1,treat2,yi,vi\na,B,A,1,1\nb,D,C,1,1\n", "No chain of trials"),
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
