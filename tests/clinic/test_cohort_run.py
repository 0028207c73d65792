"""Claims about a run over many films: resumed equals uninterrupted, byte for byte; only what changed is measured again;
one bad film costs nothing but itself; results come in the order of the paths."""

import json
import os
import shutil
import time
from collections.abc import Generator, Iterator
from dataclasses import replace
from math import inf
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from clinic.cohort_runs import SETUP, Seen, final_bytes, here, run, tasks_for, write_films
from spondyl.clinic.cohort import journal, outputs
from spondyl.clinic.cohort.local_pool import measure_on_cores
from spondyl.clinic.cohort.report_folder import report_names
from spondyl.clinic.cohort.run import RunFolderError, run_cohort
from spondyl.clinic.cohort.task import FilmRecord, FilmTask, file_state
from spondyl.clinic.cohort.worker import measure_for_pool, measure_task, start_worker
from spondyl.clinic.report import FORMATS

TEXTS = {f"{n:03d}.dcm": f"film {n}" for n in range(23)} | {"005.dcm": "bad", "011.dcm": "bug"}


@pytest.fixture(autouse=True)
def _small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outputs, "FILMS_PER_PART", 10)


def test_an_interrupted_run_resumes_to_the_same_bytes(tmp_path: Path) -> None:
    films = write_films(tmp_path / "films", TEXTS)
    run(films, tmp_path / "whole")
    with pytest.raises(KeyboardInterrupt):
        run(films, tmp_path / "stopped", stop_after=9)
    assert not (tmp_path / "stopped" / "results.jsonl").exists(), (
        "half a result must not look like a whole one"
    )
    resumed = run(films, tmp_path / "stopped", resume=True)
    assert (resumed.reused, len(resumed.measured)) == (9, 14)
    assert final_bytes(tmp_path / "stopped") == final_bytes(tmp_path / "whole")
    assert len(final_bytes(tmp_path / "whole")) == 2 + 3 + 3


def test_only_changed_films_are_measured_again(tmp_path: Path) -> None:
    films = write_films(tmp_path / "films", TEXTS)
    run(films, tmp_path / "out")
    Path(films[3]).write_text("film 3, exported again")
    os.utime(films[4])  # touched, same bytes
    films = sorted([*films, *write_films(tmp_path / "films", {"000a.dcm": "film new"})])
    resumed = run(films, tmp_path / "out", resume=True)
    assert resumed.measured == [str(tmp_path / "films" / "000a.dcm"), str(tmp_path / "films" / "003.dcm")]
    run(films, tmp_path / "fresh")
    assert final_bytes(tmp_path / "out") == final_bytes(tmp_path / "fresh")


def test_a_removed_film_leaves_the_results(tmp_path: Path) -> None:
    films = write_films(tmp_path / "films", TEXTS)
    run(films, tmp_path / "out")
    run(films[:8], tmp_path / "out", resume=True)
    run(films[:8], tmp_path / "fresh")
    assert final_bytes(tmp_path / "out") == final_bytes(tmp_path / "fresh")


def test_bad_films_are_reported_on_their_own_line_and_the_rest_goes_on(tmp_path: Path) -> None:
    films = write_films(tmp_path / "films", TEXTS)
    run(films, tmp_path / "out")
    lines = [json.loads(line) for line in (tmp_path / "out" / "results.jsonl").read_text().splitlines()]
    assert [line["film"] for line in lines] == films
    refused = {
        Path(line["film"]).name: line["refusal"]["code"] for line in lines if line["status"] == "refused"
    }
    assert refused == {"005.dcm": "file_damaged", "011.dcm": "internal_error"}


def test_the_pool_gives_the_same_bytes_in_the_same_order(tmp_path: Path) -> None:
    films = write_films(tmp_path / "films", TEXTS | {"002.dcm": "slow film 2"})
    run(films, tmp_path / "here")
    seen = Seen()
    run_cohort(
        tasks_for(films),
        out=tmp_path / "pool",
        measure=lambda tasks: measure_on_cores(tasks, setup=SETUP, jobs=2),
        watcher=seen.watcher(),
        resume=False,
    )
    assert seen.told == films
    assert final_bytes(tmp_path / "pool") == final_bytes(tmp_path / "here")


def test_a_film_that_kills_its_worker_is_reported_and_the_others_are_measured(tmp_path: Path) -> None:
    films = write_films(tmp_path / "films", {f"{n}.dcm": f"film {n}" for n in range(6)} | {"2.dcm": "kill"})
    records = {r.film: json.loads(r.line) for r in measure_on_cores(tasks_for(films), setup=SETUP, jobs=2)}
    assert sorted(records) == films
    refused = {
        Path(film).name: r["refusal"]["code"] for film, r in records.items() if r["status"] == "refused"
    }
    assert refused == {"2.dcm": "worker_died"}


def test_a_run_that_is_stopped_does_not_wait_for_the_films_in_hand(tmp_path: Path) -> None:
    films = write_films(tmp_path / "films", {"a.dcm": "film a", "b.dcm": "asleep", "c.dcm": "asleep"})
    records = measure_on_cores(tasks_for(films), setup=SETUP, jobs=2)
    assert next(records).film == films[0]
    begun = time.monotonic()
    records.close()
    assert time.monotonic() - begun < 20.0, "a film in hand takes 60 s, and its result would be thrown away"


def test_a_stopped_run_leaves_no_half_written_report(tmp_path: Path) -> None:
    films = write_films(tmp_path / "films", TEXTS)
    (tmp_path / "out" / "reports" / ".007.part").mkdir(parents=True)
    with pytest.raises(KeyboardInterrupt):
        run(films, tmp_path / "out", stop_after=3)
    assert list(tmp_path.rglob("*.part")) == []


def test_a_folder_that_holds_a_run_is_left_alone_without_resume(tmp_path: Path) -> None:
    films = write_films(tmp_path / "films", {"a.dcm": "film a"})
    run(films, tmp_path / "out")
    before = final_bytes(tmp_path / "out")
    with pytest.raises(RunFolderError, match="--resume"):
        run([], tmp_path / "out")
    assert final_bytes(tmp_path / "out") == before


def test_two_runs_never_share_a_folder(tmp_path: Path) -> None:
    films = write_films(tmp_path / "films", {"a.dcm": "film a"})
    outer = Seen()

    def measure(tasks):  # a second run starts while the first one works
        with pytest.raises(RunFolderError, match="Another run"):
            run(films, tmp_path / "out", resume=True)
        return here(outer)(tasks)

    run_cohort(tasks_for(films), out=tmp_path / "out", measure=measure, watcher=outer.watcher(), resume=False)
    assert outer.told == films


def test_a_damaged_journal_segment_is_measured_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "SEGMENT_SECONDS", inf)  # all films in one segment, on a slow machine too
    films = write_films(tmp_path / "films", TEXTS)
    run(films, tmp_path / "out")
    whole = final_bytes(tmp_path / "out")
    segment = next((tmp_path / "out" / "journal").glob("*.gz"))
    segment.write_bytes(segment.read_bytes()[:-20])
    assert run(films, tmp_path / "out", resume=True).measured == films
    assert final_bytes(tmp_path / "out") == whole


def test_a_name_that_is_no_text_costs_no_film(tmp_path: Path) -> None:
    names = {"a.dcm": "film a", "M\udcfcller.dcm": "film m", "\udcff.dcm": "bad", "z.dcm": "film z"}
    films = write_films(tmp_path / "films", names)
    run(films, tmp_path / "out")
    lines = [json.loads(line) for line in (tmp_path / "out" / "results.jsonl").read_text().splitlines()]
    assert [line["status"] for line in lines] == ["measured", "measured", "measured", "refused"]
    shown = [r"M\udcfcller.dcm", "a.dcm", "z.dcm", r"\udcff.dcm"]
    assert [Path(line["film"]).name for line in lines] == shown
    table = pq.read_table(tmp_path / "out" / "tables" / "films")
    assert [Path(film).name for film in table["film"].to_pylist()] == shown
    assert run(films, tmp_path / "out", resume=True).measured == []


def test_reports_of_a_film_whose_name_is_no_text(tmp_path: Path) -> None:
    [film] = write_films(tmp_path / "films", {"M\udcfcller.dcm": "film m"})
    setup = replace(SETUP, reports=tmp_path / "reports", formats=FORMATS)
    record = measure_task(setup, tasks_for([film], setup)[0])
    assert json.loads(record.line)["status"] == "measured"
    written = {path.name for path in (tmp_path / "reports").rglob("*.*") if path.is_file()}
    assert {r"M\udcfcller.html", r"M\udcfcller.pdf", r"M\udcfcller.fhir.json"} <= written


def test_a_report_that_cannot_be_written_leaves_no_earlier_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The reports of the film that stood there before would tell of another film's measurement."""
    [film] = write_films(tmp_path / "films", {"a.dcm": "film a"})
    setup = replace(SETUP, reports=tmp_path / "reports", formats=("json",))
    measure_task(setup, tasks_for([film], setup)[0])
    assert list((tmp_path / "reports").rglob("*.json"))

    def fault(*_args: object, **_named: object) -> None:
        raise ValueError("a fault made for the test")

    monkeypatch.setattr("spondyl.clinic.cohort.report_folder.write_report", fault)
    record = measure_task(setup, tasks_for([film], setup)[0])
    assert json.loads(record.line)["status"] == "refused"
    assert list((tmp_path / "reports").iterdir()) == []


def report_run(
    films: list[str], out: Path, *, formats: tuple[str, ...] = ("html", "json"), key: str = ""
) -> list[str]:
    """Go on with a run that writes reports; the names of the films that were measured."""
    setup = replace(SETUP, reports=out / "reports" if formats else None, formats=formats)
    measured: list[str] = []

    def measure(tasks: Iterator[FilmTask]) -> Generator[FilmRecord]:
        for task in tasks:
            measured.append(Path(task.film).name)
            yield measure_task(setup, task)

    tasks = [replace(task, key=task.key + key) for task in tasks_for(films, setup)]
    run_cohort(tasks, out=out, measure=measure, watcher=Seen().watcher(), resume=True)
    return measured


def reports_in(out: Path) -> set[str]:
    return {str(path.relative_to(out)) for path in (out / "reports").rglob("*") if path.is_file()}


@pytest.mark.parametrize("gone", ["film", "page"])
def test_a_report_that_was_deleted_comes_back_with_resume(tmp_path: Path, gone: str) -> None:
    films = write_films(tmp_path / "films", {"a.dcm": "film a", "b.dcm": "film b", "c.dcm": "bad"})
    report_run(films, tmp_path / "out")
    assert report_run(films, tmp_path / "out") == [], "nothing is missing, so nothing is measured again"
    reports = tmp_path / "out" / "reports" / "b"
    before = {path.name: path.read_bytes() for path in reports.iterdir()}
    if gone == "film":
        shutil.rmtree(reports)
    else:
        next(reports.glob("*.html")).unlink()
    assert report_run(films, tmp_path / "out") == ["b.dcm"]
    assert {path.name: path.read_bytes() for path in reports.iterdir()} == before


def test_another_film_s_report_under_the_same_name_is_not_taken_for_one_s_own(tmp_path: Path) -> None:
    """Whichever of two films called x was measured last had its report in both their places."""
    anna = write_films(tmp_path / "anna", {f"{name}.dcm": f"film {name}" for name in "axyz"})
    bert = write_films(tmp_path / "bert", {"x.dcm": "film of another patient"})
    out = tmp_path / "out"
    report_run(anna, out)
    own = (out / "reports" / "x" / "x.json").read_bytes()
    report_run([anna[0], *anna[2:], *bert], out)
    assert (out / "reports" / "x" / "x.json").read_bytes() != own
    assert report_run(anna, out) == ["x.dcm"]
    assert (out / "reports" / "x" / "x.json").read_bytes() == own


def test_reports_of_earlier_results_go_and_nothing_else(tmp_path: Path) -> None:
    films = write_films(tmp_path / "films", {"a.dcm": "film a", "b.dcm": "film b", "c.dcm": "film c"})
    out = tmp_path / "out"
    report_run(films, out)
    (out / "reports" / "a" / "a.json").write_text("a person wrote this")
    (out / "reports" / "b" / "remarks.txt").write_text("a person's")
    report_run(films[1:], out, key="other points", formats=("json",))
    assert reports_in(out) == {"reports/a/a.json", "reports/b/b.json", "reports/c/c.json"}
    (out / "reports" / "c" / "remarks.txt").write_text("a person's")
    assert report_run(films[1:], out, formats=()) == ["b.dcm", "c.dcm"]
    assert reports_in(out) == {"reports/a/a.json", "reports/c/remarks.txt"}
    assert not (out / "reports" / "b").exists()


@pytest.mark.parametrize("formats", [(), ("html",), ("html", "json")])
def test_reports_that_a_killed_run_never_recorded_are_taken_over_or_removed(
    tmp_path: Path, formats: tuple[str, ...]
) -> None:
    films = write_films(tmp_path / "films", {"a.dcm": "film a", "b.dcm": "film b", "c.dcm": "film c"})
    out, whole = tmp_path / "out", tmp_path / "whole"
    report_run(films[:1], out)
    setup = replace(SETUP, reports=out / "reports", formats=("html", "json"))
    for task in tasks_for(films[1:], setup):
        measure_task(setup, task)  # and killed before the journal had them
    (out / "reports" / "c" / "remarks.txt").write_text("a person's")
    (out / "reports" / ".d.part").mkdir()
    (out / "reports" / ".d.part" / "d.html").write_text("killed while it was written")
    report_run(films[:2], out, formats=formats)
    report_run(films[:2], whole, formats=formats)
    wanted = reports_in(whole) if formats else set[str]()
    assert reports_in(out) == wanted | {"reports/c/remarks.txt"}
    assert final_bytes(out) == final_bytes(whole)


def test_a_copied_run_goes_on_with_its_own_reports(tmp_path: Path) -> None:
    films = write_films(tmp_path / "films", {"a.dcm": "film a", "b.dcm": "film b"})
    report_run(films, tmp_path / "out")
    before = reports_in(tmp_path / "out")
    shutil.copytree(tmp_path / "out", tmp_path / "copy")
    assert report_run(films, tmp_path / "copy") == []
    assert report_run(films, tmp_path / "copy", formats=()) == ["a.dcm", "b.dcm"]
    assert (reports_in(tmp_path / "copy"), reports_in(tmp_path / "out")) == (set(), before)


def test_a_pipe_among_the_films_stops_no_run(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.dcm")
    assert file_state(tmp_path / "pipe.dcm") is None


def test_films_with_one_stem_get_reports_of_their_own() -> None:
    films = ["a/film.dcm", "a/film.png", "b/film.dcm", "b/film-1.dcm"]
    names = report_names(films)
    assert len(set(names.values())) == len(films)
    assert report_names(["a/one.dcm", "b/two.dcm"]) == {"a/one.dcm": "one", "b/two.dcm": "two"}


@pytest.mark.parametrize(
    ("name", "folder"),
    [("...dcm", "__"), ("..dcm", "_"), (".hidden.dcm", "_hidden"), ("..a.part.dcm", "__a.part")],
)
def test_a_film_whose_stem_is_dots_is_reported_inside_the_reports_and_nothing_else_goes(
    tmp_path: Path, name: str, folder: str
) -> None:
    """The stem of ``...dcm`` is ``..``: its reports took the place of the whole folder of the run."""
    [film] = write_films(tmp_path / "films", {name: "film a"})
    kept = tmp_path / "out" / "thesis.txt"
    kept.parent.mkdir()
    kept.write_text("years of work")
    setup = replace(SETUP, reports=tmp_path / "out" / "reports", formats=("json",))
    measure_task(setup, tasks_for([film], setup)[0])
    assert kept.read_text() == "years of work"
    written = [path.relative_to(tmp_path / "out" / "reports") for path in (tmp_path / "out").rglob("*.json")]
    assert written == [Path(folder) / f"{folder}.json"]


@pytest.mark.parametrize("stem", ["n" * 251, "\udcff" * 60, "ü" * 125], ids=["long", "no text", "ü"])
def test_a_name_of_any_length_and_bytes_gets_its_reports(tmp_path: Path, stem: str) -> None:
    """60 bytes that are no UTF-8 are 360 characters when they are written out."""
    films = write_films(tmp_path / "films", {f"{stem}.dcm": "film a", f"{stem[:-1]}x.dcm": "film b"})
    setup = replace(SETUP, reports=tmp_path / "reports", formats=FORMATS)
    for task in tasks_for(films, setup):
        record = measure_task(setup, task)
        assert json.loads(record.line)["status"] == "measured"
        assert any(report.name.endswith(".small.png") for report in record.reports)
    assert len(list((tmp_path / "reports").iterdir())) == 2


def _sends_slowly(lifeline: Connection, sent: Connection) -> None:
    """A worker that needs a while to send what it measured."""
    start_worker(lifeline)
    with pytest.raises(AttributeError):
        measure_for_pool(None, None)  # pyright: ignore[reportArgumentType]
    sent.send("measured")
    time.sleep(1.0)
    sent.send("sent")
    time.sleep(60.0)


def test_a_worker_that_is_told_to_end_sends_first_what_it_has_begun_to_send() -> None:
    """Half a record in the pipe held up the whole run for ever."""
    context = get_context("spawn")
    theirs, ours = context.Pipe(duplex=False)
    received, sent = context.Pipe(duplex=False)
    worker = context.Process(target=_sends_slowly, args=(theirs, sent))
    worker.start()
    assert received.poll(60) and received.recv() == "measured"
    ours.close()
    assert received.poll(30) and received.recv() == "sent"
    worker.join(30)
    assert worker.exitcode == 1
