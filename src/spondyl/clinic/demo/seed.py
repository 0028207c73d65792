"""Fill an empty clinic with the demo. A feature adds its seeding function to ``SEEDS``."""

from collections.abc import Callable

from spondyl.clinic.chart.accounts import all_accounts
from spondyl.clinic.chart.transaction import reading, writing
from spondyl.clinic.demo.adjustment import seed_adjustment
from spondyl.clinic.demo.bookings import seed_bookings
from spondyl.clinic.demo.care import seed_care
from spondyl.clinic.demo.clinic import DemoClinic
from spondyl.clinic.demo.films import seed_films
from spondyl.clinic.demo.patients import draw_films, seed_patients
from spondyl.clinic.demo.staff import seed_staff
from spondyl.clinic.web.clinic_words import clinic_today
from spondyl.clinic.web.services import Services

# In this order, each in transactions of its own: bookings, intake, films, exams, plans, scores …
SEEDS: tuple[Callable[[DemoClinic], None], ...] = (seed_bookings, seed_care, seed_films, seed_adjustment)


def seed_demo(services: Services) -> bool:
    """Fill the clinic; False when it has accounts already and nothing was done."""
    with reading(services.engine) as connection:
        if all_accounts(connection):
            return False
    with writing(services.engine) as connection:
        staff = seed_staff(connection)
        people = seed_patients(connection)
    films = draw_films(people, services.data_dir / "phantom-films", today=clinic_today(services))
    clinic = DemoClinic(services=services, staff=staff, people=people, films=films)
    for seed in SEEDS:
        seed(clinic)
    return True
