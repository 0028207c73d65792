"""What can be a patient's telephone number, and how it is dialled: the one place for booking and desk."""

import re

FEWEST_DIGITS, MOST_DIGITS = 7, 18
"""Without the extension. E.164 has at most 15; a national zero and a prefix to dial abroad may stand before them."""
_WRITTEN = re.compile(
    r"\s*(?P<number>\+?[0-9\s()./\-\u2010-\u2013]+?)"
    r"(?:[\s,;]*(?:extension|extensión|ext|int|x|#)[\s.:]*(?P<extension>[0-9]{1,6}))?\s*",
    re.IGNORECASE,
)


def is_telephone(text: str) -> bool:
    """True for what can be a telephone number: 7 to 18 digits, with +, spaces, hyphens, brackets, an extension.

    >>> [is_telephone(one) for one in ("+49 (0)30 123-4567", "714 555 0101 ext. 12", "abc", "12345")]
    [True, True, False, False]
    """
    found = _WRITTEN.fullmatch(text)
    return found is not None and FEWEST_DIGITS <= len(_digits(found["number"])) <= MOST_DIGITS


def dialled(text: str) -> str:
    """The number as a link dials it: digits, after a plus where there is one; the extension is asked for by voice.

    >>> dialled("+1 (714) 555-0101 x12")
    '+17145550101'
    """
    found = _WRITTEN.fullmatch(text)
    number = found["number"] if found else text
    return ("+" if number.strip().startswith("+") else "") + _digits(number)


def _digits(number: str) -> str:
    return "".join(sign for sign in number if sign in "0123456789")
