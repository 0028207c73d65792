"""Journey: a cohort is killed (SIGKILL) or stopped (Ctrl-C) half-way; resumed, it ends with the same bytes."""

import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest

import warm_program
from clinic.cohort_runs import final_bytes
from journeys.conftest import Spondyl, landmarks_of
from running import is_running

FILMS = 60


@pytest.fixture(scope="module")
def cohort(tmp_path_factory: pytest.TempPathFactory, ap_film: Path) -> Path:
    folder = tmp_path_factory.mktemp("cohort")
    for number in range(FILMS):
        shutil.copy(landmarks_of(ap_film), folder / f"{number:03d}.landmarks.json")
        shutil.copy(ap_film, folder / f"{number:03d}.dcm")
    (folder / "037.dcm").write_bytes(b"no film")
    return folder


def arguments(cohort: Path, out: Path) -> list[str]:
    return [
        "measure",
        str(cohort),
        "--landmarks",
        str(cohort),
        "--out",
        str(out),
        "--formats",
        "none",
        "--jobs",
        "2",
    ]


@pytest.fixture(scope="module")
def whole(cohort: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    out = tmp_path_factory.mktemp("whole") / "out"
    assert warm_program.spondyl(*arguments(cohort, out)).returncode == 3
    return final_bytes(out)


def start_and_signal(cohort: Path, out: Path, number: signal.Signals) -> "tuple[int, str, list[int]]":
    """Start a run, signal it when the first films are safe; returns exit code, stderr and the workers it had."""
    # A test run that was started in the background ignores Ctrl-C and would hand that down to the program.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    with subprocess.Popen(
        [warm_program.PROGRAM, *arguments(cohort, out)], stderr=subprocess.PIPE, text=True
    ) as process:
        deadline = time.monotonic() + 60
        while not list(out.glob("journal/*.gz")) and time.monotonic() < deadline:
            time.sleep(0.01)
        workers = children_of(process.pid)
        process.send_signal(number)
        _, told = process.communicate(timeout=60)
    return process.returncode, told, workers


def children_of(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def wait_until_gone(pids: list[int], *, limit_s: float = 10.0) -> list[int]:
    deadline = time.monotonic() + limit_s
    while (left := [pid for pid in pids if is_running(pid)]) and time.monotonic() < deadline:
        time.sleep(0.3)
    return left


def test_kill_and_resume(cohort: Path, whole: dict[str, bytes], spondyl: Spondyl, tmp_path: Path) -> None:
    out = tmp_path / "out"
    code, _, workers = start_and_signal(cohort, out, signal.SIGKILL)
    assert code == -signal.SIGKILL
    assert not (out / "manifest.json").exists(), (
        "the run had ended before it was killed: make the cohort larger"
    )
    assert workers
    assert wait_until_gone(workers) == []
    resumed = spondyl(*arguments(cohort, out), "--resume")
    assert resumed.returncode == 3
    assert "unchanged since the last run" in resumed.stdout
    assert final_bytes(out) == whole


def test_ctrl_c_says_how_to_go_on(
    cohort: Path, whole: dict[str, bytes], spondyl: Spondyl, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    code, told, workers = start_and_signal(cohort, out, signal.SIGINT)
    assert code == 130
    assert f"--out {out} --resume" in told
    assert "Traceback" not in told
    assert wait_until_gone(workers) == []
    assert not (out / "results.jsonl").exists()
    assert list(out.rglob("*.part")) == []
    assert spondyl(*arguments(cohort, out)).returncode == 2, "a run is not overwritten without --resume"
    assert spondyl(*arguments(cohort, out), "--resume").returncode == 3
    assert final_bytes(out) == whole


def test_ctrl_c_while_the_workers_start_prints_no_traceback(cohort: Path, tmp_path: Path) -> None:
    """A terminal sends Ctrl-C to every process of the program, also to those that are still importing."""
    out = tmp_path / "out"
    signal.signal(signal.SIGINT, signal.default_int_handler)
    command = [warm_program.PROGRAM, *arguments(cohort, out)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, start_new_session=True) as process:
        deadline = time.monotonic() + 60
        # The third is what keeps Python's own account of shared memory.
        while len(children_of(process.pid)) < 3 and time.monotonic() < deadline:
            time.sleep(0.005)
        time.sleep(0.3)
        os.killpg(process.pid, signal.SIGINT)
        _, told = process.communicate(timeout=60)
    assert (process.returncode, told) == (130, f"Stopped. '--out {out} --resume' goes on with it.\n")
