"""Who may be in front of the screen."""

from enum import StrEnum


class Role(StrEnum):
    """Staff roles, the patient with a signed link, and nobody (not signed in)."""

    FRONT_DESK = "front_desk"
    CLINICIAN = "clinician"
    ADMINISTRATOR = "administrator"
    PATIENT_LINK = "patient_link"
    NOBODY = "nobody"

    @property
    def label(self) -> str:
        """The role in words."""
        return self.value.replace("_", " ").capitalize()


STAFF = (Role.FRONT_DESK, Role.CLINICIAN, Role.ADMINISTRATOR)
