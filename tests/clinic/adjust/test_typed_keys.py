"""Claim: keys typed beside a session say what the person meant: no more, and never less than a stop.

Source: the sequences that xterm sends (ctlseqs: PC-style function keys, cursor position report).
"""

import os
import time
from threading import Event, Thread

import pytest

from spondyl.clinic.cli.adjust_terminal import Screen, _listen
from spondyl.clinic.cli.typed_keys import TypedKeys

Typed = tuple[tuple[float, str], ...]


def heard(typed: Typed) -> list[int | str]:
    found: list[int | str] = []
    keys = TypedKeys(stop=lambda: found.append("stop"), say=found.append)
    for at_s, text in typed:
        keys.typed(text, at_s)
    keys.passed(60.0)
    return found


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        (((0.0, "7"),), [7]),
        (((0.0, "x"), (1.0, "X")), [10, 10]),
        (((0.0, "10"),), [10]),
        (((0.0, "1"), (0.6, "0")), [10]),
        (((0.0, "1"), (0.8, "0")), [1, 0]),
        (((0.0, "1"), (0.3, "2")), [1, 2]),
        (((0.0, "11"), (0.3, "0")), [1, 10]),
        (((0.0, "0"), (0.3, "1")), [0, 1]),
        (((0.0, " "), (1.0, "s"), (2.0, "S")), ["stop"] * 3),
        (((0.0, "1"), (0.3, "s")), ["stop", 1]),
        # F5, Shift-F4, F1, page up, left with a modifier; the cursor's position; a sequence that comes in two parts
        (((0.0, "\x1b[15~"), (1.0, "\x1b[1;2S"), (2.0, "\x1bOP"), (3.0, "\x1b[5~"), (4.0, "\x1b[1;5D")), []),
        (((0.0, "\x1b[12;40R"),), []),
        (((0.0, "\x1b["), (0.05, "15~"), (0.06, "4")), [4]),
        (((0.0, "\x1b[A3"),), [3]),
        # Escape by itself, then a key; Alt with a digit, and with a stop
        (((0.0, "\x1b"), (0.5, "4")), [4]),
        (((0.0, "\x1b4"),), []),
        (((0.0, "\x1bs"),), ["stop"]),
        (((0.0, "\x1b"), (0.5, "s")), ["stop"]),
        (((0.0, "\x1b\x1b[D"), (0.5, "s")), ["stop"]),
    ],
)
def test_what_was_typed_is_what_was_meant(typed: Typed, meant: list[int | str]) -> None:
    assert heard(typed) == meant


def test_a_function_key_says_nothing_of_the_pain() -> None:
    screen, stop, over = Screen(live=True, max_n=60.0, paced=False), Event(), Event()
    theirs, ours = os.pipe()
    listener = Thread(target=_listen, args=(theirs, stop, screen, over))
    listener.start()
    os.write(ours, b"\x1b[19~4")
    end_s = time.monotonic() + 10.0
    while screen.pain.newest is None and time.monotonic() < end_s:
        time.sleep(0.01)
    over.set()
    listener.join()
    os.close(theirs), os.close(ours)
    told = screen.heard()
    assert told is not None and told.pain == 4
    assert not stop.is_set()
