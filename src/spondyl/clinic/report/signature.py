"""Who took responsibility for a report, and how a person does."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from spondyl.clinic.report.day_text import moment_text
from spondyl.clinic.result import FilmResult
from spondyl.provenance import Confirmation


def confirmation_of(result: FilmResult) -> Confirmation | None:
    """The latest confirmation when *every* measurement carries one, else None: half-signed is unsigned."""
    if result.assessment is None or not result.assessment.measurements:
        return None
    found = [m.provenance.confirmation for m in result.assessment.measurements]
    given = [confirmation for confirmation in found if confirmation is not None]
    return max(given, key=lambda confirmation: confirmation.at) if len(given) == len(found) else None


def names_line(confirmed: Confirmation, when: Callable[[datetime], str] = moment_text) -> str:
    """Who counted the levels and found their names right, and when."""
    return f"Level names counted and confirmed by {confirmed.person} on {when(confirmed.at)}"


def names_confirmed_in(result: FilmResult) -> Confirmation | None:
    """Who confirmed the level names of a film, if anybody did."""
    marks = result.landmarks
    return None if marks is None or marks.names is None else marks.names.confirmed


def signed(result: FilmResult, confirmation: Confirmation) -> FilmResult:
    """The same result with every measurement and the landmarks confirmed by that person.

    Raises ValueError for a refused film: there is nothing to take responsibility for.
    """
    if result.assessment is None:
        raise ValueError(
            f"{result.film} was refused, so it cannot be signed. Mend the film or its landmarks first."
        )
    measurements = tuple(
        replace(m, provenance=m.provenance.confirmed(confirmation)) for m in result.assessment.measurements
    )
    marks = result.landmarks
    return replace(
        result,
        assessment=replace(result.assessment, measurements=measurements),
        landmarks=None
        if marks is None
        else replace(marks, provenance=marks.provenance.confirmed(confirmation)),
    )
