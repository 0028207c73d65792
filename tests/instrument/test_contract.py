"""Claims: every link to an instrument keeps one contract; the state and force asked for are the ones read back."""

import os
import pty
import threading
import time
import tty
from collections.abc import Iterator

import pytest
from rigs import GATE, SHAPE, T7, Rig, interlock_over

from served_instrument import simulator
from spondyl.instrument import (
    Delivery,
    InstrumentRefusedError,
    Interlock,
    Limits,
    Reason,
    Refusal,
    State,
)
from spondyl.instrument.drivers import Link, SerialLink, TcpLink, WireInstrument


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Every link to the simulator, or only the instrument of ``--instrument``."""
    if "instrument" in metafunc.fixturenames:
        is_given = metafunc.config.getoption("--instrument", default=None)
        links = ["given"] if is_given else ["in process", "tcp", "serial"]
        metafunc.parametrize("instrument", links, indirect=True)


@pytest.fixture
def is_simulated(request: pytest.FixtureRequest) -> bool:
    return not request.config.getoption("--device", default=False)


pytestmark = pytest.mark.alone  # tokens and watchdogs of two of the links run in real time


def given_link(address: str) -> Link:
    if address.startswith("serial://"):
        return SerialLink(address.removeprefix("serial://"))
    host, _, port = address.removeprefix("tcp://").rpartition(":")
    return TcpLink(host, int(port))


@pytest.fixture(scope="module")
def tcp_address() -> Iterator[tuple[str, int]]:
    with simulator() as address:
        host, _, port = address.removeprefix("tcp://").rpartition(":")
        yield host, int(port)


class SerialLine:
    """The simulator behind a pseudo-terminal, in real time."""

    def __init__(self) -> None:
        self.wire = Rig().wire
        self.master, self.slave = pty.openpty()
        tty.setraw(self.slave)
        self.path = os.ttyname(self.slave)
        self.is_running = True
        os.set_blocking(self.master, False)
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def run(self) -> None:
        started = time.monotonic()
        while self.is_running:
            late_us = int((time.monotonic() - started) * 1e6) - self.wire.firmware.now_us
            self.wire.firmware.advance(max(0, late_us))
            try:
                os.write(self.master, self.wire.receive(os.read(self.master, 65536)))
            except BlockingIOError:
                time.sleep(0.001)

    def close(self) -> None:
        self.is_running = False
        self.thread.join()
        os.close(self.master)
        os.close(self.slave)


@pytest.fixture
def instrument(request: pytest.FixtureRequest) -> Iterator[WireInstrument]:
    if request.param == "in process":
        yield Rig().instrument
    elif request.param in ("tcp", "given"):
        given = request.config.getoption("--instrument", default=None)
        made = WireInstrument(
            given_link(given) if given else TcpLink(*request.getfixturevalue("tcp_address"))
        )
        yield made
        made.close()
    else:
        line = SerialLine()
        made = WireInstrument(SerialLink(line.path))
        yield made
        made.close()
        line.close()


@pytest.fixture
def armed(instrument: WireInstrument, is_simulated: bool) -> Interlock:
    interlock = interlock_over(instrument, simulated=is_simulated)
    instrument.wait(20_000)
    interlock.open()
    interlock.arm(T7)
    instrument.wait(30_000)
    return interlock


def delivered(interlock: Interlock, instrument: WireInstrument) -> Delivery:
    """One pulse; a token that ran out on a busy machine is asked for again."""
    for _ in range(5):
        result = interlock.deliver("T7", SHAPE)
        if isinstance(result, Delivery):
            return result
        assert result.reason in (
            Reason.DATA_STALE,
            Reason.DATA_MISSING,
            Reason.RATE,
            Reason.STATE_DIVERGES,
        ), result
        if result.reason is Reason.STATE_DIVERGES:
            interlock.arm(T7)
        instrument.wait(40_000)
    raise AssertionError(result)


def test_it_says_whether_it_is_simulated(instrument: WireInstrument, is_simulated: bool) -> None:
    assert instrument.identify().simulated is is_simulated
    assert instrument.status().simulated is is_simulated


def test_it_starts_safe_with_a_maximum_of_zero(instrument: WireInstrument) -> None:
    instrument.identify()
    status = instrument.safe_state()
    assert status.state is State.SAFE
    assert status.maximum_n == 0.0
    assert abs(status.force_n) < 1.0


def test_a_pulse_stays_below_what_was_asked_and_its_waveform_is_whole(
    armed: Interlock, instrument: WireInstrument, is_simulated: bool
) -> None:
    wave = delivered(armed, instrument).waveform
    assert wave.completed
    assert wave.simulated is is_simulated
    assert len(wave.force_n) == len(wave.acceleration_m_s2) >= 400
    assert 50.0 < wave.peak_n < 60.5
    assert instrument.status().pulse_count == 1


def test_a_token_gives_one_pulse(armed: Interlock, instrument: WireInstrument) -> None:
    token = delivered(armed, instrument).token
    instrument.wait(100_000)
    instrument.pulse(token)  # answered with the waveform it has, not fired
    assert instrument.status().pulse_count == 1


def test_connecting_again_never_arms(armed: Interlock, instrument: WireInstrument) -> None:
    assert instrument.status().state in (State.ARMED, State.SAFE)
    instrument.identify()
    instrument.wait(10_000)
    assert instrument.status().state is State.SAFE
    refusal = armed.deliver("T7", SHAPE)
    assert isinstance(refusal, Refusal)
    assert refusal.reason is Reason.SESSION_DIVERGES


def test_a_contact_of_before_is_not_armed_at(armed: Interlock, instrument: WireInstrument) -> None:
    armed.open()
    instrument.wait(20_000)
    with pytest.raises(InstrumentRefusedError, match="CONTACT"):
        instrument.reach(State.ARMED)
    assert abs(instrument.safe_state().force_n) < 1.0


@pytest.mark.parametrize("before", [State.SAFE, State.ARMED, State.PAUSED])
def test_the_stop_latches_until_a_person_clears_it(
    armed: Interlock, instrument: WireInstrument, before: State
) -> None:
    instrument.reach(before)
    try:
        assert armed.stop().state is State.STOPPED
        with pytest.raises(InstrumentRefusedError, match="STOPPED"):
            instrument.reach(State.ARMED)
        with pytest.raises(InstrumentRefusedError, match="STOPPED"):
            instrument.reach(State.SAFE)
        with pytest.raises(ValueError, match="named person"):
            armed.clear_stop(" ")
    finally:
        # The suite pressed it, so the suite releases it, or every test after a failure would fail too.
        released = armed.clear_stop("Dr Example")
    assert released.state is State.SAFE


def test_arming_without_a_maximum_is_refused(instrument: WireInstrument, is_simulated: bool) -> None:
    interlock = Interlock(instrument, session=2**40, gate=GATE, limits=Limits(), simulated=is_simulated)
    instrument.wait(20_000)
    interlock.open()
    instrument.place(T7)
    with pytest.raises(InstrumentRefusedError, match="ABOVE_CLAMP"):
        instrument.reach(State.ARMED)


def test_arming_with_a_preload_above_the_maximum_is_refused(
    instrument: WireInstrument, is_simulated: bool
) -> None:
    limits = Limits(maximum_n=T7.preload_n - 1.0)
    interlock = Interlock(instrument, session=2**40, gate=GATE, limits=limits, simulated=is_simulated)
    instrument.wait(20_000)
    interlock.open()
    instrument.place(T7)
    with pytest.raises(InstrumentRefusedError, match="ABOVE_CLAMP"):
        instrument.reach(State.ARMED)
    assert abs(instrument.safe_state().force_n) < 1.0


def test_silence_of_the_host_leads_to_safe(armed: Interlock, instrument: WireInstrument) -> None:
    instrument.wait(1_000_000)
    status = instrument.status()
    assert status.state is State.SAFE
    refusal = armed.deliver("T7", SHAPE)
    assert isinstance(refusal, Refusal)
    assert refusal.reason is Reason.STATE_DIVERGES


def test_a_host_that_was_away_gets_every_measurement_of_the_last_second_once(
    armed: Interlock, instrument: WireInstrument
) -> None:
    assert armed.case("T7", SHAPE).situation.intended is State.ARMED
    begun_us = instrument.status().time_us
    for _ in range(9):
        instrument.wait(100_000)
        instrument.status()  # a host that is silent for longer than the link watchdog loses the contact
    found = instrument.samples_after(begun_us)
    assert len(found) >= 900
    assert all(one.time_us > begun_us for one in found)
    at_ms = [one.time_us // 1000 for one in found]
    assert at_ms == list(range(at_ms[0], at_ms[0] + len(at_ms)))
    assert at_ms[0] - begun_us // 1000 in (0, 1)
    assert min(one.force_n for one in found) > 10.0
    instrument.wait(20_000)
    later = instrument.samples_after(found[-1].time_us)
    assert later[0].time_us // 1000 == at_ms[-1] + 1
