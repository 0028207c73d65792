"""An intake as plain JSON values, and back."""

from collections.abc import Mapping
from typing import Any

from spondyl.assessment.intake.intake import Intake
from spondyl.assessment.intake.two_languages import PatientLanguage


def intake_to_json(intake: Intake) -> dict[str, Any]:
    """The answers as they are kept; the same intake gives the same values."""
    return {
        "language": intake.language.value,
        "answers": {key: list(intake.answers[key]) for key in sorted(intake.answers)},
        "finished": sorted(intake.finished),
        "raised": sorted(intake.raised),
        "asked": list(intake.asked),
        "read_in": {
            key: sorted(one.value for one in languages) for key, languages in sorted(intake.read_in.items())
        },
    }


def intake_from_json(values: Mapping[str, Any]) -> Intake:
    """The intake of such values. Raises IntakeAnswerRefused for an answer that its question does not take.

    One from before the languages were kept was read in the language that it was last shown in, as far as anybody knows.
    """
    read_in = values.get("read_in", {key: [values["language"]] for key in values["finished"]})
    return Intake(
        language=PatientLanguage(values["language"]),
        answers={key: tuple(marks) for key, marks in values["answers"].items()},
        finished=frozenset(values["finished"]),
        raised=frozenset(values["raised"]),
        asked=tuple(values["asked"]),
        read_in={key: frozenset(map(PatientLanguage, languages)) for key, languages in read_in.items()},
    )
