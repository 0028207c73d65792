"""The fields of a form as they were written: nothing is cut, and what is too long is refused in words."""

import re
from collections.abc import Mapping

from fastapi import Request

Written = Mapping[str, list[str]]
"""Every field of a form with its values."""
_KEY = re.compile("[0-9a-f]{32}")


async def written_fields(request: Request, *, most: int) -> Written:
    """Every field, at most so many. The end of a line is one character, as the browser counts it."""
    form = await request.form(max_fields=most)
    return {name: [_lines(str(one)) for one in form.getlist(name)] for name in form}


def field_of(fields: Written, name: str) -> str:
    """The value of a field, or an empty text."""
    return next(iter(fields.get(name, [])), "").strip()


def key_of(fields: Written) -> str | None:
    """The identifier under which what is new is kept, once, however often the form is sent; None without one."""
    sent = field_of(fields, "key")
    return sent if _KEY.fullmatch(sent) else None


def is_behind(fields: Written, mark: str) -> bool:
    """Whether the page was made from something else than what stands now; a form that says nothing is not."""
    return field_of(fields, "seen") not in ("", mark)


def too_long(fields: Written, longest: Mapping[str, tuple[str, int]]) -> str | None:
    """The first field that holds more than it may, in words; ``longest`` names a field and its most characters."""
    for name, (label, most) in longest.items():
        length = len(field_of(fields, name))
        if length > most:
            return (
                f"{label} has {length} characters; it holds at most {most}. Shorten it: nothing was cut off."
            )
    return None


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")
