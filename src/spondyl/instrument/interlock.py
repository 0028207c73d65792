"""The only way from a wish to a contact and to a pulse: asks the kernel, spends the token, keeps the ledger."""

from collections.abc import Callable
from dataclasses import dataclass

from spondyl.instrument.caps import PulseShape
from spondyl.instrument.gate import Gate
from spondyl.instrument.instrument import (
    Instrument,
    InstrumentError,
    InstrumentRefusedError,
    NoReplyError,
    Waveform,
)
from spondyl.instrument.latch import StopLatch
from spondyl.instrument.ledger import Ledger, PulseCharge
from spondyl.instrument.limits import (
    Case,
    Limits,
    PulseRequest,
    PulseToken,
    Situation,
    authorize,
    refuse_contact,
)
from spondyl.instrument.refusal import Refusal
from spondyl.instrument.status import Contact, State, Status


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """A pulse that took place: the leave it had and what was measured."""

    token: PulseToken
    waveform: Waveform


class ContactRefusedError(InstrumentError):
    """The tip was not brought to a contact; ``refusal`` says why."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(str(refusal))
        self.refusal = refusal


class Interlock:
    """One session on one instrument. Holds the gate, the limits, the ledger and the stop; nobody can go round it.

    ``simulated`` is what the session declares; a device that says otherwise is refused.
    """

    def __init__(
        self, instrument: Instrument, *, session: int, gate: Gate, limits: Limits, simulated: bool
    ) -> None:
        self._instrument = instrument
        self._session = session
        self._simulated = simulated
        self._gate = gate
        self._limits = limits
        self._latch = StopLatch()
        self._intended = State.SAFE
        self._ledger = Ledger(session=session, boot=0, simulated=simulated)

    @property
    def ledger(self) -> Ledger:
        """What the session has been charged with."""
        return self._ledger

    @property
    def limits(self) -> Limits:
        """What the clinician allows."""
        return self._limits

    @property
    def intended(self) -> State:
        """The state that was last asked for."""
        return self._intended

    def open(self, ledger: Ledger | None = None) -> Status:
        """Connect, in SAFE, and count for this session; ``ledger`` carries on one that the host lost hold of."""
        identity = self._instrument.identify()
        self._intended = State.SAFE
        status = self._instrument.open_session(self._session, self._limits)
        charges = (ledger or self._ledger).charges
        self._ledger = Ledger(
            session=self._session, boot=identity.boot, simulated=self._simulated, charges=charges
        )
        return status

    def arm(self, contact: Contact) -> Status:
        """Bring the tip to a contact and arm it there, from the safe state; raises :class:`ContactRefusedError`."""
        status = self.rest()
        refusal = refuse_contact(
            contact,
            self._gate,
            limits=self._limits,
            ledger=self._ledger,
            status=status,
            is_stopped=self._latch.is_pressed,
        )
        if refusal is not None:
            raise ContactRefusedError(refusal)
        self._instrument.place(contact)
        self._intended = State.ARMED
        return self._instrument.reach(State.ARMED)

    def pause(self) -> Status:
        """Keep the contact and refuse pulses."""
        self._intended = State.PAUSED
        return self._instrument.reach(State.PAUSED)

    def rest(self) -> Status:
        """The safe state, proved by reading back."""
        self._intended = State.SAFE
        return self._instrument.safe_state()

    def case(self, segment: str, shape: PulseShape) -> Case:
        """All that the kernel would judge now, for asking what is allowed before wishing for it."""
        status = self._instrument.status()
        self._ledger = self._ledger.reconciled(status)
        samples = self._instrument.samples()
        situation = Situation(
            now_us=self._instrument.now_us(),
            intended=self._intended,
            is_stopped=self._latch.is_pressed,
            status=status,
            samples=samples,
        )
        request = PulseRequest(segment=segment, contact_id=status.contact_id, shape=shape)
        return Case(
            request=request, gate=self._gate, limits=self._limits, ledger=self._ledger, situation=situation
        )

    def deliver(self, segment: str, shape: PulseShape) -> Delivery | Refusal:
        """Deliver one pulse, or say why not. An instrument that does not answer raises, and the token stays open."""
        case = self.case(segment, shape)
        token = authorize(case)
        if isinstance(token, Refusal):
            return token
        charge = PulseCharge(
            sequence=token.sequence,
            segment=segment,
            impulse_ns=shape.impulse_ns,
            at_us=case.situation.now_us,
        )
        self._ledger = self._ledger.opened(charge)
        return self._spend(token)

    def stop(self) -> Status:
        """Stop, now and in any state; the latch is pressed even when the instrument cannot be reached."""
        self._latch = self._latch.pressed()
        self._intended = State.STOPPED
        return self._instrument.stop()

    def clear_stop(self, person: str) -> Status:
        """A named person releases the stop; the instrument is then SAFE, not armed."""
        self._latch = self._latch.cleared(person)
        self._intended = State.SAFE
        return self._instrument.clear_stop(person)

    def _spend(self, token: PulseToken) -> Delivery:
        try:
            waveform = self._instrument.pulse(token)
        except InstrumentRefusedError:
            self._ledger = self._ledger.reconciled(self._instrument.status())
            raise
        except NoReplyError:
            self._intended = State.SAFE
            raise
        self._ledger = self._ledger.settled(waveform.impulse_ns)
        return Delivery(token=token, waveform=waveform)


Connect = Callable[[], Instrument]
"""Makes an instrument; the shell gives one to whoever needs to connect again."""
