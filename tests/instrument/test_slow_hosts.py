"""Claims: a host that was held up finds its answer; one that fell silent without closing locks nobody out."""

import time
from collections.abc import Iterator

import pytest
from rigs import Rig

from served_instrument import simulator
from spondyl.instrument import NoReplyError
from spondyl.instrument.drivers import InProcessLink, TcpLink, WireInstrument
from spondyl.instrument.protocol import Frame, Kind, encode
from spondyl.instrument.timeouts import LINK_WATCHDOG

pytestmark = pytest.mark.alone  # the link's watchdog runs in real time


class HeldUpLink(InProcessLink):
    """The host's clock leaps by a second whenever it has sent something: the machine was busy with others."""

    held_up_us, sent = 0, 0

    def send(self, data: bytes) -> None:
        super().send(data)
        self.sent += 1
        self.held_up_us += 1_000_000

    def clock_us(self) -> int:
        return super().clock_us() + self.held_up_us


def test_a_host_that_was_held_up_finds_the_answer_that_came_meanwhile() -> None:
    link = HeldUpLink(Rig().wire)
    instrument = WireInstrument(link)
    instrument.identify()
    assert instrument.status().simulated
    assert link.sent == 2


@pytest.fixture
def address() -> Iterator[tuple[str, int]]:
    with simulator() as address:
        host, _, port = address.removeprefix("tcp://").rpartition(":")
        yield host, int(port)


def test_a_silent_host_loses_its_command_to_the_next_one(address: tuple[str, int]) -> None:
    kept_open = TcpLink(*address)
    silent, next_one = WireInstrument(kept_open), WireInstrument(TcpLink(*address))
    silent.identify()
    # Nobody closes the first connection, as when a cable is pulled.
    time.sleep(1.2e-6 * LINK_WATCHDOG.limit_us)
    next_one.identify()
    with pytest.raises(NoReplyError):
        silent.status()
    assert next_one.status().simulated
    next_one.close()
    kept_open.close()


def test_a_host_that_speaks_keeps_its_command(address: tuple[str, int]) -> None:
    first, other = TcpLink(*address), TcpLink(*address)
    commanding = WireInstrument(first)
    boot = commanding.identify().boot
    other.send(encode(Frame(kind=Kind.HELLO, epoch=0, number=1, values={"nonce": 7})))
    for _ in range(5):
        assert commanding.status().boot == boot
    assert other.receive(50_000) == b""
    other.close()
    commanding.close()
