"""Drivers: the wire protocol over a link. Only the shell may import this package."""

from spondyl.instrument.drivers.in_process import InProcessLink
from spondyl.instrument.drivers.link import Link
from spondyl.instrument.drivers.serial_port import SerialLink
from spondyl.instrument.drivers.tcp import TcpLink
from spondyl.instrument.drivers.wire_instrument import WireInstrument

__all__ = ["InProcessLink", "Link", "SerialLink", "TcpLink", "WireInstrument"]
