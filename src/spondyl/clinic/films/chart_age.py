"""The age at a film, from the chart where the film's own header says none."""

from dataclasses import replace

from spondyl.clinic.chart.people import Person
from spondyl.clinic.films.facts import FilmFacts


def with_chart_age(facts: FilmFacts, person: Person | None) -> FilmFacts:
    """The facts with the age that the chart's day of birth gives, in whole years, where the header says none.

    A note tells where the age is from or, of a film without a day, why the chart's day of birth gives none. What the
    header says stays.
    """
    born = None if person is None else person.details.birth_date
    if person is None or born is None or facts.header.age_years is not None:
        return facts
    day = facts.header.study_date
    if day is None:
        note = (
            "The age is unknown: the header says neither an age nor when the film was taken, so the day of birth in "
            "the chart gives none."
        )
        return replace(facts, notes=(*facts.notes, note))
    age = person.age_years(day)
    if age is None or age < 0:
        return facts
    note = f"Age {age} years was counted from the day of birth in the chart; the header says none."
    return replace(facts, header=replace(facts.header, age_years=float(age)), notes=(*facts.notes, note))
