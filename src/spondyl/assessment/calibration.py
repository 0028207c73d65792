"""From propagated spread to a 90 % interval that was checked on films: scale, floor and offset by kind."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

NORMAL_90 = 1.6448536269514722
"""Half width of the central 90 % of a normal distribution in standard deviations."""
NOT_NEGATIVE = ("cobb_",)
"""Kinds that are sizes of angles: their interval does not reach below 0."""
DEFAULT = "default"
FIELDS = ("lo_scale", "hi_scale", "floor", "offset", "unbias")


@dataclass(frozen=True, slots=True, kw_only=True)
class IntervalRule:
    """Interval of one kind from its propagated ``sd``: with r = sqrt(sd² + floor²), it runs
    from centre − lo_scale·r to centre + hi_scale·r, where centre = value + offset − unbias·shift.

    ``floor`` and ``offset`` are in the kind's own unit. ``shift`` is how far the mean of the drawings lies above the
    value: what noise adds to a largest value on this very film. ``unbias`` 1 takes it off once, 0 leaves it.
    """

    lo_scale: float = NORMAL_90
    hi_scale: float = NORMAL_90
    floor: float = 0.0
    offset: float = 0.0
    unbias: float = 0.0

    def numbers(self) -> tuple[float, ...]:
        """The five numbers in the order of FIELDS."""
        return self.lo_scale, self.hi_scale, self.floor, self.offset, self.unbias

    def __post_init__(self) -> None:
        numbers = self.numbers()
        if not all(math.isfinite(number) for number in numbers) or min(numbers[:3]) < 0.0:
            raise ValueError(f"An interval rule needs finite scales and floor of at least 0; got {numbers}.")

    def interval_90(self, value: float, sd: float, *, shift: float = 0.0) -> tuple[float, float]:
        """The calibrated interval; it always holds the value itself."""
        reach = math.hypot(sd, self.floor)
        centre = value + self.offset - self.unbias * shift
        low, high = centre - self.lo_scale * reach, centre + self.hi_scale * reach
        return min(low, value), max(high, value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """Interval rules by kind, by the beginning of a kind ("tilt_"), or "default"; ``source`` says how they were fitted.

    The longest key that a kind begins with wins, then "default".
    """

    rules: Mapping[str, IntervalRule]
    source: str

    def rule_for(self, kind: str) -> IntervalRule | None:
        """The rule of a kind, or None: its interval is then uncalibrated."""
        fitting = [key for key in self.rules if key != DEFAULT and kind.startswith(key)]
        return self.rules[max(fitting, key=len)] if fitting else self.rules.get(DEFAULT)

    def to_dict(self) -> dict[str, object]:
        """JSON-ready form; :meth:`from_dict` reads it back."""
        rules = {
            key: {name: number for name, number in zip(FIELDS, rule.numbers(), strict=True)}
            for key, rule in self.rules.items()
        }
        return {"source": self.source, "rules": rules}

    @classmethod
    def from_dict(cls, document: Mapping[str, object]) -> "Calibration":
        """Read a calibration; ``scale`` stands for both sides. Raises ValueError for unknown or wrong fields."""
        rules = document.get("rules")
        if not isinstance(rules, Mapping):
            raise ValueError('A calibration needs "rules": an object with one rule for each kind.')
        given = cast("Mapping[str, Mapping[str, float]]", rules)
        read = {key: _rule(key, fields) for key, fields in given.items()}
        return cls(rules=read, source=str(document.get("source", "unknown")))


def bounded_below(kind: str, value: float, interval: tuple[float, float]) -> tuple[float, float]:
    """The interval of a kind; the size of an angle never reaches below 0."""
    low, high = interval
    return (max(low, min(0.0, value)), high) if kind.startswith(NOT_NEGATIVE) else (low, high)


def _rule(key: str, fields: Mapping[str, float]) -> IntervalRule:
    both = {"lo_scale": fields["scale"], "hi_scale": fields["scale"]} if "scale" in fields else {}
    given = {**both, **{name: number for name, number in fields.items() if name != "scale"}}
    unknown = set(given) - set(FIELDS)
    if unknown:
        raise ValueError(f"Calibration of {key}: {sorted(unknown)} are not known; use scale or {FIELDS}.")
    return IntervalRule(**{name: float(number) for name, number in given.items()})
