"""The fields of a form as they were written: nothing is cut, and what is too long is refused in words."""

from collections.abc import Mapping

from fastapi import Request

Written = Mapping[str, list[str]]
"""Every field of a form with its values."""


async def written_fields(request: Request, *, most: int) -> Written:
    """Every field, at most so many. The end of a line is one character, as the browser counts it."""
    form = await request.form(max_fields=most)
    return {name: [_lines(str(one)) for one in form.getlist(name)] for name in form}


def too_long(fields: Written, longest: Mapping[str, tuple[str, int]]) -> str | None:
    """The first field that holds more than it may, in words; ``longest`` names a field and its most characters."""
    for name, (label, most) in longest.items():
        length = len(next(iter(fields.get(name, [])), "").strip())
        if length > most:
            return (
                f"{label} has {length} characters; it holds at most {most}. Shorten it: nothing was cut off."
            )
    return None


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")
