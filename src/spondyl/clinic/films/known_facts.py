"""What is known of a film in the chart: what its file says and, where that says nothing, a person or the chart."""

from dataclasses import replace

from spondyl.clinic.chart.films import Film
from spondyl.clinic.chart.people import Person
from spondyl.clinic.films.facts import FilmFacts, facts_from_json
from spondyl.clinic.report.day_text import day_text


def facts_of(film: Film) -> FilmFacts | None:
    """The facts of a film in the chart; None until it is decoded.

    The day that a person stated stands where the file says none, and a note tells that.
    """
    if film.facts is None:
        return None
    facts, day = facts_from_json(film.facts), film.stated_day
    if day is None or facts.header.study_date is not None:
        return facts
    note = f"That the film was taken on {day_text(day)} was stated by a person; the header does not say when."
    return replace(facts, header=replace(facts.header, study_date=day), notes=(*facts.notes, note))


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
