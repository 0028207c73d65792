"""Standard streams that whoever started the program had closed (">&-")."""

import os
import sys


def open_closed_streams() -> None:
    """Let what is printed to a closed stream go nowhere: else the next file that is opened would get its number, and
    with it what the program and its children print."""
    number = -1
    while number < 3:
        number = os.open(os.devnull, os.O_RDWR)
        os.set_inheritable(number, number < 3)
    os.close(number)
    if sys.stdout is None:
        sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115 (it stays open to the end)
    if sys.stderr is None:
        sys.stderr = open(2, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
