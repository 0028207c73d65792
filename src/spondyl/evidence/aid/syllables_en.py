"""Syllables of English words by rule, with the words that the rule gets wrong.

The measured agreement with the CMU Pronouncing Dictionary stands in tests/conformance/test_reading_ease.py.
"""

import re

_EXCEPTIONS = {
    word: count
    for count, words in {
        1: "used moves whole reused clothes",
        2: "centre centres being business diet doing every fluid going lower people platelet platelets surgeon "
        "surgeons science someone something sometimes therefore trial trials quiet client create riot via "
        "safety lifetime maybe somewhere themselves yourself doesn't didn't isn't wasn't couldn't wouldn't "
        "hasn't million millions union unions baseline guideline guidelines elsewhere fluids vitamin's "
        "oblique notebook placebo's",
        3: "area areas everyone everything idea ideas medicine medicines nausea several usual created radius "
        "everywhere medium nucleus recipe serious various previous client's lidocaine",
        4: "reliable usually seriously ibuprofen",
        5: "hyaluronic",
    }.items()
    for word in words.split()
}
_PARTS = re.compile(r"[aeiouy]+")
_ONES = (2, 1, 1, 1, 1, 1, 1, 2, 1, 1, 1, 3, 1, 2, 2, 2, 2, 3, 2, 2)
"""zero, one … nineteen."""
_TENS = (0, 0, 2, 2, 2, 2, 2, 3, 2, 2)
"""—, —, twenty, thirty … ninety."""


def english_syllables(word: str) -> int:
    """Syllables of one word, or of a number as it is said; at least 1.

    >>> [english_syllables(word) for word in ("injection", "cells", "placed", "needed", "able", "74")]
    [3, 1, 1, 2, 2, 4]
    """
    if len(word) > 1 and word.isupper():
        return sum(3 if letter == "W" else 1 for letter in word)
    plain = word.lower().replace("’", "'").strip("'")
    if plain[:1].isdigit():
        return _spoken(plain)
    if plain in _EXCEPTIONS:
        return _EXCEPTIONS[plain]
    return max(1, len(_PARTS.findall(plain)) - _silent(plain) + _split(plain))


def _silent(word: str) -> int:
    """Vowels at the end of a word, or before an ending such as -ly, that are written but not said."""
    inner = re.search(r"[^aeiouyl]e(?:ly|ment|ments|less|ful|fully|ness)$", word)
    return _silent_ending(word) + (1 if inner else 0)


def _silent_ending(word: str) -> int:
    if re.search(r"[^aeiouy]e$", word) and not re.search(r"[^aeiouyr]le$|^(be|he|me|she|the|we)$", word):
        return 1
    if re.search(r"[^aeioutdy]ed$", word) and not re.search(r"[^aeiouylr]led$", word):
        return 1
    if re.search(r"[^aeiouy]es$", word) and not re.search(r"(s|x|z|c|g|ch|sh|[^aeiouyr]l)es$", word):
        return 1
    return 0


def _split(word: str) -> int:
    """Two vowels side by side that are said apart."""
    apart = len(re.findall(r"(?<![aeiouyqg])i[ao](?!u)|eo(?!u)(?!ple)|(?<![qg])u[ao]|y[aeiou](?<=.y.)", word))
    joined = len(re.findall(r"[tscg]i(?:on|an|al|ous)|(?<=.)li(?:an|on)|[aeiou]y[aeiou](?:$|s)|i[ao]u", word))
    tails = len(re.findall(r"(?:sm|thm)$|[aeiouy][^aeiouy]+ier(?=s?$)", word))
    return max(0, apart - joined) + tails


def _spoken(number: str) -> int:
    """Syllables of a number: '3.4' is three point four, '1,200' one thousand two hundred."""
    whole, _, decimals = number.replace(",", "").partition(".")
    digits = re.sub(r"\D", "", whole) or "0"
    said = _whole(int(digits[:9]))
    return said + (1 + sum(_ONES[int(digit)] for digit in decimals if digit.isdigit()) if decimals else 0)


def _whole(number: int) -> int:
    if number < 20:
        return _ONES[number]
    if number < 100:
        return _TENS[number // 10] + (_ONES[number % 10] if number % 10 else 0)
    for size, word in ((1_000_000, 2), (1000, 2), (100, 2)):
        if number >= size:
            return _whole(number // size) + word + (_whole(number % size) if number % size else 0)
    raise AssertionError(number)
