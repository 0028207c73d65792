"""The simulated firmware: states, pulses, clamps, watchdogs and counters, in virtual time."""

from collections import deque
from math import isfinite, nan, pi, sin

from spondyl.instrument.caps import PLACEHOLDER_PRELOAD_N, REGION_OF
from spondyl.instrument.limits import Limits
from spondyl.instrument.protocol import KEPT_MEASUREMENTS, MOST_SAMPLES, Code
from spondyl.instrument.simulator.bench import Bench
from spondyl.instrument.simulator.clamps import (
    CLAMP_MARGIN_N,
    SLACK_N,
    Bearing,
    Counters,
    Token,
    clamp_n,
    refuse_token,
)
from spondyl.instrument.simulator.plant import STEP_US
from spondyl.instrument.simulator.pulse import RECORD_US, Recording
from spondyl.instrument.status import Cause, Contact, Sample, State, Status
from spondyl.instrument.timeouts import LINK_WATCHDOG, MEASUREMENT_WATCHDOG
from spondyl.instrument.watchdog import FLAT_SAMPLES, Watchdog, is_valid_run

IDLE_US = 1_000
CONTACT_LOST_N = 2.0
TIP_OFF_N = 1.0
"""With the tip off the sensor reads less than this; one whose zero has moved hides as much from the clamp."""
LEARNT_N = 10.0
"""A weaker pulse tells too little of how a contact answers: noise is too large a share of it."""
GAIN_SAFETY = 1.01
"""A gain measured at 30 N is wrong by a third of a per cent."""
KEPT_SAMPLES = 32
WATCHED_TICKS = FLAT_SAMPLES + MEASUREMENT_WATCHDOG.limit_us // IDLE_US
"""So many ticks outlast the watchdog after its own list of readings is full."""
KEPT_TICKS = max(KEPT_SAMPLES, KEPT_MEASUREMENTS + 1, WATCHED_TICKS)
"""So many ticks fill every list of readings; the last may share a millisecond with the one before."""
LIVE = (State.ARMED, State.PULSING, State.PAUSED)
_PULSING = State.PULSING  # looked up once: Python 3.11 is slow to find a member, and every tick asks
_NOWHERE = Contact(segment="")


class Firmware:
    """One simulated instrument. Time passes only in :meth:`advance`; every command returns a refusal code or none."""

    def __init__(self, bench: Bench, *, boot: int = 1) -> None:
        self.bench = bench
        self.now_us = 0
        self._owed_us = 0
        self.is_on = True
        self.stops = 0
        self.counters = Counters(segment_count={}, segment_impulse_ns={})
        self._start(boot)

    def _start(self, boot: int) -> None:
        self._boot = boot
        self.state = State.SAFE
        self._cause = Cause.POWER_ON
        self._limits = Limits()
        self._session_open = False
        self._contact = _NOWHERE
        self._contact_id = 0
        self._contacts_made = 0
        self._gains: dict[int, float] = {}  # of pulses at this contact, by their length
        self._link_us = self.now_us
        self._watchdog = Watchdog(fed_us=self.now_us)
        self._run: deque[float] = deque(maxlen=FLAT_SAMPLES)
        self._samples: deque[tuple[int, float]] = deque(maxlen=KEPT_SAMPLES)
        self._measured: deque[tuple[int, float]] = deque(maxlen=KEPT_MEASUREMENTS)
        self._measured_ms = -1
        self.recording: Recording | None = None

    # Commands

    def hello(self) -> None:
        """A host connects: SAFE, no session and a maximum of zero, whatever was before; a stop stays."""
        self.reach(State.SAFE)
        self._limits = Limits()
        self._session_open = False

    def heard(self) -> None:
        """A valid frame of the present epoch came in."""
        self._link_us = self.now_us

    def lost_link(self) -> None:
        """The host is gone for certain."""
        if self.state in LIVE:
            self._rest(State.SAFE, Cause.LINK_LOST)

    def open_session(self, session: int, limits: Limits) -> Code | None:
        """Count for a session under limits."""
        if self.state is not State.SAFE:
            return self._wrong_state()
        if session == 0:
            return Code.OUT_OF_RANGE
        if session != self.counters.session:
            self.counters = Counters(
                session=session,
                last_start_us=self.counters.last_start_us,
                segment_count={},
                segment_impulse_ns={},
            )
        self._limits = limits
        self._session_open = True
        self._contact = _NOWHERE
        return None

    def place(self, contact: Contact) -> Code | None:
        """Remember where ARMED will make contact."""
        if self.state is not State.SAFE:
            return self._wrong_state()
        least_n, most_n = PLACEHOLDER_PRELOAD_N
        where = (contact.left_mm, contact.cranial_mm, contact.left_tilt_deg, contact.cranial_tilt_deg)
        is_somewhere = contact.segment in REGION_OF and all(map(isfinite, where))
        if not is_somewhere or not least_n <= contact.preload_n <= most_n:
            return Code.OUT_OF_RANGE
        self._contact = contact
        return None

    def reach(self, state: State) -> Code | None:
        """Go to SAFE, ARMED or PAUSED."""
        if self.state is State.STOPPED:
            return Code.STOPPED
        if state is State.SAFE:
            self._rest(State.SAFE, Cause.ASKED)
            return None
        if state is State.ARMED:
            return self._arm()
        if state is State.PAUSED:
            return self._pause()
        return Code.OUT_OF_RANGE

    def pulse(self, token: Token) -> Code | None:
        """Spend a token; the one spent last is answered again and does nothing."""
        if self.state is State.STOPPED:
            return Code.STOPPED
        if self.recording is not None and token == self.recording.token:
            return None
        if self.state is not State.ARMED:
            return Code.WRONG_STATE
        code = refuse_token(token, self._bearing())
        if code is None:
            self._begin(token)
        return code

    def stop(self) -> None:
        """Stop, in any state, and latch; ``stops`` counts them, also those while the latch is pressed."""
        self.stops += 1
        self._rest(State.STOPPED, Cause.STOP)

    def clear_stop(self) -> Code | None:
        """Release the latch: to SAFE."""
        if self.state is not State.STOPPED:
            return Code.WRONG_STATE
        self._rest(State.SAFE, Cause.ASKED)
        return None

    def lose_power(self) -> None:
        """Everything but the counters and a pressed stop is forgotten; the spring takes the tip off."""
        self.is_on = False
        self._end_recording(completed=False)
        self.bench.retract()

    def regain_power(self) -> None:
        """Start again, SAFE; STOPPED when the stop was pressed before, for it is a switch."""
        was_stopped = self.state is State.STOPPED
        self.is_on = True
        self._start(self._boot + 1)
        if was_stopped:
            self.stop()

    # Reports

    def status(self) -> Status:
        """What the instrument reports."""
        return Status(
            time_us=self.now_us,
            state=self.state,
            cause=self._cause,
            boot=self._boot,
            simulated=True,
            session=self.counters.session if self._session_open else 0,
            segment=self._contact.segment or None,
            contact_id=self._contact_id,
            force_n=self._known_n(),
            maximum_n=self._limits.maximum_n,
            pulse_count=self.counters.count,
            impulse_ns=self.counters.impulse_ns,
            last_sequence=self.counters.last_sequence,
        )

    def _known_n(self) -> float:
        """The newest reading; not a number without a valid one within the watchdog's time: unknown is not no force."""
        is_known = self._run and not self._watchdog.has_expired(self.now_us)
        return self._run[-1] if is_known else nan

    def samples(self) -> tuple[Sample, ...]:
        """The newest measurements between pulses."""
        return tuple(Sample(time_us=time_us, force_n=force_n) for time_us, force_n in self._samples)

    def samples_after(self, after_us: int) -> list[tuple[int, float]]:
        """The first measurements after a moment that are still kept: (time in µs, force in N), one each millisecond."""
        return [one for one in self._measured if one[0] > after_us][:MOST_SAMPLES]

    # Time

    def advance(self, duration_us: int) -> None:
        """Let virtual time pass; while a pulse lasts or the tip comes off, in whole fine steps: the rest is owed."""
        self._owed_us += duration_us
        while self._owed_us >= (least_us := STEP_US if self._is_fine() else 1):
            if self.state not in LIVE and not self.bench.is_touching:
                self._idle()
                return
            step_us = STEP_US if least_us == STEP_US else min(IDLE_US, self._owed_us)
            self._owed_us -= step_us
            self._tick(step_us)

    def _idle(self) -> None:
        """Pass all that is owed with the tip off and nothing armed: no guard looks, no force can come.

        Readings before the last ``KEPT_TICKS`` are left out, for nobody could tell: newer ones fill every list that is
        kept, and a watchdog that was fed before them has expired all the same.
        """
        start_us, self.now_us, self._owed_us = self.now_us, self.now_us + self._owed_us, 0
        self.bench.step(None, IDLE_US)
        if self.is_on:
            times_us = [*range(start_us + IDLE_US, self.now_us, IDLE_US), self.now_us][-KEPT_TICKS:]
            self._keep_idle(list(zip(times_us, self.bench.read_still(len(times_us)), strict=False)))

    def _keep_idle(self, read: list[tuple[int, float]]) -> None:
        """Feed the watchdog with the newest of the readings that ends a valid run."""
        runs = [*self._run, *(force_n for _, force_n in read)]
        self._run.extend(runs[-FLAT_SAMPLES:])
        self._samples.extend(read)
        self._keep_measured(read)
        for at_us, _ in reversed(read[-WATCHED_TICKS:]):
            if is_valid_run(runs, at_rest=True):
                self._watchdog = self._watchdog.fed(at_us, True)
                return
            runs.pop()

    def _is_fine(self) -> bool:
        return self.state is _PULSING or self.bench.is_retracting

    def _tick(self, step_us: int) -> None:
        self.now_us += step_us
        self.bench.step(self._blocked_n(), step_us)
        if not self.is_on:
            return
        self._measure()
        if self.state is _PULSING:
            self._record()
        self._guard()

    def _measure(self) -> None:
        reading_n = self.bench.read()
        if reading_n is None:
            return
        self._run.append(reading_n)
        at_rest = not self._is_fine()
        if at_rest:
            self._samples.append((self.now_us, reading_n))
        if self.state is not _PULSING and (at_ms := self.now_us // IDLE_US) > self._measured_ms:
            self._measured_ms = at_ms
            self._measured.append((self.now_us, reading_n))
        self._watchdog = self._watchdog.fed(self.now_us, is_valid_run(list(self._run), at_rest=at_rest))

    def _keep_measured(self, read: list[tuple[int, float]]) -> None:
        """The first reading of each millisecond; of a leap only its last may share one with the reading before."""
        fresh = [one for one in read if one[0] // IDLE_US > self._measured_ms]
        if len(fresh) > 1 and fresh[-1][0] // IDLE_US == fresh[-2][0] // IDLE_US:
            fresh.pop()
        if fresh:
            self._measured_ms = fresh[-1][0] // IDLE_US
            self._measured.extend(fresh)

    def _guard(self) -> None:
        if self.state not in LIVE:
            return
        newest_n = self._run[-1] if self._run else 0.0
        if self._watchdog.has_expired(self.now_us):
            self._rest(State.FAULT, Cause.MEASUREMENT_LOST)
        elif newest_n > clamp_n(self._contact.segment, self._limits) + SLACK_N:
            self._rest(State.FAULT, Cause.OVER_FORCE)
        elif self.state is not _PULSING:
            self._guard_rest()

    def _guard_rest(self) -> None:
        if self._run and self._run[-1] < CONTACT_LOST_N:
            self._rest(State.SAFE, Cause.CONTACT_LOST)
        elif self.now_us - self._link_us > LINK_WATCHDOG.limit_us:
            self._rest(State.SAFE, Cause.LINK_LOST)

    # Transitions

    def _arm(self) -> Code | None:
        if self.state is State.ARMED:
            return None
        if self.state is State.PAUSED:
            self._enter(State.ARMED, Cause.ASKED)
            return None
        if self.state is not State.SAFE:
            return Code.WRONG_STATE
        code = self._refuse_arming()
        if code is None:
            self.bench.touch(self._contact)
            self._contacts_made += 1
            self._gains.clear()
            self._contact_id = self._contacts_made
            self._run.clear()
            self._samples.clear()
            self._enter(State.ARMED, Cause.ASKED)
        return code

    def _refuse_arming(self) -> Code | None:
        contact = self._contact
        most_n = clamp_n(contact.segment, self._limits) if contact.segment else self._limits.maximum_n
        verdicts = (
            (not self._session_open, Code.NO_SESSION),
            (most_n <= 0.0, Code.ABOVE_CLAMP),
            (not contact.segment, Code.CONTACT),
            (contact.preload_n > most_n, Code.ABOVE_CLAMP),
            (self.bench.is_retracting, Code.WRONG_STATE),
            (not is_valid_run(list(self._run), at_rest=True), Code.SENSOR),
            # Readings from before a sensor fell silent stay the newest.
            (self._watchdog.has_expired(self.now_us), Code.SENSOR),
            (any(abs(force_n) >= TIP_OFF_N for force_n in self._run), Code.SENSOR),
        )
        return next((code for refused, code in verdicts if refused), None)

    def _pause(self) -> Code | None:
        if self.state not in LIVE:
            return Code.WRONG_STATE
        self._end_recording(completed=False)
        self._enter(State.PAUSED, Cause.ASKED)
        return None

    def _begin(self, token: Token) -> None:
        bearing = self._bearing()
        limit_n, duration_us = clamp_n(token.segment, self._limits), token.shape.duration_us
        gain = self._gains.get(duration_us)
        room_n = (limit_n - bearing.preload_n - CLAMP_MARGIN_N) / max(1.0, (gain or 0.0) * GAIN_SAFETY)
        self.counters = self.counters.spent(token, self.now_us)
        self.recording = Recording(
            token=token,
            start_us=self.now_us,
            peak_n=max(0.0, min(token.shape.peak_n, room_n)),
            preload_n=sum(self._run) / len(self._run),
            limit_n=limit_n,
            is_known=gain is not None,
        )
        self.recording.append(self._run[-1], self.bench.read_acceleration())
        self._enter(State.PULSING, Cause.ASKED)

    def _record(self) -> None:
        recording = self.recording
        if recording is None:
            return
        recording.append(self._run[-1], self.bench.read_acceleration())
        is_driven = self.now_us - recording.start_us <= recording.token.shape.duration_us
        if is_driven and self._run[-1] < CONTACT_LOST_N:
            self._rest(State.SAFE, Cause.CONTACT_LOST)
        elif is_driven and recording.was_blind:  # what is felt meanwhile is not known
            self._rest(State.FAULT, Cause.MEASUREMENT_LOST)
        elif is_driven and recording.governor.must_cut:
            self._rest(State.FAULT, Cause.OVER_FORCE)
        elif self.now_us - recording.start_us >= RECORD_US:
            self._end_recording(completed=True)
            if recording.peak_n > LEARNT_N and not recording.was_blind:
                self._learn(recording)
            self._run.clear()
            self._enter(State.ARMED, Cause.PULSE_DONE)

    def _learn(self, recording: Recording) -> None:
        """Keep the greatest gain that this contact has shown for this length of pulse."""
        duration_us = recording.token.shape.duration_us
        self._gains[duration_us] = max(recording.gain, self._gains.get(duration_us, 0.0))

    def _blocked_n(self) -> float | None:
        recording = self.recording
        if self.state is not _PULSING or recording is None:
            return 0.0 if self.bench.is_retracting else None
        phase = (self.now_us - recording.start_us) / recording.token.shape.duration_us
        return recording.peak_n * sin(pi * phase) if 0.0 <= phase <= 1.0 else 0.0

    def _rest(self, state: State, cause: Cause) -> None:
        self._end_recording(completed=False)
        self.bench.retract()
        self._contact_id = 0
        self._enter(state, cause)

    def _enter(self, state: State, cause: Cause) -> None:
        if self.state is not state:
            self._cause = cause
        self.state = state

    def _end_recording(self, *, completed: bool) -> None:
        if self.recording is not None and self.state is State.PULSING:
            self.recording.end(completed=completed)

    def _wrong_state(self) -> Code:
        return Code.STOPPED if self.state is State.STOPPED else Code.WRONG_STATE

    def _bearing(self) -> Bearing:
        return Bearing(
            now_us=self.now_us,
            limits=self._limits,
            counters=self.counters,
            contact=self._contact,
            contact_id=self._contact_id,
            preload_n=max(self._run, default=0.0),
            has_valid_data=is_valid_run(list(self._run), at_rest=True),
        )
