"""A number as people write it: digits, and at most one decimal sign. Python reads more than that, and other numbers."""

import re

_DECIMAL = re.compile(r"-?[0-9]{1,9}(?:[.,][0-9]{1,17})?")
_THOUSANDS = re.compile(r"-?[1-9][0-9]{0,2},[0-9]{3}")
_WHOLE = re.compile(r"[0-9]{1,9}")


def written_decimal(text: str) -> float | None:
    """The number of such a text; None where it is none, or may be one of two: 1,250 with its comma for thousands.

    >>> [written_decimal(text) for text in ("38,5", " 7.25 ", "1_0", "1e1", "+5", "nan", "1,250")]
    [38.5, 7.25, None, None, None, None, None]
    """
    kept = text.strip(" \t")
    if not _DECIMAL.fullmatch(kept) or _THOUSANDS.fullmatch(kept):
        return None
    return float(kept.replace(",", "."))


def written_whole(text: str) -> int | None:
    """The number of a text that holds digits alone; None else.

    >>> [written_whole(text) for text in ("10", "1_0", "+1", "1.0", "")]
    [10, None, None, None, None]
    """
    kept = text.strip(" \t")
    return int(kept) if _WHOLE.fullmatch(kept) else None
