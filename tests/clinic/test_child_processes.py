"""Claims: a process beside the server has what it needs when it begins, and nothing of the server; the one that it was
forked from does not outlive a server that is killed."""

import os
import subprocess
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from running import is_running
from spondyl.clinic.child_processes import IMPORTED_BEFORE, child_context

SERVER = """
from multiprocessing import forkserver
from spondyl.clinic.child_processes import child_context, prepare_children

def child():
    print("SECRET" in globals(), flush=True)

if __name__ == "__main__":
    SECRET = "key of the chart"
    prepare_children()
    process = child_context().Process(target=child)
    process.start()
    process.join()
    print(forkserver._forkserver._forkserver_pid, flush=True)
    input()
"""


def test_what_it_needs_is_imported_before_it_begins_and_nothing_that_begins_threads() -> None:
    with ProcessPoolExecutor(1, mp_context=child_context()) as one:
        # A built-in function: one of this module would import all of that itself.
        there = one.submit(eval, "set(__import__('sys').modules)").result()
    assert set(IMPORTED_BEFORE) <= there
    assert not there & {"onnxruntime", "sqlalchemy.pool", "uvicorn"}


def test_it_begins_also_where_the_temporary_folder_has_too_long_a_name(tmp_path: Path) -> None:
    program, long = tmp_path / "server.py", tmp_path / ("x" * 100)
    program.write_text(SERVER.replace("forkserver._forkserver._forkserver_pid", "'ended'"))
    long.mkdir()
    done = subprocess.run(
        [sys.executable, program],
        env=os.environ | {"TMPDIR": str(long)},
        input="\n",
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == "False\nended\n", done.stderr
    assert "a shorter TMPDIR mends it" in done.stderr


def test_it_has_nothing_of_the_server_and_what_it_came_from_dies_with_a_killed_server(tmp_path: Path) -> None:
    program = tmp_path / "server.py"
    program.write_text(SERVER)
    with subprocess.Popen(
        [sys.executable, program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None
        assert server.stdout.readline() == "False\n"
        source = int(server.stdout.readline())
        assert is_running(source)
        server.kill()
    end_s = time.monotonic() + 60
    while is_running(source):
        assert time.monotonic() < end_s, "it outlives its server"
        time.sleep(0.02)
