"""Write a nested table as TOML text, in the order given: the form of the library's records.

Only what records hold: texts, numbers, truth values, lists of these, tables and lists of tables. TOML 1.0.0.
"""

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

Table = Mapping[str, Any]


def toml_text(table: Table) -> str:
    """The whole document.

    >>> print(toml_text({"id": "x", "arms": [{"name": "a", "n": 3}]}), end="")
    id = "x"
    <BLANKLINE>
    [[arms]]
    name = "a"
    n = 3
    """
    return "\n".join(_lines(table, prefix="")) + "\n"


def _lines(table: Table, *, prefix: str) -> list[str]:
    plain = [f"{key} = {_value(value)}" for key, value in table.items() if not _is_table(value)]
    return plain + [
        line for key, value in table.items() if _is_table(value) for line in _inner(prefix + key, value)
    ]


def _inner(name: str, value: Any) -> list[str]:
    if isinstance(value, Mapping):
        return ["", f"[{name}]", *_lines(value, prefix=f"{name}.")]
    return [line for one in value for line in ("", f"[[{name}]]", *_lines(one, prefix=f"{name}."))]


def _is_table(value: Any) -> bool:
    if isinstance(value, Mapping):
        return True
    return (
        isinstance(value, Sequence)
        and not isinstance(value, str)
        and bool(value)
        and isinstance(value[0], Mapping)
    )


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float) and math.isfinite(value):
        return repr(value)
    if isinstance(value, Sequence):
        return f"[{', '.join(_value(one) for one in value)}]"
    raise TypeError(f"A record cannot hold {value!r}.")
