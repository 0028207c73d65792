"""Syllables of Spanish words: the orthography decides them.

Source: RAE, Ortografía de la lengua española (2010), II.2: a strong vowel (a e o) beside a strong one is two
syllables; a weak one (i u) joins its neighbour unless it carries an accent; a final y is a vowel; u is silent in
que, qui, gue, gui.
"""

import re

_ONES = (
    *("cero", "uno", "dos", "tres", "cuatro", "cinco", "seis", "siete"),
    *("ocho", "nueve", "diez", "once", "doce", "trece", "catorce", "quince"),
)
_TENS = ("diez", "veinte", "treinta", "cuarenta", "cincuenta", "sesenta", "setenta", "ochenta", "noventa")
_HUNDREDS = (
    *("ciento", "doscientos", "trescientos", "cuatrocientos", "quinientos"),
    *("seiscientos", "setecientos", "ochocientos", "novecientos"),
)


def spanish_syllables(word: str) -> int:
    """Syllables of one word, or of a number as it is said; at least 1.

    >>> [spanish_syllables(word) for word in ("médula", "ciencia", "país", "guía", "quien", "hoy", "32")]
    [3, 2, 2, 2, 1, 1, 4]
    """
    plain = word.lower()
    if plain[:1].isdigit():
        return sum(spanish_syllables(part) for part in _said(plain))
    plain = re.sub(r"(?<=q)u|(?<=g)u(?=[eiéí])", "", plain)
    plain = re.sub(r"y(?![aeiouáéíóúü])", "i", plain)
    return max(1, sum(_nuclei(group) for group in re.findall(r"[aeiouáéíóúü]+", plain)))


def _nuclei(vowels: str) -> int:
    """Syllables in a run of vowels: one for each strong or accented one; one if all are weak."""
    return max(1, len(re.findall(r"[aeoáéóíú]", vowels)))


def _said(number: str) -> list[str]:
    whole, _, decimals = number.replace(",", "").replace(" ", "").partition(".")
    words = _whole(int(re.sub(r"\D", "", whole)[:9] or "0"))
    return words + (
        ["punto", *(_ONES[int(digit)] for digit in decimals if digit.isdigit())] if decimals else []
    )


def _whole(number: int) -> list[str]:
    if number < 16:
        return [_ONES[number]]
    if number < 100:
        tens, ones = divmod(number, 10)
        return [_TENS[tens - 1], *(["y", _ONES[ones]] if ones else [])]
    if number == 100:
        return ["cien"]
    if number < 1000:
        return [_HUNDREDS[number // 100 - 1], *(_whole(number % 100) if number % 100 else [])]
    size, name = (1000, "mil") if number < 1_000_000 else (1_000_000, "millones")
    head, rest = divmod(number, size)
    return [*(_whole(head) if head > 1 else []), name, *(_whole(rest) if rest else [])]
