"""What a seeding function gets: the clinic so far."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from spondyl.clinic.chart.accounts import Account
from spondyl.clinic.chart.people import Person
from spondyl.clinic.web.services import Services

DEMO_ACTOR = "demo"


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoClinic:
    """The services, the staff by sign-in name, the patients, and the folder of each patient's phantom films."""

    services: Services
    staff: Mapping[str, Account]
    people: tuple[Person, ...]
    films: Mapping[str, Path]
