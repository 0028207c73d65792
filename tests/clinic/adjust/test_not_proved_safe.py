"""Claims: whoever stands beside an instrument that was not proved safe is told so, however the session came to its
end; and an address that is none is refused in words."""

import os
from pathlib import Path
from threading import Event

import pytest
from typer.testing import CliRunner

from spondyl.clinic.adjust import instruments, record_file
from spondyl.clinic.adjust.patient import SimulatedPatient
from spondyl.clinic.adjust.stop_lane import send_stop
from spondyl.clinic.cli import app
from spondyl.instrument.drivers import InProcessLink, Link
from spondyl.instrument.protocol import FrameReader, Kind
from spondyl.instrument.simulator import Bench, Firmware, TissuePlant, Wire


@pytest.fixture
def is_deaf(monkeypatch: pytest.MonkeyPatch) -> Event:
    """The simulator of the session answers nothing from its first pulse on; set then."""
    deaf = Event()

    def simulator(patient: SimulatedPatient) -> Link:
        wire = Wire(Firmware(Bench(TissuePlant(patient.tissues, seed=1), seed=1)))
        receive = wire.receive

        def until_a_pulse(data: bytes) -> bytes:
            _, frames = FrameReader().feed(data)
            if any(one.kind is Kind.PULSE for one in frames):
                deaf.set()
            return b"" if deaf.is_set() else receive(data)

        monkeypatch.setattr(wire, "receive", until_a_pulse)
        return InProcessLink(wire)

    monkeypatch.setattr(instruments, "_simulator", simulator)
    return deaf


@pytest.mark.parametrize("words", [(), ("--json",)])
@pytest.mark.parametrize("is_disk_full", [False, True])
def test_the_person_beside_it_is_told_to_press_the_stop(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    is_deaf: Event,
    words: tuple[str, ...],
    is_disk_full: bool,
) -> None:
    write = os.write

    def full(file: int, data: bytes) -> int:
        if is_disk_full and is_deaf.is_set():
            raise OSError(28, "No space left on device")
        return write(file, data)

    monkeypatch.setattr(record_file.os, "write", full)
    options = ("--segments", "L3", "--max-n", "60", "--record", str(tmp_path / "r.tar"))
    done = CliRunner().invoke(app, ["adjust", "probe", *options, *words])
    assert is_deaf.is_set()
    assert done.exit_code == 12, done.output
    assert "NOT PROVED SAFE: press the instrument's stop and take the tip off by hand." in done.stderr
    assert ("No space left on device" in done.stderr) is is_disk_full


@pytest.mark.parametrize("address", ["tcp://[::1:7000", "tcp://bench:70000", "serial://"])
def test_an_address_that_is_none_is_refused_in_words(tmp_path: Path, address: str) -> None:
    words = ("--simulated", "--instrument", address, "--record", str(tmp_path / "r.tar"), "--json")
    done = CliRunner().invoke(app, ["adjust", "probe", *words])
    assert done.exit_code == 2, done.output
    assert f"{address} is not an address" in done.stderr
    send_stop(address)
