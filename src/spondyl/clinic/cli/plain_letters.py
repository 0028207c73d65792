"""What is printed in the place of a character that a terminal's encoding has not: above all, a minus stays a minus."""

import sys
from codecs import lookup, register_error
from io import TextIOWrapper
from unicodedata import normalize

PLAIN = {
    **{"−": "-", "–": "-", "─": "-", "│": "|", "┼": "+", "◂": "<", "▸": ">", "■": "#", "◆": "*"},
    **{"≤": "<=", "≥": ">=", "…": "...", "“": "'", "”": "'", "‘": "'", "’": "'"},
    **{"°": "deg", "²": "^2", "·": "*", "×": "x", "→": "->", "±": "+/-"},
    **{"—": "-", "•": "*", "●": "*", "○": "o"},
}
"""No double quote: what is printed may be JSON."""
ERRORS = "spondyl.plain_letters"


def print_plainly() -> None:
    """Let standard output and error replace what they cannot encode; UTF-8 encodes everything."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper) and lookup(stream.encoding).name != "utf-8":
            stream.reconfigure(errors=ERRORS)


def in_letters_of(encoding: str, text: str) -> str:
    """The text as a terminal of this encoding will show it: for whoever counts its letters before it is printed.

    >>> in_letters_of("latin-1", "−3°"), in_letters_of("ascii", "−3°")
    ('-3°', '-3deg')
    """
    return text.encode(encoding, ERRORS).decode(encoding)


def _plain(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "".join(map(_of, error.object[error.start : error.end])), error.end


def _of(letter: str) -> str:
    """A plain sign for it, or the letter without its accents, or "?": half of "½" would be another number."""
    bare = normalize("NFKD", letter).encode("ascii", "ignore").decode() if letter.isalpha() else ""
    return PLAIN.get(letter) or bare or "?"


register_error(ERRORS, _plain)
