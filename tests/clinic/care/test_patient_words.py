"""Claim: the Spanish of consent and take-home sheet says what the English says, in what makes a patient act.

Source: the senses of the words: RAE, "de un día para otro": all at once; "de repente": all at once; "de nuevo": again.
"""

from itertools import chain

from spondyl.assessment.intake import InBoth, PatientLanguage
from spondyl.clinic.care import patient_words
from spondyl.clinic.care.patient_words import HOW_SURE_LINES, RIGHTS_LINES, STOP_RULE, WATCH_LINES

SUDDEN = ("de repente", "de un día a otro", "de un día para otro", "de nuevo")


def spanish(text: InBoth) -> str:
    return text.in_(PatientLanguage.SPANISH)


def test_what_is_new_or_grows_is_not_told_as_sudden() -> None:
    """A loss of control that came within days, or weakness that grows each day, is no less urgent."""
    for line in chain(WATCH_LINES, RIGHTS_LINES):
        assert not any(words in spanish(line) for words in SUDDEN), spanish(line)
    assert "desde hace poco" in spanish(WATCH_LINES[0])
    assert "cada día menos fuerza" in spanish(WATCH_LINES[1])


def test_how_many_and_how_much_are_the_same() -> None:
    """Most is no almost always, common is no normal, and a score must change by enough, not at all."""
    assert "mayoría" in spanish(HOW_SURE_LINES[0]) and "Casi siempre" not in spanish(HOW_SURE_LINES[0])
    assert spanish(WATCH_LINES[2]).startswith("Es frecuente")
    assert "lo bastante" in spanish(STOP_RULE)


def test_numbers_stand_in_both_languages() -> None:
    values = chain.from_iterable(
        one if isinstance(one, tuple) else (one,) for one in vars(patient_words).values()
    )
    for line in values:
        if isinstance(line, InBoth):
            english, other = line.in_(PatientLanguage.ENGLISH), spanish(line)
            assert [c for c in english if c.isdigit()] == [c for c in other if c.isdigit()], other
