"""Journey: a film goes in at the command line; JSON and reports come out, and their numbers are the phantom's own.

Tolerance: 0.1 degree against the truth file, which the phantom computes from its 3-D pose, not from the landmarks."""

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from pypdf import PdfReader

from journeys.conftest import Spondyl, landmarks_of

TOLERANCE_DEG = 0.1


def truth_of(film: Path) -> dict[str, float]:
    return json.loads(film.with_suffix(".truth.json").read_text())["angles_deg"]


def test_json_holds_the_phantoms_angles(spondyl: Spondyl, lateral_film: Path) -> None:
    done = spondyl("measure", lateral_film, "--landmarks", landmarks_of(lateral_film), "--json")
    assert done.returncode == 0, done.stderr
    (result,) = map(json.loads, done.stdout.splitlines())
    assert (result["film"], result["status"], result["view"]) == (str(lateral_film), "measured", "LATERAL")
    measured = {m["kind"]: m["value_deg"] for m in result["measurements"] if "value_deg" in m}
    truth = truth_of(lateral_film)
    shared = truth.keys() & measured.keys()
    assert {"lumbar_lordosis_l1_s1", "pelvic_incidence", "pelvic_tilt", "sacral_slope"} <= shared
    for kind in shared:
        assert measured[kind] == pytest.approx(truth[kind], abs=TOLERANCE_DEG), kind


def test_ap_film_to_every_report(spondyl: Spondyl, ap_film: Path, tmp_path: Path) -> None:
    done = spondyl("measure", ap_film, "--landmarks", landmarks_of(ap_film), "--out", "results")
    assert done.returncode == 0, done.stderr
    stem = ap_film.stem
    folder = tmp_path / "results" / "reports" / stem
    suffixes = (".png", ".small.png", ".svg", ".html", ".pdf", ".json", ".sr.dcm", ".fhir.json")
    assert sorted(path.name for path in folder.iterdir()) == sorted(stem + suffix for suffix in suffixes)
    assert all(path.stat().st_size > 500 for path in folder.iterdir())
    line = (tmp_path / "results" / "results.jsonl").read_text()
    assert line == (folder / f"{stem}.json").read_text()
    assert "Cobb" in done.stdout


def test_no_level_of_a_lateral_report_is_broken(spondyl: Spondyl, lateral_film: Path, tmp_path: Path) -> None:
    """Beside the picture its table is narrow: "Note" stood as "Not" and "e"."""
    words = ("--landmarks", landmarks_of(lateral_film), "--out", tmp_path / "out", "--formats", "pdf")
    assert spondyl("measure", lateral_film, *words).returncode == 0
    text = PdfReader(next(tmp_path.rglob("*.pdf"))).pages[0].extract_text().splitlines()
    assert {"Levels", "Note", "T4–T12", "T5–T12"} <= set(text)


def test_table_and_json_lines_say_the_same(
    spondyl: Spondyl, ap_film: Path, lateral_film: Path, phantoms: Path, tmp_path: Path
) -> None:
    done = spondyl(
        "measure",
        ap_film,
        lateral_film,
        "--landmarks",
        phantoms,
        "--out",
        "results",
        "--formats",
        "none",
        "--jobs",
        "1",
    )
    assert done.returncode == 0, done.stderr
    lines = [json.loads(line) for line in (tmp_path / "results" / "results.jsonl").read_text().splitlines()]
    rows = pq.read_table(tmp_path / "results" / "tables" / "measurements").to_pylist()
    keys = {"deg": "value_deg", "mm": "value_mm", "%": "value_percent", "1": "value"}
    for line in lines:
        for measurement in line["measurements"]:
            (row,) = [r for r in rows if (r["film"], r["kind"]) == (line["film"], measurement["kind"])]
            assert row["value"] == measurement[keys[row["unit"]]]
            assert [row["interval_90_low"], row["interval_90_high"]] == measurement["interval_90"]
            assert (row["levels"], row["sop_uid"]) == (measurement["levels"], line["sop_uid"])
    assert len([r for r in rows if r["status"] == "measured"]) == sum(
        len(line["measurements"]) for line in lines
    )


def test_no_millimetres_without_spacing_and_all_of_them_once_stated(
    spondyl: Spondyl, ap_film: Path, tmp_path: Path
) -> None:
    import numpy as np
    import pydicom
    from PIL import Image

    pixels = pydicom.dcmread(ap_film).pixel_array
    Image.fromarray((pixels >> 4).astype(np.uint8)).save(tmp_path / "film.png")
    marks = landmarks_of(ap_film)
    plain = json.loads(spondyl("measure", "film.png", "--landmarks", marks, "--json").stdout)
    stated = json.loads(
        spondyl("measure", "film.png", "--landmarks", marks, "--json", "--spacing-mm", "1.5").stdout
    )
    assert [m["kind"] for m in plain["measurements"] if "value_mm" in m] == []
    assert [m["kind"] for m in stated["measurements"] if "value_mm" in m] != []
    assert any("spacing" in u["reason"].lower() for u in plain["unmeasured"])
    assert any("1.5 mm" in note for note in stated["notes"])


def test_compare_two_films(spondyl: Spondyl, lateral_film: Path) -> None:
    marks = landmarks_of(lateral_film)
    arguments = (
        "compare",
        lateral_film,
        lateral_film,
        "--landmarks-before",
        marks,
        "--landmarks-after",
        marks,
    )
    done = spondyl(*arguments, "--json", "--out", "comparison")
    assert done.returncode == 0, done.stderr
    changes = json.loads(done.stdout)["changes"]
    assert changes
    assert all(change["difference"] == 0 and not change["beyond_noise"] for change in changes)
    assert "within noise" in spondyl(*arguments).stdout


@pytest.mark.parametrize("form", [(), ("--json",)])
def test_films_of_two_views_are_not_compared(
    spondyl: Spondyl, ap_film: Path, lateral_film: Path, tmp_path: Path, form: tuple[str, ...]
) -> None:
    marks = ("--landmarks-before", landmarks_of(ap_film), "--landmarks-after", landmarks_of(lateral_film))
    done = spondyl("compare", ap_film, lateral_film, *marks, "--out", "comparison", *form)
    assert (done.returncode, done.stdout) == (2, "")
    assert "different views" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "comparison").exists()


def test_films_of_two_patients_are_not_compared(spondyl: Spondyl, ap_film: Path, tmp_path: Path) -> None:
    import pydicom

    other = pydicom.dcmread(ap_film)
    other.PatientID = "ANOTHER-PERSON"
    other.save_as(tmp_path / "other.dcm")
    marks = ("--landmarks-before", landmarks_of(ap_film), "--landmarks-after", landmarks_of(ap_film))
    done = spondyl("compare", ap_film, "other.dcm", *marks)
    assert (done.returncode, done.stdout) == (2, "")
    assert "different patients" in done.stderr
    assert "Traceback" not in done.stderr


def test_sign_names_the_person_in_the_report(spondyl: Spondyl, ap_film: Path) -> None:
    done = spondyl(
        "measure", ap_film, "--landmarks", landmarks_of(ap_film), "--json", "--sign", "Dr A. Reader"
    )
    assert json.loads(done.stdout)["provenance"]["confirmed_by"] == "Dr A. Reader"
