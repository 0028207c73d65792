"""Claims: whoever connects can stop, is told that it stopped, and is heard however the network cuts the bytes."""

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from served_instrument import simulator
from spondyl.instrument import State
from spondyl.instrument.drivers import TcpLink, WireInstrument
from spondyl.instrument.protocol import STOP_BYTES, Frame, Kind, encode

pytestmark = pytest.mark.alone  # answers are waited for in real time

HELLO = encode(Frame(kind=Kind.HELLO, epoch=0, number=1, values={"nonce": 7}))


@pytest.fixture
def address() -> Iterator[tuple[str, int]]:
    with simulator() as address:
        host, _, port = address.removeprefix("tcp://").rpartition(":")
        yield host, int(port)


@contextmanager
def commanding(address: tuple[str, int]) -> Iterator[WireInstrument]:
    instrument = WireInstrument(TcpLink(*address))
    instrument.identify()
    try:
        yield instrument
    finally:
        instrument.close()


def test_who_does_not_command_is_told_that_the_stop_was_heard(address: tuple[str, int]) -> None:
    with commanding(address) as instrument:
        beside = TcpLink(*address)
        assert WireInstrument(beside).stop().state is State.STOPPED
        beside.close()
        assert instrument.status().state is State.STOPPED


def test_a_stop_over_a_link_that_broke_is_proved_over_a_new_one(address: tuple[str, int]) -> None:
    link = TcpLink(*address)
    instrument = WireInstrument(link)
    instrument.identify()
    link._socket.shutdown(socket.SHUT_RDWR)
    assert instrument.stop().state is State.STOPPED
    link.close()


@pytest.mark.parametrize("cut", range(1, len(STOP_BYTES)))
def test_a_stop_cut_in_two_before_a_hello_stops(address: tuple[str, int], cut: int) -> None:
    with socket.create_connection(address, timeout=2.0) as link:
        link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        link.sendall(STOP_BYTES[:cut])
        time.sleep(0.05)
        link.sendall(STOP_BYTES[cut:] + HELLO)
        assert link.recv(100)  # the HELLO was heard
    with commanding(address) as instrument:
        assert instrument.status().state is State.STOPPED


def test_a_hello_cut_in_two_is_answered(address: tuple[str, int]) -> None:
    with socket.create_connection(address, timeout=2.0) as link:
        link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        link.sendall(HELLO[:5])
        time.sleep(0.05)
        link.sendall(HELLO[5:])
        assert link.recv(100)
