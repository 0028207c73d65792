"""JSON text as Python values, with a name said twice refused: plain readers would silently take the last one."""

import json
from typing import Any

from spondyl.assessment.table_text import TableTextError


def parsed_json(text: str) -> Any:
    """The values of a JSON text; raises TableTextError.

    >>> parsed_json('{"pain": 7}')
    {'pain': 7}
    """
    try:
        found = json.loads(text.lstrip("\ufeff"), object_pairs_hook=_object)
    except (ValueError, RecursionError) as error:
        if isinstance(error, TableTextError):
            raise
        raise TableTextError(
            where="the file",
            what=f"it is not JSON: {error}.",
            why="Nothing of it can be read.",
            do="Correct it at that place.",
        ) from None
    _check_whole_characters(found)
    return found


def _check_whole_characters(found: Any) -> None:
    r"""JSON can name half a character (``\ud800``), which no file, table or terminal takes."""
    try:
        json.dumps(found, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        raise TableTextError(
            where="the file",
            what=f"it holds half a character (\\u{ord(error.object[error.start]):04x}).",
            why="Such a text cannot be written or shown.",
            do="Write that text again.",
        ) from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        names = [name for name, _ in pairs]
        doubled = next(name for name in names if names.count(name) > 1)
        raise TableTextError(
            where="the file",
            what=f"{doubled!r} is given twice in one object.",
            why="It cannot be told which one counts.",
            do="Remove one.",
        )
    return made
