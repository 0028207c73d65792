"""Claims: what does not fit in a form or an address is said in sentences, not in the words of the library that found
it, and without what may be a secret; in Spanish to a patient who reads Spanish."""

from collections.abc import Callable
from datetime import date
from typing import Annotated, Any, Literal, get_args

import pytest
from pydantic import AwareDatetime, Field, TypeAdapter, ValidationError
from pydantic_core import core_schema

from clinic_apps import Browser
from spondyl.clinic.chart.people import Person
from spondyl.clinic.chart.roles import Role
from spondyl.clinic.web.form_words import problem_words

Open = Callable[[Role], Browser]
RAW = ("Input should", "Field required", "unable to parse", "String should", "valid ", "validation")


def said(kind: Any, given: Any, name: str = "first_day") -> str:
    with pytest.raises(ValidationError) as raised:
        TypeAdapter(kind).validate_python(given)
    (error,) = raised.value.errors()
    return problem_words({**error, "loc": ("body", name)})


@pytest.mark.parametrize(
    ("kind", "given", "words"),
    [
        (date, "soon", "First day, 'soon', is no day of the calendar; write it like 2026-12-31."),
        (int, "abc", "First day, 'abc', is no whole number; write it like 12."),
        (float, "x", "First day, 'x', is no number; write it like 12.5."),
        (bool, "perhaps", "First day, 'perhaps', is neither yes nor no."),
        (Annotated[int, Field(ge=1)], 0, "First day, '0', is too small: it may be 1 at least."),
        (Annotated[int, Field(le=9)], 10, "First day, '10', is too great: it may be 9 at most."),
        (Literal["a", "b"], "c", "First day, 'c', is none of 'a' or 'b'."),
        (Annotated[str, Field(max_length=3)], "secret", "First day is too long: 3 characters at most."),
        (
            AwareDatetime,
            "2026-01-01T10:00",
            "First day, '2026-01-01T10:00', says no time zone; write it like 2026-12-31T09:30:00+00:00.",
        ),
        (str, None, "First day is no text."),
    ],
)
def test_each_kind_of_problem_is_a_sentence(kind: Any, given: Any, words: str) -> None:
    assert said(kind, given) == words


def test_no_problem_that_the_library_can_find_is_told_in_its_words() -> None:
    kinds = get_args(core_schema.ErrorType)
    assert len(kinds) > 80
    limits = dict.fromkeys(("gt", "ge", "lt", "le", "max_length", "min_length", "expected"), 3)
    for kind in kinds:
        words = problem_words({"type": kind, "loc": ("query", "q"), "ctx": limits, "input": None})
        assert words.startswith("Q ") and words.endswith(".") and "{" not in words, (kind, words)
        assert not any(raw in words for raw in RAW), (kind, words)


def test_a_page_says_what_is_wrong_with_what_was_sent(browser: Open, patient: Person) -> None:
    desk = browser(Role.FRONT_DESK)
    answers = [
        browser(Role.NOBODY).get("/book/times?day=soon"),
        desk.submit(f"/patients/{patient.id}/details", given_name="x" * 300),
        browser(Role.NOBODY).submit("/sign-in", name="lind", password="hunter2" * 50),
    ]
    assert [one.status_code for one in answers] == [422, 422, 422]
    assert not any(raw in one.text for one in answers for raw in RAW)
    assert "Office is missing." in answers[0].text and "is no day of the calendar" in answers[0].text
    assert "Nothing was saved." not in answers[0].text
    assert "Nothing was saved. Given name is too long: 200 characters at most." in answers[1].text
    assert "Password is too long" in answers[2].text and "hunter2" not in answers[2].text


def test_a_patient_who_reads_spanish_is_told_in_spanish(browser: Open) -> None:
    page = browser(Role.NOBODY).get("/book/times?day=soon&lang=es").text
    assert "no es correcto" in page and "missing" not in page
