"""Any result of the evidence methods as a JSON object, with metafor's names where it has them."""

import math
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Any

import numpy as np

from spondyl.evidence.estimate import Interval

RENAMED = {
    "effect": "estimate",
    "statistic": "zval",
    "p_value": "pval",
    "i2_percent": "I2",
    "r2_percent": "R2",
}
"""Fields whose JSON name is metafor's."""

ENDS = {"interval": ("ci_lb", "ci_ub"), "prediction": ("pi_lb", "pi_ub")}
"""The two ends of an interval by the name of its field."""


def result_to_json(result: object) -> dict[str, Any]:
    """A dataclass as a flat object of plain values; arrays become lists, intervals two numbers.

    >>> from spondyl.evidence.counts import exact_proportion
    >>> result_to_json(exact_proportion(0, 10))["ci_lb"]
    0.0
    """
    found = _plain(result)
    if not isinstance(found, dict):
        raise TypeError(f"{type(result).__name__} is no dataclass.")
    return found


def _plain(value: object) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, np.ndarray):
        return _plain(value.tolist())
    if is_dataclass(value) and not isinstance(value, type):
        return _object(value)
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    return _number(value)


def _number(value: object) -> object:
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError(
            f"A result holds {value}: a value that is not given must be None, with a reason beside it."
        )
    return value


def _object(result: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for field in fields(result):
        value = getattr(result, field.name)
        if isinstance(value, Interval):
            low, high = ENDS.get(field.name, (f"{field.name}_lb", f"{field.name}_ub"))
            found |= {low: value.low, high: value.high, "level": value.level_percent}
        elif value is None and field.name in ENDS:
            found |= dict.fromkeys(ENDS[field.name])
        else:
            found[RENAMED.get(field.name, field.name)] = _plain(value)
    return found
