"""How hard to push: pure, and whatever is uncertain may only lower it.

All forces here are above the preload unless their name says total. The actuator gives way, so tissue receives only a
share of the commanded force; the share is measured by a small pulse at this very contact, of the length of the dose.
"""

from dataclasses import dataclass

from spondyl.instrument import Waveform
from spondyl.treatment.adjustment.approach import Approach
from spondyl.treatment.adjustment.probing import Scatter, Stiffness

MARGIN_N = 1.0
"""Kept free below the cap for sensor noise and the firmware's own margin."""

LEAST_PULSE_N = 5.0
"""A smaller pulse does not stand out; it is not worth its risk. Chosen."""

PROBE_N = 20.0
"""Usual peak of a probing pulse, the least of what is usual: in 2.5 ms it reads the simulator's tissue to 1.25 %, while
the next contact differs by 4 %. The caps may lower it. Engineering placeholder."""

CALIBRATE_N = (20.0, 30.0)
"""Least and most of a calibrating pulse where the caps allow it: a third of what they leave for the dose."""

PRELOAD_N = 20.0
LEAST_PRELOAD_N = 10.5
MOST_GROWTH = 3.0
"""The share of a probe is trusted up to a pulse this many times as large. Chosen."""

SHARE_SD = 0.01
"""What a share differs by from one pulse to the next at the same contact, beside sensor noise. Chosen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """Delivered peak for each newton commanded, told from one small pulse: ``low`` and ``high`` hold it."""

    value: float
    sd: float
    probed_n: float

    @property
    def high(self) -> float:
        """Upper bound, two standard deviations above."""
        return self.value + 2.0 * self.sd

    def predicted_n(self, commanded_n: float) -> float:
        """Delivered peak above the preload."""
        return self.value * commanded_n


def share_of(waveform: Waveform, commanded_n: float, force_sd_n: float) -> Share:
    """The share from a pulse at this contact. A crest of five samples is averaged: the largest of many is biased."""
    crest = int(waveform.force_n.argmax())
    around = waveform.force_n[max(0, crest - 2) : crest + 3]
    # A half-sine loses π²/2 · (offset/duration)² of its crest; the mean of squared offsets of five points is 2.
    lost = 4.9348 * 2.0 * (waveform.interval_us / waveform.duration_us) ** 2
    delivered_n = (float(around.mean()) - waveform.preload_n) / (1.0 - lost)
    noise = force_sd_n * (1.0 / len(around) + 1.0 / 8.0) ** 0.5 / commanded_n
    value = delivered_n / commanded_n
    return Share(value=value, sd=(noise**2 + (SHARE_SD * value) ** 2) ** 0.5, probed_n=commanded_n)


def preload_n(cap_n: float) -> float:
    """The usual preload, less under a low cap."""
    return min(PRELOAD_N, max(LEAST_PRELOAD_N, 0.4 * cap_n))


def probe_n(cap_n: float) -> float:
    """The commanded peak of a probe that stays below the cap, 0 where the cap leaves no room for one."""
    room_n = cap_n - preload_n(cap_n) - MARGIN_N
    return min(PROBE_N, room_n) if room_n >= LEAST_PULSE_N else 0.0


def calibrate_n(cap_n: float) -> float:
    """The commanded peak of a calibrating pulse: the smallest from which the largest dose may still be told."""
    room_n = cap_n - preload_n(cap_n) - MARGIN_N
    least_n, most_n = CALIBRATE_N
    return min(max(least_n, room_n / MOST_GROWTH), most_n, room_n) if room_n >= LEAST_PULSE_N else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Dose:
    """A pulse to command, what it is predicted to deliver, and why it is this one. ``commanded_n`` 0: none."""

    commanded_n: float
    predicted_n: float
    duration_us: int
    reason: str
    is_lowered: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """What caps, preload and budget leave: total cap and preload in N, and the impulse that may still be spent."""

    cap_n: float
    preload_n: float
    rest_ns: float


def choose_dose(aim_mm: float, approach: Approach, low_n_mm: float, share: Share, room: Room) -> Dose:
    """The least force that is expected to move the joint by ``aim_mm``, under every bound.

    ``low_n_mm`` is the lower bound of the segment's stiffness: softer tissue needs less. The share's upper bound
    stands where a larger share would mean more force than wished.
    """
    mm_per_n = approach.mm_per_n * approach.twin_n_mm / low_n_mm
    bounds = {
        f"for {aim_mm:g} mm between the segments": aim_mm / mm_per_n / share.high,
        f"lowered to the cap of {room.cap_n:g} N": (room.cap_n - room.preload_n - MARGIN_N)
        / max(1.0, share.high),
        f"lowered to {MOST_GROWTH:g} times the probe": MOST_GROWTH * share.probed_n,
        "lowered to what is left of the impulse budget": room.rest_ns
        * 3.14159
        / (2.0 * approach.duration_us * 1e-6),
    }
    why = min(bounds, key=lambda one: bounds[one])
    commanded_n = _down(max(0.0, bounds[why]))
    is_lowered = not why.startswith("for")
    if commanded_n < LEAST_PULSE_N:
        why = f"{why}: {commanded_n:g} N is too small to be worth a pulse"
        return Dose(
            commanded_n=0.0, predicted_n=0.0, duration_us=approach.duration_us, reason=why, is_lowered=True
        )
    predicted_n = round(share.predicted_n(commanded_n), 3)
    reason = f"{commanded_n:g} N commanded, {predicted_n:.1f} N expected above the preload, {why}."
    return Dose(
        commanded_n=commanded_n,
        predicted_n=predicted_n,
        duration_us=approach.duration_us,
        reason=reason,
        is_lowered=is_lowered,
    )


def _down(force_n: float) -> float:
    """Rounded down to a tenth of a newton."""
    return int(force_n * 10.0) / 10.0


def low_bound_n_mm(reading: Stiffness, scatter: Scatter) -> float:
    """The stiffness to dose for: the lower end of the interval."""
    return reading.interval_n_mm(scatter)[0]
