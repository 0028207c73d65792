"""The firmware's own opinion on a pulse: it trusts no host, and shares only the tables of caps and times with it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import isfinite

from spondyl.instrument.caps import (
    PLACEHOLDER_DURATION_US,
    PLACEHOLDER_PEAK_N,
    REGION_OF,
    PulseShape,
    impulse_of_ns,
)
from spondyl.instrument.limits import Limits
from spondyl.instrument.protocol import Code
from spondyl.instrument.status import Contact
from spondyl.instrument.timeouts import LONGEST_TOKEN_US, PULSE_GAP

CLAMP_MARGIN_N = 0.75
"""Kept free below the clamp for the sensor's noise."""

SLACK_N = 1.0
"""A pulse above the clamp by less than this is lowered; above that, refused."""


_PEAK_N = {segment: PLACEHOLDER_PEAK_N[region] for segment, region in REGION_OF.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A token as it came over the wire."""

    sequence: int
    session: int
    segment: str
    contact_id: int
    shape: PulseShape
    impulse_ns: float
    expires_us: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Counters:
    """What was spent in a session; kept without power."""

    session: int = 0
    last_sequence: int = 0
    last_start_us: int = -PULSE_GAP.limit_us
    count: int = 0
    impulse_ns: float = 0.0
    segment_count: Mapping[str, int]
    segment_impulse_ns: Mapping[str, float]

    def spent(self, token: Token, at_us: int) -> "Counters":
        """The counters after a pulse began."""
        name = token.segment
        counts = {**self.segment_count, name: self.segment_count.get(name, 0) + 1}
        impulses_ns = {
            **self.segment_impulse_ns,
            name: self.segment_impulse_ns.get(name, 0.0) + token.shape.impulse_ns,
        }
        return replace(
            self,
            last_sequence=token.sequence,
            last_start_us=at_us,
            count=self.count + 1,
            impulse_ns=self.impulse_ns + token.shape.impulse_ns,
            segment_count=counts,
            segment_impulse_ns=impulses_ns,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Bearing:
    """What a token is judged against."""

    now_us: int
    limits: Limits
    counters: Counters
    contact: Contact
    contact_id: int
    preload_n: float
    has_valid_data: bool


def clamp_n(segment: str, limits: Limits) -> float:
    """Most total force the firmware gives at a segment."""
    return min(limits.maximum_n, _PEAK_N[segment])


def refuse_token(token: Token, bearing: Bearing) -> Code | None:
    """The first reason not to fire, or none."""
    return _refuse_leave(token, bearing) or _refuse_shape(token) or _refuse_amount(token, bearing)


def _refuse_leave(token: Token, bearing: Bearing) -> Code | None:
    verdicts = (
        (token.session != bearing.counters.session or token.session == 0, Code.NO_SESSION),
        (token.sequence != bearing.counters.last_sequence + 1, Code.SEQUENCE),
        (bearing.now_us > token.expires_us, Code.EXPIRED),
        (token.expires_us - bearing.now_us > LONGEST_TOKEN_US, Code.OUT_OF_RANGE),
        (token.contact_id != bearing.contact_id or token.contact_id == 0, Code.CONTACT),
        (token.segment != bearing.contact.segment, Code.CONTACT),
        (not bearing.has_valid_data, Code.SENSOR),
        (bearing.now_us - bearing.counters.last_start_us < PULSE_GAP.limit_us, Code.TOO_SOON),
    )
    return next((code for refused, code in verdicts if refused), None)


def _refuse_shape(token: Token) -> Code | None:
    shape = token.shape
    if not isfinite(shape.peak_n) or shape.peak_n <= 0.0:
        return Code.OUT_OF_RANGE
    shortest_us, longest_us = PLACEHOLDER_DURATION_US
    if not shortest_us <= shape.duration_us <= longest_us:
        return Code.OUT_OF_RANGE
    expected_ns = impulse_of_ns(shape.peak_n, shape.duration_us)
    agrees = abs(token.impulse_ns - expected_ns) <= 1e-3 * expected_ns
    return None if agrees else Code.OUT_OF_RANGE


def _refuse_amount(token: Token, bearing: Bearing) -> Code | None:
    limits, counters, name = bearing.limits, bearing.counters, token.segment
    if bearing.preload_n + token.shape.peak_n > clamp_n(name, limits) + SLACK_N:
        return Code.ABOVE_CLAMP
    impulse_ns = token.shape.impulse_ns
    is_used_up = (
        counters.count + 1 > limits.session_count
        or counters.segment_count.get(name, 0) + 1 > limits.segment_count
        or counters.impulse_ns + impulse_ns > limits.session_impulse_ns
        or counters.segment_impulse_ns.get(name, 0.0) + impulse_ns > limits.segment_impulse_ns
    )
    return Code.BUDGET if is_used_up else None
