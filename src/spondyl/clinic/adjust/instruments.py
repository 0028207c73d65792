"""Which instrument a session speaks to: one behind an address, or the simulator in this process in virtual time."""

from collections.abc import Generator
from contextlib import AbstractContextManager, contextmanager

from spondyl.clinic.adjust.address import AddressError, tcp_place
from spondyl.clinic.adjust.patient import SimulatedPatient
from spondyl.instrument import Instrument, InstrumentError, NotSafeError, State
from spondyl.instrument.drivers import InProcessLink, Link, SerialLink, TcpLink, WireInstrument
from spondyl.instrument.simulator import Bench, Firmware, TissuePlant, Wire

SERIAL = "serial://"


def open_instrument(address: str | None, patient: SimulatedPatient) -> AbstractContextManager[Instrument]:
    """The driver, closed (to SAFE first) with the block; without an address, a simulator of this patient.

    A block that breaks off and leaves the safe state unproved ends in NotSafeError, which tells both.
    """
    return _closing(_link(address) if address else _simulator(patient))


def release_stop(address: str, person: str) -> bool:
    """Release the latched stop of an instrument on behalf of a named person; False when none was pressed.

    The instrument is SAFE then, without a session and with a maximum of zero. Raises InstrumentError.
    """
    with _closing(_link(address)) as instrument:
        instrument.identify()
        if instrument.status().state is not State.STOPPED:
            return False
        instrument.clear_stop(person)
        return True


@contextmanager
def _closing(link: Link) -> Generator[WireInstrument]:
    instrument = WireInstrument(link)
    try:
        yield instrument
    except BaseException as error:
        try:
            instrument.close()
        except InstrumentError as unsafe:
            raise NotSafeError(f"{unsafe} What came before: {error}") from error
        raise
    try:
        instrument.close()
    except InstrumentError:
        # The block came to its end: whether the tip was proved safe, its outcome and record say.
        return


def _link(address: str) -> Link:
    if at := tcp_place(address):
        return TcpLink(*at)
    if address.startswith(f"{SERIAL}/"):
        return SerialLink(address.removeprefix(SERIAL))
    raise AddressError(address)


def _simulator(patient: SimulatedPatient) -> Link:
    plant = TissuePlant(patient.tissues, seed=patient.seed)
    return InProcessLink(Wire(Firmware(Bench(plant, seed=patient.seed))))
