"""Find every number that a page shows: walk its dataclasses, collect figures and quoted numbers with stable names."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from spondyl.evidence.answer import Conclusion
from spondyl.evidence.library import Figure, Origin, Quote


def displayed_numbers(page: str, content: object) -> dict[str, Figure | Quote]:
    """Name to figure or quotation with a digit in it, for every one anywhere inside ``content``.

    A name is ``page: path of fields: record/part of the value``; equal ones are numbered in the order of the page.
    It holds no position in a list, so a study added above does not rename those below.
    """
    found: dict[str, Figure | Quote] = {}
    seen: Counter[str] = Counter()
    for path, one in _numbers(content, ""):
        name = f"{page}: {path}: {one.origin.key}"
        seen[name] += 1
        found[name if seen[name] == 1 else f"{name} ({seen[name]})"] = one
    return found


def _numbers(value: Any, path: str) -> Iterator[tuple[str, Figure | Quote]]:
    if isinstance(value, (Figure, Quote)):
        if re.search(r"\d", value.text):
            yield path, value
    elif not isinstance(value, (Origin, Conclusion)):  # a conclusion repeats numbers that stand beside it
        for name, inner in _parts(value):
            yield from _numbers(inner, f"{path}.{name}".strip("."))


def _parts(value: Any) -> Iterator[tuple[str, Any]]:
    """What is inside, by name; parts of a list carry none."""
    if is_dataclass(value):
        yield from ((field.name, getattr(value, field.name)) for field in fields(value))
    elif isinstance(value, Mapping):
        yield from ((str(key), inner) for key, inner in value.items())
    elif isinstance(value, (tuple, list)):
        yield from (("", inner) for inner in value)


def records_behind(origin: Origin) -> tuple[str, ...]:
    """Every record that a value rests on, sorted: its own and those of all its inputs."""
    found = {origin.record}
    for one in origin.inputs:
        found |= set(records_behind(one))
    return tuple(sorted(found))
