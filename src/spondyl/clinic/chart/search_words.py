"""What somebody typed to find a patient: words of a name, an e-mail address, a day of birth, a telephone number."""

import re
from dataclasses import dataclass
from datetime import date, datetime

# Fewer digits are a record number; more may be a part of a telephone number.
FEWEST_PHONE_DIGITS = 6
_BETWEEN = str.maketrans(dict.fromkeys(',;:()"“”', " ") | {".": ""})
_PHONE = re.compile(r"\+?[\d\s().\-/]+", re.ASCII)
_DAYS = (
    (re.compile(r"\b\d{4}-\d{1,2}-\d{1,2}\b", re.ASCII), ("%Y-%m-%d",)),
    (re.compile(r"\b\d{1,2} [^\W\d]+ \d{4}\b", re.ASCII), ("%d %B %Y", "%d %b %Y")),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """Every part of it must fit: ``names`` and ``mails`` are words, ``digits`` those of a telephone number."""

    names: tuple[str, ...] = ()
    mails: tuple[str, ...] = ()
    born: date | None = None
    record_number: int | None = None
    digits: str = ""


def sought(folded: str) -> Sought:
    """What a folded text looks for; a comma, as lists print names, is no part of a name.

    >>> sought("demo-hart, amelia 12 april 1980")
    Sought(names=('demo-hart', 'amelia'), mails=(), born=datetime.date(1980, 4, 12), record_number=None, digits='')
    >>> sought("(714) 555-0100").digits
    '7145550100'
    """
    born, rest = _day_in(folded)
    digits = phone_digits(rest) if _PHONE.fullmatch(rest) else ""
    number = int(rest) if rest == digits and 0 < len(digits) < 10 else None
    if number is not None or len(digits) >= FEWEST_PHONE_DIGITS:
        return Sought(
            born=born, record_number=number, digits=digits if len(digits) >= FEWEST_PHONE_DIGITS else ""
        )
    words = rest.split()
    return Sought(
        names=tuple(words_of_name(" ".join(word for word in words if "@" not in word)).split()),
        mails=tuple(word.strip(",;:()<>") for word in words if "@" in word),
        born=born,
    )


def words_of_name(folded: str) -> str:
    """A folded name without the marks between and after its words."""
    return " ".join(folded.translate(_BETWEEN).split())


def phone_digits(phone: str) -> str:
    """The digits of a telephone number."""
    return "".join(sign for sign in phone if sign.isdigit())


def _day_in(folded: str) -> tuple[date | None, str]:
    """The first day in a text, as a form sends it or as pages print it, and the text without it."""
    for pattern, forms in _DAYS:
        found = pattern.search(folded)
        born = found and _day(found[0], forms)
        if found and born:
            return born, f"{folded[: found.start()]} {folded[found.end() :]}".strip(" ,")
    return None, folded


def _day(text: str, forms: tuple[str, ...]) -> date | None:
    for form in forms:
        try:
            return datetime.strptime(text, form).date()
        except ValueError:
            continue
    return None
