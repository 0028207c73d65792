"""Claims about a Dask cluster: it gives the same bytes as this machine's cores, also when a worker is killed half-way
and when one film kills every worker that touches it. The cluster is local: loopback only, processes of this machine."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from clinic.cohort_runs import SETUP, Seen, final_bytes, run, tasks_for, write_films

pytest.importorskip("distributed", reason="not run: the dask extra is not installed")

import dask
from distributed import Client, LocalCluster
from typer.testing import CliRunner

from spondyl.clinic.child_processes import prepare_children
from spondyl.clinic.cli import app
from spondyl.clinic.cohort import dask_cluster
from spondyl.clinic.cohort.dask_cluster import FILMS_PER_TASK, measure_on_cluster
from spondyl.clinic.cohort.run import run_cohort
from spondyl.clinic.cohort.task import FilmRecord, FilmTask
from spondyl.clinic.exit_codes import ExitCode
from warm_program import spondyl

pytestmark = pytest.mark.filterwarnings("default")  # Dask's own warnings while its worker is killed


CONFIG = {
    "distributed.scheduler.allowed-failures": 0,
    "distributed.comm.retry.count": 0,
    "distributed.worker.multiprocessing-method": "forkserver",
}


@contextmanager
def two_workers() -> Generator[LocalCluster]:
    """Each worker is forked from a process that has imported what it needs: a spawned one imports for seconds."""
    prepare_children()  # before Dask begins one that other tests' processes would have to be forked from
    with (
        dask.config.set(CONFIG),
        LocalCluster(
            n_workers=2,
            threads_per_worker=1,
            host="127.0.0.1",
            dashboard_address=None,
            processes=True,
            silence_logs=50,
        ) as cluster,
    ):
        yield cluster


@pytest.fixture(scope="module")
def begun() -> Iterator[LocalCluster]:
    """Begun once: each worker imports for seconds. One that is killed at work is begun anew."""
    with two_workers() as cluster:
        yield cluster


@pytest.fixture
def cluster(begun: LocalCluster) -> LocalCluster:
    begun.wait_for_workers(2, timeout=120)
    return begun


@pytest.fixture
def own_cluster() -> Iterator[LocalCluster]:
    """For a test whose workers may be killed while they begin, and then are not begun anew."""
    with two_workers() as cluster:
        yield cluster


def worker_pids(address: str) -> list[int]:
    with Client(address, set_as_default=False) as client:
        return list(client.run(os.getpid).values())


def test_a_killed_worker_changes_no_byte(tmp_path: Path, cluster: LocalCluster) -> None:
    films = write_films(
        tmp_path / "films", {f"{n:03d}.dcm": f"film {n}" for n in range(30)} | {"012.dcm": "bad"}
    )
    run(films, tmp_path / "here")
    seen = Seen()

    def measure(tasks: Iterator[FilmTask]) -> Generator[FilmRecord]:
        victim = worker_pids(cluster.scheduler_address)[0]
        for number, record in enumerate(
            measure_on_cluster(tasks, setup=SETUP, address=cluster.scheduler_address, films_per_task=5)
        ):
            if number == 0:
                os.kill(victim, signal.SIGKILL)
            yield record

    run_cohort(tasks_for(films), out=tmp_path / "dask", measure=measure, watcher=seen.watcher(), resume=False)
    assert final_bytes(tmp_path / "dask") == final_bytes(tmp_path / "here")


def test_a_film_that_kills_workers_is_found_and_reported(tmp_path: Path, own_cluster: LocalCluster) -> None:
    films = write_films(tmp_path / "films", {f"{n}.dcm": f"film {n}" for n in range(8)} | {"5.dcm": "kill"})
    records = measure_on_cluster(
        tasks_for(films), setup=SETUP, address=own_cluster.scheduler_address, films_per_task=4
    )
    results = {Path(record.film).name: json.loads(record.line) for record in records}
    assert len(results) == 8
    refused = {name: result["refusal"]["code"] for name, result in results.items() if result["refusal"]}
    assert refused == {"5.dcm": "worker_died"}


@pytest.mark.parametrize("address", ["foo", "tcp://127.0.0.1:9"])
def test_a_cluster_that_does_not_answer_is_named_as_the_cause(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, phantoms: Path, address: str
) -> None:
    """It ended with "results could not be written" and exit code 6, or with a traceback."""
    monkeypatch.setattr("spondyl.clinic.cohort.dask_cluster.PATIENCE", "1s")
    film = phantoms / "phantom_0003_ap"
    files = f"{film}.dcm", "--landmarks", f"{film}.landmarks.json", "--out", str(tmp_path / "out")
    done = CliRunner().invoke(app, ["measure", *files, "--cluster", address])
    assert done.exit_code == 2, done.output
    assert f"No Dask scheduler answers at {address}" in done.stderr


@pytest.fixture
def scheduler() -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """A scheduler and its one worker, each a process of its own; the scheduler's and its address."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    address = f"tcp://127.0.0.1:{port}"
    where = [
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
        "--no-dashboard",
        "--dashboard-address",
        "127.0.0.1:0",
    ]
    programs = [["scheduler", *where], ["worker", address, "--nthreads", "1", "--no-nanny", "--no-dashboard"]]
    begun = [
        subprocess.Popen(
            [sys.executable, "-m", f"distributed.cli.dask_{name}", *options], stderr=subprocess.DEVNULL
        )
        for name, *options in programs
    ]
    yield begun[0], address
    for one in begun:
        one.kill()
        one.wait()


def test_a_scheduler_that_dies_at_work_is_named_and_the_run_goes_on_later(
    tmp_path: Path,
    phantoms: Path,
    monkeypatch: pytest.MonkeyPatch,
    scheduler: tuple[subprocess.Popen[bytes], str],
) -> None:
    """It ended with a traceback, or with "results could not be written" and exit code 6."""
    process, address = scheduler
    shutil.copytree(phantoms, tmp_path / "films")
    chunks = dask_cluster._chunks

    def die_before_the_last(tasks: Iterator[FilmTask], size: int) -> Generator[tuple[FilmTask, ...]]:
        for number, chunk in enumerate(chunks(tasks, size)):
            if number == 1:
                process.kill()
                process.wait()
            yield chunk

    monkeypatch.setattr(dask_cluster, "_chunks", die_before_the_last)
    monkeypatch.setattr(measure_on_cluster, "__kwdefaults__", {"films_per_task": 1})
    files = [f"{tmp_path}/films", "--landmarks", f"{tmp_path}/films", "--out", str(tmp_path / "out")]
    with dask.config.set({"distributed.comm.timeouts.connect": "2s"}):
        done = CliRunner().invoke(app, ["measure", *files, "--formats", "none", "--cluster", address])
    assert done.exit_code == ExitCode.INTERRUPTED, done.output
    assert f"The Dask scheduler at {address} was there" in done.stderr
    assert f"'--out {tmp_path / 'out'} --resume' goes on" in done.stderr
    assert "could not be written" not in done.stderr


def test_a_task_holds_at_least_a_hundred_films() -> None:
    assert FILMS_PER_TASK >= 100


def test_relative_paths_are_those_of_the_one_who_asks(
    tmp_path: Path, phantoms: Path, cluster: LocalCluster
) -> None:
    """The workers' folder is another: every film was refused as missing."""
    shutil.copytree(phantoms, tmp_path / "films")
    options = ["--out", "results", "--formats", "json", "--cluster", cluster.scheduler_address]
    film = "films/phantom_0003_ap"
    done = spondyl("measure", f"{film}.dcm", "--landmarks", f"{film}.landmarks.json", *options, cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    [line] = (tmp_path / "results" / "results.jsonl").read_text().splitlines()
    report = tmp_path / "results" / "reports" / "phantom_0003_ap" / "phantom_0003_ap.json"
    assert json.loads(line)["film"] == json.loads(report.read_text())["film"] == f"{film}.dcm"


def test_without_dask_the_packages_to_install_are_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Spondyl is not published: 'spondyl[dask]' would ask an index for somebody else's package of that name."""
    monkeypatch.setitem(sys.modules, "spondyl.clinic.cohort.dask_cluster", None)
    write_films(tmp_path / "films", {"a.png": "one"})
    asked = ["measure", str(tmp_path / "films"), "--out", str(tmp_path / "out"), "--formats", "none"]
    done = CliRunner().invoke(app, [*asked, "--cluster", "tcp://127.0.0.1:9"])
    assert done.exit_code == ExitCode.INSTALLATION_INCOMPLETE
    assert "pip install dask distributed" in done.output and "spondyl[" not in done.output
