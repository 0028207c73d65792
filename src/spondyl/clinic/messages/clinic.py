"""The clinic as letters and calendars name it."""

from dataclasses import dataclass

from spondyl.clinic.clinic_settings import ClinicSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Clinic:
    """The clinic's name, and the address that its letters come from."""

    name: str
    address: str


def clinic_of(settings: ClinicSettings) -> Clinic:
    """As the settings say."""
    return Clinic(name=settings.clinic_name, address=settings.mail.from_address)
