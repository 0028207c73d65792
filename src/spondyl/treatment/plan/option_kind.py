"""What sort of thing an option is: patients rule out sorts, not studies."""

from enum import Enum


class OptionKind(Enum):
    """The sorts that a patient can rule out in the intake."""

    MOVEMENT = "movement"
    HANDS_ON = "hands_on"
    MEDICINE = "medicine"
    INJECTION = "injection"
    SURGERY = "surgery"
    OTHER = "other"

    @property
    def words(self) -> str:
        """As a clinician reads it."""
        return {
            OptionKind.MOVEMENT: "exercise",
            OptionKind.HANDS_ON: "adjustments",
            OptionKind.MEDICINE: "medicines",
            OptionKind.INJECTION: "injections",
            OptionKind.SURGERY: "an operation",
            OptionKind.OTHER: "another treatment",
        }[self]


KIND_OF = {
    "exercise": OptionKind.MOVEMENT,
    "manual-manipulation": OptionKind.HANDS_ON,
    "instrument-manipulation": OptionKind.HANDS_ON,
    "nsaids": OptionKind.MEDICINE,
    "muscle-relaxants": OptionKind.MEDICINE,
    "opioids": OptionKind.MEDICINE,
    "epidural-steroid": OptionKind.INJECTION,
    "radiofrequency": OptionKind.INJECTION,
    "hyaluronic-acid": OptionKind.INJECTION,
    "prp": OptionKind.INJECTION,
    "stem-cells": OptionKind.INJECTION,
    "surgery": OptionKind.SURGERY,
}


def kind_of(option: str) -> OptionKind:
    """The sort of an option of the evidence library; OTHER for a clinic's own record."""
    return KIND_OF.get(option, OptionKind.OTHER)
