"""Hosts that kill themselves (SIGKILL) as soon as so many events of their session are on the disk.

A line of JSON for each on standard input: the number of events, the instrument's address, the record. Answered by how
the host ended. Every host is a process of its own, forked from this one, which has imported all that it needs.
"""

import json
import os
import signal
import sys
import traceback
from pathlib import Path
from threading import Event

from spondyl.clinic.adjust import record_file, run
from spondyl.clinic.adjust.options import Options
from spondyl.treatment.adjustment import Rule

append = record_file.RecordFile.append


def be_killed(events: int, address: str, record: str) -> None:
    left = events

    def append_and_die(file: record_file.RecordFile, data: bytes) -> None:
        nonlocal left
        append(file, data)
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    record_file.RecordFile.append = append_and_die
    options = Options(max_n=60.0, segments="L3", rule=Rule.CLINICIAN, chosen="L3", address=address)
    run.run_adjustment(options, record=Path(record), stop=Event())


def main() -> None:
    for line in sys.stdin:
        host = os.fork()
        if host == 0:
            code = 1
            try:
                be_killed(*json.loads(line))
                code = 0
            except Exception:
                traceback.print_exc()
            finally:
                os._exit(code)
        print(os.waitstatus_to_exitcode(os.waitpid(host, 0)[1]), flush=True)


if __name__ == "__main__":
    main()
