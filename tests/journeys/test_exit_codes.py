"""Journey: a script relies on the exit code, and on stdout holding nothing but JSON Lines."""

import json
import os
import shutil
import subprocess
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from pydicom import dcmread
from typer.testing import CliRunner

import warm_program
from journeys.conftest import Spondyl, landmarks_of
from spondyl.clinic.cli import app, measure_run
from spondyl.clinic.compose import Tools
from spondyl.clinic.settings import Settings

ONE = ("--jobs", "1")
"""For a run of two or more films: each process more that measures imports for seconds."""


@pytest.fixture
def mixed(tmp_path: Path, ap_film: Path) -> Path:
    """A folder with one good film and three bad ones, each with a landmark file, so that no detector is needed."""
    folder = tmp_path / "mixed"
    folder.mkdir()
    shutil.copy(ap_film, folder / "good.dcm")
    (folder / "empty.dcm").touch()
    (folder / "noise.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)))
    (folder / "cut.dcm").write_bytes(ap_film.read_bytes()[:5000])
    for name in ("good", "empty", "noise", "cut"):
        shutil.copy(landmarks_of(ap_film), folder / f"{name}.landmarks.json")
    return folder


def test_some_refused(spondyl: Spondyl, mixed: Path) -> None:
    done = spondyl("measure", mixed, "--landmarks", mixed, "--json", *ONE)
    assert done.returncode == 3
    results = {Path(r["film"]).name: r for r in map(json.loads, done.stdout.splitlines())}
    assert list(results) == ["cut.dcm", "empty.dcm", "good.dcm", "noise.png"]
    assert [name for name, r in results.items() if r["status"] == "measured"] == ["good.dcm"]
    assert all(r["reason"] and r["refusal"]["do"] for name, r in results.items() if name != "good.dcm")
    assert "1 measured, 3 refused" in done.stderr


def test_all_refused(spondyl: Spondyl, mixed: Path) -> None:
    done = spondyl("measure", mixed / "empty.dcm", "--landmarks", mixed / "empty.landmarks.json", "--json")
    assert done.returncode == 4
    assert json.loads(done.stdout)["refusal"]["code"] == "file_damaged"


def test_no_films(spondyl: Spondyl, tmp_path: Path) -> None:
    (tmp_path / "nothing").mkdir()
    done = spondyl("measure", "nothing", "--json")
    assert (done.returncode, done.stdout) == (5, "")


@pytest.mark.parametrize(
    "wrong",
    [
        ("--resume",),
        ("--formats", "html"),
        ("--formats", "docx", "--out", "results"),
        ("--spacing-mm", "14"),
        ("--age", "-3"),
        ("--sign", "Dr A. Reader"),
        ("--view", "oblique"),
        ("--jobs", "0"),
        ("--no-such-option",),
    ],
)
def test_a_wrong_command_line_measures_nothing(spondyl: Spondyl, mixed: Path, wrong: tuple[str, ...]) -> None:
    done = spondyl("measure", mixed, "--landmarks", mixed, *wrong)
    assert (done.returncode, done.stdout) == (2, "")
    assert "Traceback" not in done.stderr
    assert wrong[0] in done.stderr


def test_one_landmark_file_is_not_for_two_films_of_one_name(
    spondyl: Spondyl, ap_film: Path, tmp_path: Path
) -> None:
    for patient in ("anna", "bert"):
        (tmp_path / "films" / patient).mkdir(parents=True)
        shutil.copy(ap_film, tmp_path / "films" / patient / "ap.dcm")
    (tmp_path / "marks").mkdir()
    shutil.copy(landmarks_of(ap_film), tmp_path / "marks" / "ap.landmarks.json")
    done = spondyl("measure", "films", "--landmarks", "marks", "--json")
    assert (done.returncode, done.stdout) == (2, "")
    assert "films/anna/ap.dcm and films/bert/ap.dcm" in done.stderr


def test_a_landmark_file_that_cannot_be_read_or_named_costs_its_own_film_only(
    spondyl: Spondyl, mixed: Path, ap_film: Path
) -> None:
    long = "n" * 240  # with ".landmarks.json" no file can be called so
    shutil.copy(ap_film, mixed / f"{long}.dcm")
    shutil.copy(landmarks_of(ap_film), mixed / f"{long}.json")
    shutil.copy(ap_film, mixed / "lost.dcm")
    (mixed / "lost.landmarks.json").symlink_to("gone.json")
    done = spondyl(
        "measure", mixed, "y" * 300, "--landmarks", mixed, "--out", "results", "--formats", "json", *ONE
    )
    assert done.returncode == 3, done.stderr
    lines = (mixed.parent / "results" / "results.jsonl").read_text().splitlines()
    results = {Path(r["film"]).name: r for r in map(json.loads, lines)}
    assert results["lost.dcm"]["refusal"]["code"] == "landmarks_invalid"
    assert [name for name, r in results.items() if r["status"] == "measured"] == ["good.dcm", f"{long}.dcm"]
    assert "6 of 7 films had a landmark file" in done.stderr


def test_a_folder_without_a_film_s_landmark_file_starts_no_detector(
    spondyl: Spondyl, mixed: Path, tmp_path: Path
) -> None:
    (tmp_path / "marks").mkdir()
    (tmp_path / "marks" / "other.landmarks.json").touch()
    done = spondyl("measure", mixed / "good.dcm", "--landmarks", "marks", "--json")
    assert (done.returncode, done.stdout) == (2, "")
    assert "good.landmarks.json" in done.stderr


def test_results_may_lie_beside_the_films(spondyl: Spondyl, ap_film: Path, tmp_path: Path) -> None:
    folder = tmp_path / "films"
    folder.mkdir()
    shutil.copy(ap_film, folder / "ap.dcm")
    shutil.copy(landmarks_of(ap_film), folder / "ap.landmarks.json")
    options = ("--landmarks", folder, "--out", folder, "--formats", "png", "--json")
    for again in ((), ("--resume",)):
        done = spondyl("measure", folder, *options, *again)
        assert done.returncode == 0
        assert [json.loads(line)["film"] for line in done.stdout.splitlines()] == [str(folder / "ap.dcm")]


def test_a_negative_seed_makes_no_films(spondyl: Spondyl, tmp_path: Path) -> None:
    done = spondyl("phantom", "films", "--seed", "-3")
    assert (done.returncode, done.stdout) == (2, "")
    assert "--seed" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "films").exists()


def test_pictures_that_a_run_wrote_are_no_films_of_the_next(
    spondyl: Spondyl, tmp_path: Path, ap_film: Path
) -> None:
    """``--out`` inside the folder of the films: the report's pictures must not be measured as films."""
    folder = tmp_path / "films"
    (folder / "results" / "reports").mkdir(parents=True)
    for place in (folder / "film.dcm", folder / "results" / "reports" / "old.dcm"):
        shutil.copy(ap_film, place)
    shutil.copy(landmarks_of(ap_film), folder / "film.landmarks.json")
    done = spondyl(
        "measure", "films", "--landmarks", "films", "--out", "films/results", "--formats", "none", "--json"
    )
    assert done.returncode == 0, done.stderr
    assert [json.loads(line)["film"] for line in done.stdout.splitlines()] == ["films/film.dcm"]


@pytest.mark.parametrize(
    ("stated", "second", "told"),
    [
        (("--patient", "P-017"), "P-2", "name different patients"),
        (("--sex", "F"), "P-2", "name different patients"),
        (("--age", "46"), "", "does not say whose it is"),
        (("--patient", "P-017", "--sex", "F", "--age", "46"), "P-1", ""),
        (("--view", "ap"), "P-2", ""),
    ],
)
def test_what_is_stated_of_one_patient_is_written_on_no_other_s_film(
    spondyl: Spondyl, tmp_path: Path, ap_film: Path, stated: tuple[str, ...], second: str, told: str
) -> None:
    for name, patient in (("a", "P-1"), ("b", second)):
        film = dcmread(ap_film)
        film.PatientID, film.PatientName = patient, ""
        (tmp_path / "films").mkdir(exist_ok=True)
        film.save_as(tmp_path / "films" / f"{name}.dcm")
        shutil.copy(landmarks_of(ap_film), tmp_path / "films" / f"{name}.landmarks.json")
    done = spondyl("measure", "films", "--landmarks", "films", *stated, "--json", *ONE)
    assert done.returncode == (2 if told else 0), done.stderr
    assert bool(done.stdout) is not bool(told)
    assert told in done.stderr


def test_one_landmark_file_is_not_for_many_films(spondyl: Spondyl, mixed: Path) -> None:
    done = spondyl("measure", mixed, "--landmarks", mixed / "good.landmarks.json")
    assert done.returncode == 2
    assert "4 films" in done.stderr


def test_a_folder_that_cannot_be_written(spondyl: Spondyl, mixed: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    film, marks = mixed / "good.dcm", mixed / "good.landmarks.json"
    done = spondyl("measure", film, "--landmarks", marks, "--out", tmp_path / "file" / "results")
    assert done.returncode == 6
    assert "could not be written" in done.stderr


def test_a_folder_that_may_not_be_written_is_not_to_be_resumed(spondyl: Spondyl, mixed: Path) -> None:
    """It said "[Errno 13] … '/sys/.lock'. '--out /sys --resume' goes on with it.": no going on would help."""
    film, marks = mixed / "good.dcm", mixed / "good.landmarks.json"
    done = spondyl("measure", film, "--landmarks", marks, "--out", "/proc/self")
    assert done.returncode == 6
    assert done.stderr.startswith("The results could not be written to /proc/self: ")
    assert done.stderr.endswith(". Choose another folder.\n") or "that you may write to" in done.stderr


def test_a_run_whose_output_is_read_no_more_says_how_to_go_on(mixed: Path, tmp_path: Path) -> None:
    """``| head -1`` ended the run into ``--out`` without a word, and with the code of a fault of our own."""
    words = ("measure", str(mixed), "--landmarks", str(mixed), "--json", "--out", str(tmp_path / "out"), *ONE)
    command = [warm_program.PROGRAM, *words, "--formats", "none"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None and process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        told = process.stderr.read()
    assert (process.returncode, told.splitlines()) == (
        130,
        [f"Stopped: what is printed is read no more. '--out {tmp_path / 'out'} --resume' goes on with it."],
    )


def test_a_closed_output_is_no_fault(mixed: Path) -> None:
    """A job that is started with its output closed got a traceback, and its files the numbers of the streams."""
    film, marks = mixed / "good.dcm", mixed / "good.landmarks.json"
    words = f"measure {film} --landmarks {marks} --json >&-"
    command = ["sh", "-c", f"{warm_program.PROGRAM} {words}"]
    done = subprocess.run(command, stderr=subprocess.PIPE, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "1 measured, 0 refused.\n")


def test_what_may_hold_films_and_is_not_read_is_told(spondyl: Spondyl, mixed: Path, tmp_path: Path) -> None:
    """A folder of BMP pictures, or of a disc in an archive, was "no film" or a smaller cohort without a word."""
    (tmp_path / "sent").mkdir()
    for name in ("a.bmp", "b.bmp", "disc.zip"):
        (tmp_path / "sent" / name).touch()
    done = spondyl("measure", "sent", mixed / "empty.dcm", "--landmarks", mixed)
    assert "Passed over: 2 .bmp, 1 .zip." in done.stderr
    alone = spondyl("measure", "sent")
    assert (alone.returncode, alone.stdout) == (5, "")
    assert "Passed over: 2 .bmp, 1 .zip." in alone.stderr and "DICOM, PNG, JPEG and TIFF" in alone.stderr


def test_a_film_that_two_paths_name_is_measured_once(spondyl: Spondyl, mixed: Path) -> None:
    """``films /data/films/a.dcm``: the cohort counted it twice."""
    done = spondyl(
        "measure", "mixed", mixed / "good.dcm", "mixed/../mixed", "--landmarks", mixed, "--json", *ONE
    )
    assert [json.loads(line)["film"] for line in done.stdout.splitlines()] == [
        f"mixed/{name}" for name in ("cut.dcm", "empty.dcm", "good.dcm", "noise.png")
    ]


def test_more_jobs_than_cores_do_not_slow_one_film(mixed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """``--jobs 1000`` on one film started a thousand threads a network, and did not come back for minutes."""
    asked: list[int] = []
    take = measure_run.open_tools

    def open_tools(settings: Settings) -> AbstractContextManager[Tools]:
        asked.append(settings.threads)
        return take(settings)

    monkeypatch.setattr(measure_run, "open_tools", open_tools)
    film, marks = str(mixed / "good.dcm"), str(mixed / "good.landmarks.json")
    words = ["measure", film, "--landmarks", marks, "--jobs", "1000"]
    assert CliRunner().invoke(app, words).exit_code == 0
    assert asked == [len(os.sched_getaffinity(0))]


def test_a_cohort_without_reports_says_how_to_get_them(
    spondyl: Spondyl, ap_film: Path, tmp_path: Path
) -> None:
    (tmp_path / "films").mkdir()
    for number in range(21):
        (tmp_path / "films" / f"{number}.dcm").write_bytes(ap_film.read_bytes()[:5000])
        shutil.copy(landmarks_of(ap_film), tmp_path / "films" / f"{number}.landmarks.json")
    done = spondyl("measure", "films", "--landmarks", "films", "--out", "out", *ONE)
    assert "Reports: none, for 21 films; --formats all --resume writes them." in done.stdout
    asked = spondyl("measure", "films", "--landmarks", "films", "--out", "two", "--formats", "none", *ONE)
    assert "Reports" not in asked.stdout


def test_choices_are_taken_in_either_case(spondyl: Spondyl, mixed: Path) -> None:
    film, marks = mixed / "good.dcm", mixed / "good.landmarks.json"
    done = spondyl("measure", film, "--landmarks", marks, "--view", "AP", "--sex", "f", "--json")
    assert done.returncode == 0, done.stderr


def test_missing_weights(spondyl: Spondyl, mixed: Path, tmp_path: Path) -> None:
    (tmp_path / "weights").mkdir()
    done = spondyl("measure", mixed / "good.dcm", "--weights", "weights", "--json")
    assert (done.returncode, done.stdout) == (7, "")
    assert "spondyl doctor" in done.stderr
    assert spondyl("doctor", "--weights", "weights").returncode == 7


def test_a_lateral_film_asks_for_landmarks(spondyl: Spondyl, lateral_film: Path, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.json"
    wrong.write_text("{}")
    done = spondyl("measure", lateral_film, "--landmarks", wrong, "--json")
    assert done.returncode == 4
    assert json.loads(done.stdout)["refusal"]["code"] == "landmarks_invalid"
    assert spondyl("landmarks", wrong).returncode == 4
    for no_text, why in (
        (lateral_film, "It is not UTF-8 text."),
        (tmp_path, "cannot be read: Is a directory."),
    ):
        assert why in spondyl("landmarks", no_text).stderr
    assert spondyl("landmarks", landmarks_of(lateral_film)).returncode == 0
