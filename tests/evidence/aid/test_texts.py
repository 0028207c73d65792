"""Claim: both languages say the same things, without a digit, easily enough for every option and every shown record."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import spondyl.evidence.aid as aid_package
from spondyl.clinic.report.aid.page import reading_texts
from spondyl.evidence.aid import Language, aid_content, counts_of, words_of
from spondyl.evidence.library import Design, shipped_library

TEXTS = Path(aid_package.__file__).parent / "texts"
OPTIONS = [option.id for option in shipped_library().options]


def flat(table: dict[str, Any], path: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in table.items():
        if isinstance(value, dict):
            yield from flat(value, f"{path}{key}.")
        else:
            yield f"{path}{key}", value


def texts(language: Language) -> dict[str, Any]:
    return dict(flat(tomllib.loads((TEXTS / f"{language.value}.toml").read_text())))


def test_both_languages_have_the_same_texts_with_the_same_places() -> None:
    english, spanish = texts(Language.ENGLISH), texts(Language.SPANISH)
    assert english.keys() == spanish.keys()
    for key, value in english.items():
        if isinstance(value, list):
            assert len(value) == len(spanish[key]), key
        else:
            assert sorted(re.findall(r"\{\w+\}", value)) == sorted(re.findall(r"\{\w+\}", spanish[key])), key


@pytest.mark.parametrize("language", Language)
def test_no_text_holds_a_digit(language: Language) -> None:
    assert [key for key, value in texts(language).items() if re.search(r"\d", str(value))] == []


def test_the_spanish_names_joints_marrow_and_approval_as_patients_read_them() -> None:
    """'Juntas' are gaskets and meetings, bare 'médula' is the cord as well, and 'pedir permiso' is to ask for leave."""
    said = "\n".join(str(value) for value in texts(Language.SPANISH).values())
    assert re.findall(r"\bjuntas?\b|\bmédula\b(?! ósea)|piden permiso", said) == []
    assert "coyuntura" in said and "necesitan la aprobación de la FDA" in said


@pytest.mark.parametrize("language", Language)
def test_every_record_that_may_be_shown_has_plain_words(language: Language) -> None:
    words, library = words_of(language), shipped_library()
    missing = [
        harm.id for harm in library.harms if harm.origin.may_be_shown and not words.of("harms", harm.id)
    ]
    missing += [
        rule.id
        for rule in library.regulation
        if rule.origin.may_be_shown and not words.of("regulation", rule.id)
    ]
    missing += [
        option.condition for option in library.options if not words.of("conditions", option.condition)
    ]
    results = [library.result(option.main)[1] for option in library.options if option.main]
    missing += [result.versus for result in results if not words.of("versus", result.versus)]
    missing += [
        study.id
        for study in library.studies
        if study.funding and study.design is Design.RANDOMISED and not words.of("funders", study.id)
    ]
    assert missing == []


@pytest.mark.parametrize("option", OPTIONS)
def test_english_reads_at_grade_8_or_below(option: str) -> None:
    """Kincaid 1975. The whole page without its list of sources; measured 2.0 to 2.3."""
    counts = counts_of(
        reading_texts(aid_content(shipped_library(), option, Language.ENGLISH)), Language.ENGLISH
    )
    assert counts.flesch_kincaid_grade <= 8.0
    assert counts.words > 1000


@pytest.mark.parametrize("option", OPTIONS)
def test_spanish_reads_rather_easily(option: str) -> None:
    """INFLESZ 65 or more is 'rather easy' (Barrio Cantalejo 2008); Fernández Huerta 70 or more is grade 7."""
    counts = counts_of(
        reading_texts(aid_content(shipped_library(), option, Language.SPANISH)), Language.SPANISH
    )
    assert counts.inflesz >= 65.0
    assert counts.fernandez_huerta >= 70.0


@pytest.mark.parametrize("language", Language)
def test_even_the_hardest_passage_is_readable(language: Language) -> None:
    """No passage of 25 words or more above grade 12 (English), or below INFLESZ 55, 'normal' (Spanish)."""
    passages = {
        text for option in OPTIONS for text in reading_texts(aid_content(shipped_library(), option, language))
    }
    for text in passages:
        counts = counts_of([text], language)
        if counts.words >= 25:
            hard = (
                counts.flesch_kincaid_grade > 12.0 if language is Language.ENGLISH else counts.inflesz < 55.0
            )
            assert not hard, text
