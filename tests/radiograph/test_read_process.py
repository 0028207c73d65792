"""Claim: one decoding process serves many films, dies alone, is replaced, and never outlives its parent.

Independent source: the operating system's process table.
"""

import multiprocessing
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from dicom_films import dicom_film, ramp, save, save_endless_film
from running import is_running
from spondyl.radiograph import DecodeLimits, FilmReader, FilmRefused, Refusal, read_film

BYTE_PICTURE = ramp(8).astype(np.uint8)
LIMITS = DecodeLimits(wall_s=60.0, cpu_s=60)


@pytest.fixture(name="film")
def film_file(tmp_path: Path) -> Path:
    return save(dicom_film(BYTE_PICTURE, bits=8), tmp_path / "film.dcm")


def wait_until(condition: Callable[[], bool], seconds: float = 10.0) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.02)
    return False


def test_one_process_serves_many_films_and_ends_with_the_block(film: Path, tmp_path: Path) -> None:
    picture = tmp_path / "ünïcode ☤ film.png"
    Image.fromarray(BYTE_PICTURE).save(picture)
    with FilmReader(limits=LIMITS) as reader:
        pid = reader.pid
        assert pid is not None
        for _ in range(3):
            assert reader.read(film).pixels.shape == reader.read(picture).pixels.shape
        assert reader.pid == pid
    assert reader.pid is None
    assert not is_running(pid)


def test_names_that_are_no_utf_8_and_relative_names_are_read(
    film: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    odd = film.rename(tmp_path / os.fsdecode(b"film\xff\xfe.dcm"))
    monkeypatch.chdir(tmp_path)
    with FilmReader(limits=LIMITS) as reader:
        by_name = reader.read(odd)
        assert reader.read(odd.name).sha256 == by_name.sha256


def test_a_process_killed_between_films_is_replaced(film: Path) -> None:
    with FilmReader(limits=LIMITS) as reader:
        first = reader.read(film)
        pid = reader.pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        assert wait_until(lambda: not is_running(pid))
        assert reader.read(film).sha256 == first.sha256
        assert reader.pid != pid


def test_a_process_killed_while_decoding_is_reported(film: Path, tmp_path: Path) -> None:
    endless = save_endless_film(tmp_path / "endless.dcm")
    with FilmReader(limits=LIMITS) as reader:
        pid = reader.pid
        assert pid is not None
        killer = threading.Timer(1.0, os.kill, (pid, signal.SIGSEGV))
        killer.start()
        with pytest.raises(FilmRefused) as caught:
            reader.read(endless)
        killer.join()
        assert caught.value.refusal is Refusal.DECODER_DIED
        assert "SIGSEGV" in caught.value.why
        assert reader.read(film).pixels.shape == BYTE_PICTURE.shape


def test_a_stopped_process_is_killed_in_time(film: Path) -> None:
    """A process that does not run at all (SIGSTOP) is out of time like one that runs for ever."""
    picture = film.with_name("film.png")  # needs no pydicom, whose loading would count on a busy machine
    Image.fromarray(BYTE_PICTURE).save(picture)
    with FilmReader(limits=DecodeLimits(wall_s=2.0)) as reader:
        reader.read(picture)
        pid = reader.pid
        assert pid is not None
        os.kill(pid, signal.SIGSTOP)
        with pytest.raises(FilmRefused) as caught:
            reader.read(picture)
        assert caught.value.refusal is Refusal.TIME_LIMIT
        assert not is_running(pid)


def test_a_used_process_that_dies_gives_the_film_a_second_try(tmp_path: Path) -> None:
    """The first film may have harmed the process: the second try, in a new process, decides."""
    endless = save_endless_film(tmp_path / "endless.dcm")
    picture = tmp_path / "film.png"
    Image.fromarray(BYTE_PICTURE).save(picture)
    with FilmReader(limits=DecodeLimits(wall_s=2.0)) as reader:
        reader.read(picture)
        pid = reader.pid
        assert pid is not None
        killer = threading.Timer(0.5, os.kill, (pid, signal.SIGABRT))
        killer.start()
        with pytest.raises(FilmRefused) as caught:
            reader.read(endless)
        killer.join()
    assert caught.value.refusal is Refusal.TIME_LIMIT


PARENT = """
    import sys, threading, time
    from spondyl.radiograph import FilmReader
    reader = FilmReader().__enter__()
    reader.read(sys.argv[1])
    threading.Thread(target=reader.read, args=(sys.argv[2],), daemon=True).start()
    time.sleep(0.5)
    print(reader.pid, flush=True)
    time.sleep(60)
"""


def test_the_process_never_outlives_its_parent(film: Path, tmp_path: Path) -> None:
    """The parent is killed with SIGKILL, so it can clean up nothing, while its decoder is in an endless loop."""
    endless = save_endless_film(tmp_path / "endless.dcm")
    command = [sys.executable, "-c", textwrap.dedent(PARENT), str(film), str(endless)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        assert is_running(pid)
        parent.kill()
    assert wait_until(lambda: not is_running(pid), seconds=5.0)


def test_a_forked_copy_starts_a_process_of_its_own(film: Path) -> None:
    with FilmReader(limits=LIMITS) as reader:
        digest = reader.read(film).sha256
        pid = reader.pid
        receiver, sender = multiprocessing.Pipe(duplex=False)

        def in_the_copy() -> None:
            first_pid = reader.pid
            sender.send((reader.read(film).sha256, first_pid, reader.pid))
            reader.close()

        copy = multiprocessing.get_context("fork").Process(target=in_the_copy)
        copy.start()
        assert receiver.poll(30)
        copy_digest, inherited_pid, copy_pid = receiver.recv()
        copy.join(30)
        assert copy.exitcode == 0
        assert (copy_digest, inherited_pid) == (digest, None)
        assert copy_pid not in (None, pid)
        assert reader.pid == pid
        assert reader.read(film).sha256 == digest
        assert not is_running(copy_pid)


def test_it_works_in_a_spawned_process(film: Path) -> None:
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        assert pool.apply(read_film, (film,)).sha256 == read_film(film).sha256


def test_threads_share_a_reader(film: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.png"
    Image.fromarray(BYTE_PICTURE[::-1]).save(other)
    with FilmReader(limits=LIMITS) as reader, ThreadPoolExecutor(4) as threads:
        films = list(threads.map(reader.read, [film, other] * 10))
    assert (
        len({result.sha256 for result in films[::2]}) == len({result.sha256 for result in films[1::2]}) == 1
    )
    assert films[0].sha256 != films[1].sha256


def test_a_folder_of_films_cannot_bring_its_own_modules(film: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (film.parent / "numpy.py").write_text("raise SystemExit(99)")
    (film.parent / "PIL.py").write_text("raise SystemExit(99)")
    monkeypatch.chdir(film.parent)
    assert read_film(film.name).pixels.shape == BYTE_PICTURE.shape


def test_a_reader_that_is_dropped_takes_its_process_along(film: Path) -> None:
    reader = FilmReader(limits=LIMITS)
    reader.read(film)
    pid = reader.pid
    assert pid is not None
    del reader
    assert wait_until(lambda: not is_running(pid))


def test_importing_the_package_loads_no_decoder() -> None:
    code = (
        "import sys, spondyl.radiograph; print([m for m in ('pydicom', 'PIL', 'gdcm') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
