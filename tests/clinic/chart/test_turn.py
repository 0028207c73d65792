"""Claim: writers of several processes take turns, and a process that is killed leaves the line free."""

import subprocess
import sys
import threading
from pathlib import Path

from spondyl.clinic.chart.turn import WritersTurn

HOLDER = """
import sys, time
from pathlib import Path
from spondyl.clinic.chart.turn import WritersTurn
with WritersTurn(Path(sys.argv[1])):
    print("mine", flush=True)
    time.sleep(60)
"""


def test_a_writer_waits_for_another_process_and_not_for_a_dead_one(tmp_path: Path) -> None:
    database = tmp_path / "chart.db"
    other = subprocess.Popen([sys.executable, "-c", HOLDER, str(database)], stdout=subprocess.PIPE, text=True)
    assert other.stdout is not None and other.stdout.readline() == "mine\n"
    entered = threading.Event()

    def write() -> None:
        with WritersTurn(database):
            entered.set()

    waiting = threading.Thread(target=write)
    waiting.start()
    assert not entered.wait(0.3)
    other.kill()
    other.wait()
    other.stdout.close()
    assert entered.wait(10)
    waiting.join()
