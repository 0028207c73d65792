"""The instrument: safety kernel, wire protocol, abstract interface; drivers and simulator are packages of their own.

Nothing here imports ``spondyl.instrument.drivers``: only the shell composes a session with a device.
"""

from spondyl.instrument.caps import REGION_OF, SEGMENTS, PulseShape, Region
from spondyl.instrument.gate import CONTRAINDICATIONS, Answer, Gate
from spondyl.instrument.instrument import (
    BadWaveformError,
    Instrument,
    InstrumentError,
    InstrumentRefusedError,
    NoReplyError,
    NotSafeError,
    Waveform,
)
from spondyl.instrument.interlock import ContactRefusedError, Delivery, Interlock
from spondyl.instrument.ledger import Ledger, PulseCharge
from spondyl.instrument.limits import (
    Case,
    Limits,
    PulseRequest,
    PulseToken,
    Situation,
    allowed_peak_n,
    authorize,
    cap_n,
    refuse_contact,
)
from spondyl.instrument.refusal import Reason, Refusal
from spondyl.instrument.status import Cause, Contact, Identity, Sample, State, Status

__all__ = [
    "CONTRAINDICATIONS",
    "REGION_OF",
    "SEGMENTS",
    "Answer",
    "BadWaveformError",
    "Case",
    "Cause",
    "Contact",
    "ContactRefusedError",
    "Delivery",
    "Gate",
    "Identity",
    "Instrument",
    "InstrumentError",
    "InstrumentRefusedError",
    "Interlock",
    "Ledger",
    "Limits",
    "NoReplyError",
    "NotSafeError",
    "PulseCharge",
    "PulseRequest",
    "PulseShape",
    "PulseToken",
    "Reason",
    "Refusal",
    "Region",
    "Sample",
    "Situation",
    "State",
    "Status",
    "Waveform",
    "allowed_peak_n",
    "authorize",
    "cap_n",
    "refuse_contact",
]
