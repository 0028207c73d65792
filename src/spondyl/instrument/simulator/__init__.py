"""A simulator of an instrument at firmware level. It is not a device, and every message it sends says so."""

from spondyl.instrument.simulator.bench import Bench, SensorFault
from spondyl.instrument.simulator.firmware import Firmware
from spondyl.instrument.simulator.plant import Plant, PlantResponse, Tissue, TissuePlant
from spondyl.instrument.simulator.wire import Wire

__all__ = ["Bench", "Firmware", "Plant", "PlantResponse", "SensorFault", "Tissue", "TissuePlant", "Wire"]
