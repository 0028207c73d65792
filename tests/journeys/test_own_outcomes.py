"""Journey: a clinic exports its visits and sees what became of its patients, those who left included."""

import json
from pathlib import Path

from journeys.conftest import Spondyl


def test_from_visits_to_a_page(spondyl: Spondyl, tmp_path: Path) -> None:
    assert spondyl("evidence", "outcomes-example", "visits.csv", "--patients", "40").returncode == 0
    shown = spondyl("evidence", "outcomes", "visits.csv", "--out", "results")
    assert shown.returncode == 0, shown.stderr
    assert "no control group" in shown.stdout
    assert "worst case" in shown.stdout
    done = spondyl("evidence", "outcomes", "visits.csv", "--json")
    assert json.loads(done.stdout) == json.loads((tmp_path / "results" / "outcomes.json").read_text())
    assert (tmp_path / "results" / "outcomes.html").stat().st_size > 10_000


def test_codes(spondyl: Spondyl, tmp_path: Path) -> None:
    visits = tmp_path / "visits.csv"
    visits.write_text("patient_id,date,instrument,score\nA,2026-01-01,rmdq,5\n")
    assert spondyl("evidence", "outcomes", visits).returncode == 5
    assert spondyl("evidence", "outcomes", visits, "--windows", "x").returncode == 2
    visits.write_text("patient_id,date,instrument,score\nA,2026-01-01,rmdq,50\n")
    refused = spondyl("evidence", "outcomes", visits)
    assert (refused.returncode, refused.stdout) == (4, "")
    assert "line 2" in refused.stderr
    assert spondyl("evidence", "outcomes", tmp_path / "missing.csv").returncode == 4
    visits.write_text("patient_id,date,instrument,score\nA,2026-01-01,rmdq,9\nA,2926-02-12,rmdq,5\n")
    future = spondyl("evidence", "outcomes", visits)
    assert (future.returncode, "line 3: 2926-02-12 lies in the future" in future.stderr) == (4, True)
