"""Which instrument a session speaks to: one behind an address, or the simulator in this process in virtual time."""

from collections.abc import Generator
from contextlib import contextmanager
from urllib.parse import urlsplit

from spondyl.clinic.adjust.patient import SimulatedPatient
from spondyl.instrument import Instrument, InstrumentError, State
from spondyl.instrument.drivers import InProcessLink, Link, SerialLink, TcpLink, WireInstrument
from spondyl.instrument.simulator import Bench, Firmware, TissuePlant, Wire


class AddressError(ValueError):
    """An address that is not one."""


@contextmanager
def open_instrument(address: str | None, patient: SimulatedPatient) -> Generator[Instrument]:
    """The driver, closed (to SAFE first) with the block; without an address, a simulator of this patient."""
    instrument = WireInstrument(_link(address) if address else _simulator(patient))
    try:
        yield instrument
    finally:
        _close(instrument)


def release_stop(address: str, person: str) -> bool:
    """Release the latched stop of an instrument on behalf of a named person; False when none was pressed.

    The instrument is SAFE then, without a session and with a maximum of zero. Raises InstrumentError.
    """
    instrument = WireInstrument(_link(address))
    try:
        instrument.identify()
        if instrument.status().state is not State.STOPPED:
            return False
        instrument.clear_stop(person)
        return True
    finally:
        _close(instrument)


def _close(instrument: WireInstrument) -> None:
    try:
        instrument.close()
    except InstrumentError:
        # Nothing more can be done from here; what the session could not do, its record already says.
        return


def _link(address: str) -> Link:
    parts = urlsplit(address)
    try:
        port = parts.port
    except ValueError:
        port = None
    if parts.scheme == "tcp" and parts.hostname and port:
        return TcpLink(parts.hostname, port)
    if parts.scheme == "serial" and parts.path:
        return SerialLink(parts.path)
    raise AddressError(f"{address} is not an address; write tcp://host:port or serial:///dev/name.")


def _simulator(patient: SimulatedPatient) -> Link:
    plant = TissuePlant(patient.tissues, seed=patient.seed)
    return InProcessLink(Wire(Firmware(Bench(plant, seed=patient.seed))))
