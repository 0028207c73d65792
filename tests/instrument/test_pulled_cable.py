"""Claims: a serial port that is gone gives a typed error, touches no other file, and is taken up when it is back."""

import os
import pty
import tty
from collections.abc import Iterator
from pathlib import Path

import pytest
from rigs import T7

from spondyl.instrument import Limits, NoReplyError, NotSafeError, State
from spondyl.instrument.drivers import SerialLink, WireInstrument

pytestmark = pytest.mark.alone  # the way to the safe state takes its whole two seconds


@pytest.fixture
def port(tmp_path: Path) -> Iterator[Path]:
    """A device file that can be taken away, as that of an adapter is when its cable is pulled."""
    master, slave = pty.openpty()
    tty.setraw(slave)
    path = tmp_path / "ttyACM0"
    path.symlink_to(os.ttyname(slave))
    yield path
    os.close(master)
    os.close(slave)


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def pulled(port: Path) -> WireInstrument:
    """An instrument whose port went away, and whose driver has noticed."""
    instrument = WireInstrument(SerialLink(str(port)))
    port.rename(port.with_name("gone"))
    with pytest.raises(NoReplyError, match="cannot be opened"):
        instrument.identify()
    return instrument


def test_every_call_is_answered_with_a_typed_error(port: Path) -> None:
    instrument = pulled(port)
    for call in (
        instrument.stop,
        instrument.status,
        instrument.samples,
        instrument.identify,
        lambda: instrument.place(T7),
        lambda: instrument.open_session(7, Limits()),
        lambda: instrument.reach(State.ARMED),
        lambda: instrument.clear_stop("Dr Example"),
    ):
        with pytest.raises(NoReplyError):
            call()
    for call in (instrument.safe_state, instrument.close):
        with pytest.raises(NotSafeError):
            call()


def test_the_next_file_of_the_process_is_left_alone(port: Path, tmp_path: Path) -> None:
    before = open_files()
    instrument = pulled(port)
    with (tmp_path / "record.tar").open("wb") as record:  # has the number that the port had
        with pytest.raises(NoReplyError):
            instrument.stop()
        with pytest.raises(NoReplyError):
            instrument.identify()
        record.write(b"a session")
    assert (tmp_path / "record.tar").read_bytes() == b"a session"
    assert open_files() == before


def test_a_port_that_is_none_leaves_nothing_open(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    before = open_files()
    with pytest.raises(NoReplyError, match="cannot be opened as a serial port"):
        SerialLink(str(tmp_path / "file"))
    assert open_files() == before


def test_a_second_program_is_told_that_the_port_is_in_use(port: Path) -> None:
    before = open_files()
    first = SerialLink(str(port))
    with pytest.raises(NoReplyError, match="another program speaks"):
        SerialLink(str(port))
    first.close()
    SerialLink(str(port)).close()
    assert open_files() == before


def test_a_port_that_is_back_is_taken_up(port: Path) -> None:
    instrument = pulled(port)
    port.with_name("gone").rename(port)
    with pytest.raises(NoReplyError, match="HELLO had no answer"):  # nobody speaks at the other end
        instrument.identify()
