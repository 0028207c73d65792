"""Journey: a form is printed, filled in and given back; the exit code says what follows."""

import json
from pathlib import Path

from journeys.conftest import Spondyl


def test_an_empty_form_becomes_a_score(spondyl: Spondyl, tmp_path: Path) -> None:
    form = json.loads(spondyl("score", "--form", "rmdq").stdout)
    unfilled, filled = tmp_path / "unfilled.json", tmp_path / "filled.json"
    unfilled.write_text(json.dumps(form))
    filled.write_text(json.dumps({**form, "patient_id": "P-1", "ticked": [1, 7, 24]}))
    done = spondyl("score", filled, "--json")
    assert (done.returncode, json.loads(done.stdout)["value"]) == (0, 3)
    assert "3 points" in spondyl("score", filled).stdout
    refused = spondyl("score", unfilled)
    assert (refused.returncode, refused.stdout) == (4, "")
    assert "ticked" in refused.stderr


def test_codes_of_score(spondyl: Spondyl, tmp_path: Path) -> None:
    mixed = tmp_path / "mixed.csv"
    mixed.write_text("instrument,pain\nnrs,7\nnrs,12\n")
    done = spondyl("score", mixed, "--json")
    assert [json.loads(line)["status"] for line in done.stdout.splitlines()] == ["scored", "refused"]
    assert done.returncode == 3
    (tmp_path / "none.csv").write_text("instrument,pain\n")
    assert spondyl("score", tmp_path / "none.csv").returncode == 5
    assert spondyl("score", tmp_path / "missing.csv").returncode == 4
    assert spondyl("score").returncode == 2
    assert spondyl("score", "--form", "ndi").returncode == 2


def test_codes_of_screen(spondyl: Spondyl, tmp_path: Path) -> None:
    form = json.loads(spondyl("screen", "--form").stdout)
    file = tmp_path / "answers.json"

    def code(**answers: str) -> int:
        file.write_text(json.dumps({**form, "answers": form["answers"] | answers}))
        return spondyl("screen", file, "--json").returncode

    assert code() == 8
    safe = dict.fromkeys(form["answers"], "no") | {"consent": "yes"}
    assert code(**safe) == 0
    assert code(**safe | {"fever": "unknown"}) == 8
    assert code(**safe | {"saddle_numbness": "yes"}) == 9
    shown = spondyl("screen", file)
    assert (shown.returncode, "Please get emergency care now." in shown.stdout) == (9, True)
    assert spondyl("screen", file, "--part", "contraindications", "--json").returncode == 9
    assert "Vaya ahora a una sala de emergencias" in spondyl("screen", file, "--language", "es").stdout
    file.write_text("{}")
    assert spondyl("screen", file).returncode == 4
    assert spondyl("screen").returncode == 2
