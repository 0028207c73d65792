"""Claims: whatever fails at whatever moment of a whole session, it ends for a named reason, without force, with nothing
armed and no further pulse, and its record replays.

Source: the simulator's physical world, asked directly: what the patient feels, not what the sensor says. Virtual time.
"""

import math
from collections.abc import Callable
from dataclasses import replace
from threading import Event

import pytest

from spondyl.clinic.adjust.gate import CLEAR
from spondyl.clinic.adjust.pump import COUNTED, Rig, Silent, run_session
from spondyl.instrument import Interlock, Limits, Sample, State
from spondyl.instrument.drivers import InProcessLink, WireInstrument
from spondyl.instrument.protocol import FrameReader, Kind
from spondyl.instrument.simulator import Bench, Firmware, SensorFault, TissuePlant, Wire
from spondyl.treatment.adjustment import (
    Command,
    Fire,
    Head,
    Outcome,
    Place,
    Plan,
    Reading,
    Rule,
    StopBecause,
    Told,
    Verdict,
    replay,
)

MAXIMUM_N = 60.0
ENDS = {StopBecause.INSTRUMENT_FAILED, StopBecause.REFUSED, StopBecause.STOP_PRESSED}


def sensor(fault: SensorFault) -> Callable[[Firmware, Wire], None]:
    def apply(firmware: Firmware, _wire: Wire) -> None:
        firmware.bench.fault = fault

    return apply


def slip(firmware: Firmware, _wire: Wire) -> None:
    firmware.bench.slip()


def power_cut(firmware: Firmware, _wire: Wire) -> None:
    firmware.lose_power()
    firmware.advance(5_000)
    firmware.regain_power()


FAULTS: dict[str, Callable[[Firmware, Wire], None]] = {
    **{fault.value: sensor(fault) for fault in SensorFault if fault is not SensorFault.NONE},
    "slipped contact": slip,
    "power cut": power_cut,
    "link lost": lambda _firmware, wire: wire.lost(),
    "stop key": lambda firmware, _wire: firmware.stop(),
}


class Bedside(Silent):
    """Applies the fault once: before the second contact, before the second pulse, or in the middle of it."""

    def __init__(self, firmware: Firmware, wire: Wire, moment: str, fault: str) -> None:
        self.highest_n = 0.0
        self.fault_at_pulse = -1
        self._firmware, self._wire = firmware, wire
        self._moment, self._fault = moment, fault
        self._seen = 0
        self._tick = firmware._tick
        firmware._tick = self.tick

    def asked(self, command: Command, /) -> None:
        kind = {"contact": Place, "pulse": Fire}.get(self._moment)
        if kind is not None and isinstance(command, kind):
            self._seen += 1
            if self._seen == 2:
                self.apply()

    def tick(self, step_us: int) -> None:
        self._tick(step_us)
        self.highest_n = max(self.highest_n, self._firmware.bench.true_force_n)
        recording = self._firmware.recording
        if self._moment == "middle" and self.fault_at_pulse < 0 and self._firmware.counters.count == 2:
            assert recording is not None
            if self._firmware.state is State.PULSING and len(recording.points) >= 15:
                self.apply()

    def apply(self) -> None:
        self.fault_at_pulse = self._firmware.counters.count
        FAULTS[self._fault](self._firmware, self._wire)


def no_pain() -> Told:
    return Told(pain=0, wants_stop=False)


def ended(
    moment: str,
    fault: str,
    stop: Event | None = None,
    ask: Callable[[], Told] = no_pain,
    watcher: type[Bedside] = Bedside,
) -> tuple[Outcome, Firmware, Bedside, bytes]:
    firmware = Firmware(Bench(TissuePlant(), seed=4))
    wire = Wire(firmware)
    instrument, limits = WireInstrument(InProcessLink(wire)), Limits(maximum_n=MAXIMUM_N)
    plan = Plan(
        session=7,
        segments=("L2", "L3"),
        rule=Rule.CLINICIAN,
        chosen="L3",
        limits=limits,
        gate=CLEAR,
        probes=2,
    )
    interlock = Interlock(instrument, session=7, gate=CLEAR, limits=limits, simulated=True)
    bedside, parts = watcher(firmware, wire, moment, fault), list[bytes]()
    rig = Rig(
        instrument=instrument,
        interlock=interlock,
        ask=ask,
        stop=stop or Event(),
        watcher=bedside,
    )
    head = Head(plan=plan, started_at="2026-01-01T00:00:00.000+00:00", source="a test")
    outcome, _ = run_session(head, rig, parts.append)
    return outcome, firmware, bedside, b"".join(parts)


@pytest.mark.parametrize("moment", ["contact", "pulse", "middle"])
@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_ends_the_session_for_a_named_reason_without_force(moment: str, fault: str) -> None:
    outcome, firmware, bedside, record = ended(moment, fault)
    assert bedside.fault_at_pulse >= 0, "the fault never came"
    assert bedside.highest_n <= MAXIMUM_N
    if outcome.stopped_because in ENDS:
        assert outcome.text.strip()
        # A sensor that dies as the pulse is asked for is still fresh: that one pulse may begin, none after it.
        begun = firmware.counters.count - bedside.fault_at_pulse
        assert begun <= (moment == "pulse")
    else:  # it healed by itself (a link that came back, a tip that was set down anew): the session went on
        assert fault in {"link lost", "slipped contact", "power cut"}
    firmware.bench.fault = SensorFault.NONE
    firmware.advance(700_000)
    assert firmware.bench.true_force_n == 0.0
    assert firmware.state not in {State.ARMED, State.PULSING, State.PAUSED}
    assert replay(record).verdict is Verdict.IDENTICAL


class Overtaking(Event):
    """A stop that is pressed just after a command was let go: the first look does not see it yet."""

    looks = 0

    def is_set(self) -> bool:
        self.looks += super().is_set()
        return self.looks > 1


def test_a_stop_that_reaches_the_instrument_before_a_command_does_is_told_as_a_stop(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stop = Overtaking()

    def by_its_own_way(firmware: Firmware, _wire: Wire) -> None:
        stop.set()
        firmware.stop()

    monkeypatch.setitem(FAULTS, "stop key", by_its_own_way)
    outcome, firmware, _, record = ended("contact", "stop key", stop)
    assert outcome.stopped_because is StopBecause.STOP_PRESSED, outcome.text
    assert firmware.state is State.STOPPED
    assert replay(record).verdict is Verdict.IDENTICAL


@pytest.mark.parametrize("way", ["host", "instrument"])
def test_a_pulse_during_which_the_stop_is_pressed_is_in_the_record(
    monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    stop = Event()

    def press(firmware: Firmware, _wire: Wire) -> None:
        stop.set()
        if way == "instrument":
            firmware.stop()

    monkeypatch.setitem(FAULTS, "stop key", press)
    outcome, firmware, _, record = ended("middle", "stop key", stop)
    assert outcome.stopped_because is StopBecause.STOP_PRESSED
    assert len(outcome.delivered) == firmware.counters.count == 2
    assert outcome.delivered[-1].completed is (way == "host")
    assert firmware.state is State.STOPPED
    assert replay(record).verdict is Verdict.IDENTICAL


def test_a_stop_that_the_instrument_did_not_confirm_is_not_told_as_safe(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stop = Event()

    def cut(_firmware: Firmware, wire: Wire) -> None:
        stop.set()
        monkeypatch.setattr(wire, "receive", lambda _: b"")

    monkeypatch.setitem(FAULTS, "link lost", cut)
    outcome, firmware, _, record = ended("middle", "link lost", stop)
    assert outcome.stopped_because is StopBecause.STOP_PRESSED
    assert not outcome.is_safe and "did not confirm" in outcome.text
    assert firmware.counters.count == len(outcome.delivered) + 1
    assert "nobody knows whether it was given" in outcome.text
    assert replay(record).verdict is Verdict.IDENTICAL


def test_a_pulse_whose_result_is_lost_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def deaf(_firmware: Firmware, wire: Wire) -> None:
        receive = wire.receive

        def without_waveforms(data: bytes) -> bytes:
            _, frames = FrameReader().feed(data)
            return b"" if any(one.kind is Kind.WAVEFORM_ASK for one in frames) else receive(data)

        monkeypatch.setattr(wire, "receive", without_waveforms)

    monkeypatch.setitem(FAULTS, "link lost", deaf)
    outcome, firmware, _, record = ended("middle", "link lost")
    assert outcome.stopped_because is StopBecause.INSTRUMENT_FAILED and outcome.is_safe
    assert firmware.counters.count == len(outcome.delivered) + 1
    assert "counted one more pulse than is listed" in outcome.text
    assert replay(record).verdict is Verdict.IDENTICAL


def one_more(firmware: Firmware, _wire: Wire) -> None:
    counters = firmware.counters
    firmware.counters = replace(counters, count=counters.count + 1, last_sequence=counters.last_sequence + 1)


class AfterPulse(Bedside):
    """The fault comes after the answer to a pulse of this purpose."""

    def answered(self, command: Command, _reading: Reading, /) -> None:
        if isinstance(command, Fire) and command.purpose == self._moment and self.fault_at_pulse < 0:
            self.apply()


@pytest.mark.parametrize("end", ["rest", "pain", "stop"])
def test_a_pulse_that_nobody_asked_for_is_told_however_the_session_ends(
    monkeypatch: pytest.MonkeyPatch, end: str
) -> None:
    stop = Event()

    def extra(firmware: Firmware, wire: Wire) -> None:
        one_more(firmware, wire)
        if end == "stop":
            stop.set()

    monkeypatch.setitem(FAULTS, "extra", extra)
    pains = iter([0, 9] if end == "pain" else [])
    outcome, firmware, bedside, record = ended(
        "treat" if end == "pain" else "probe",
        "extra",
        stop,
        lambda: Told(pain=next(pains, 0), wants_stop=False),
        AfterPulse,
    )
    listed = bedside.fault_at_pulse
    assert firmware.counters.count == listed + 1 == len(outcome.delivered) + 1
    assert f"counted {listed + 1} pulses, {listed} are listed" in outcome.text
    assert outcome.is_safe
    expected = StopBecause.STOP_PRESSED if end == "stop" else StopBecause.INSTRUMENT_FAILED
    assert outcome.stopped_because is expected
    assert ("Pain rose" in outcome.text) is (end == "pain")
    assert replay(record).verdict is Verdict.IDENTICAL


@pytest.mark.parametrize("value", [math.nan, math.inf])
@pytest.mark.parametrize("sensor", ["read", "read_acceleration"])
@pytest.mark.parametrize("after_us", [1_000, 20_000])
def test_a_waveform_with_a_value_that_is_no_number_ends_the_session_and_is_in_the_record(
    monkeypatch: pytest.MonkeyPatch, value: float, sensor: str, after_us: int
) -> None:
    def spoil(firmware: Firmware, _wire: Wire) -> None:
        read = getattr(firmware.bench, sensor)

        def spoilt() -> float | None:
            pulse = firmware.recording
            is_now = pulse is not None and firmware.now_us == pulse.start_us + after_us
            return value if is_now and firmware.state is State.PULSING else read()

        setattr(firmware.bench, sensor, spoilt)

    monkeypatch.setitem(FAULTS, "no number", spoil)
    outcome, firmware, _, record = ended("pulse", "no number")
    assert outcome.stopped_because is StopBecause.INSTRUMENT_FAILED
    assert "a value is not a number" in outcome.text and COUNTED in outcome.text
    assert outcome.is_safe and firmware.state is State.SAFE
    assert len(outcome.delivered) == firmware.counters.count - 1 == 1
    assert replay(record).verdict is Verdict.IDENTICAL


def test_a_contact_whose_force_is_no_number_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    def spoil(firmware: Firmware, _wire: Wire) -> None:
        monkeypatch.setattr(firmware, "samples", lambda: (Sample(time_us=firmware.now_us, force_n=math.nan),))

    monkeypatch.setitem(FAULTS, "no number", spoil)
    outcome, _, _, record = ended("contact", "no number")
    assert outcome.stopped_because is StopBecause.INSTRUMENT_FAILED and "No force" in outcome.text
    assert replay(record).verdict is Verdict.IDENTICAL
