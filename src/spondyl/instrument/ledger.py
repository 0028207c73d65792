"""What a session has delivered so far, pulse by pulse. Part of the safety kernel."""

from dataclasses import dataclass, replace

from spondyl.instrument.status import Status


@dataclass(frozen=True, slots=True, kw_only=True)
class PulseCharge:
    """One pulse against the budgets: what was allowed, until the measured impulse is known and is more."""

    sequence: int
    segment: str
    impulse_ns: float
    at_us: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """All charges of one session on one run of the instrument (``boot``). ``is_open``: the newest is not settled."""

    session: int
    boot: int
    simulated: bool
    charges: tuple[PulseCharge, ...] = ()
    is_open: bool = False

    def count(self, segment: str | None = None) -> int:
        """Pulses of a segment, or of the session."""
        return len(self._of(segment))

    def impulse_ns(self, segment: str | None = None) -> float:
        """Impulse of a segment, or of the session, in newton seconds."""
        return sum(charge.impulse_ns for charge in self._of(segment))

    def opened(self, charge: PulseCharge) -> "Ledger":
        """The ledger with one more charge, made before the instrument hears of the pulse."""
        return replace(self, charges=(*self.charges, charge), is_open=True)

    def settled(self, measured_impulse_ns: float) -> "Ledger":
        """The newest pulse took place; a measured impulse above the allowed one replaces it, a lower one does not."""
        newest = self.charges[-1]
        kept = replace(newest, impulse_ns=max(newest.impulse_ns, measured_impulse_ns))
        return replace(self, charges=(*self.charges[:-1], kept), is_open=False)

    def reconciled(self, status: Status) -> "Ledger":
        """Take the newest charge back when the instrument's own counter proves that the pulse never took place.

        A counter of another session, or of another run of the instrument, proves nothing.
        """
        if self.is_open and self.beyond(status) == 0:
            return replace(self, charges=self.charges[:-1], is_open=False)
        return self

    def beyond(self, status: Status) -> int | None:
        """Pulses that the instrument counted beyond the settled ones; None where it counts another session or run."""
        if (status.boot, status.session) != (self.boot, self.session):
            return None
        return status.pulse_count - self.count() + self.is_open

    def _of(self, segment: str | None) -> tuple[PulseCharge, ...]:
        return tuple(charge for charge in self.charges if segment in (None, charge.segment))
