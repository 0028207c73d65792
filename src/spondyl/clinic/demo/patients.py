"""The demo's patients: invented names, each with phantom films of a spine of their own."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import sqlalchemy as sa

from spondyl.clinic.chart.people import Person, PersonDetails, add_person
from spondyl.clinic.demo.clinic import DEMO_ACTOR
from spondyl.radiograph.phantom import random_pose
from spondyl.radiograph.phantom_dicom import PhantomPatient, write_phantom

# Family names say that they are made up; telephone numbers are of the range kept for fiction.
PATIENTS = (
    PersonDetails(given_name="Amelia", family_name="Demo-Hart", birth_date=date(1980, 4, 12), sex="female"),
    PersonDetails(given_name="Bruno", family_name="Demo-Silva", birth_date=date(1954, 9, 3), sex="male"),
    PersonDetails(
        given_name="Carmen",
        family_name="Demo-Reyes",
        birth_date=date(1995, 1, 27),
        sex="female",
        language="es",
    ),
    PersonDetails(given_name="Daniel", family_name="Demo-Kim", birth_date=date(2011, 6, 18), sex="male"),
    PersonDetails(given_name="Esther", family_name="Demo-Blum", birth_date=date(1947, 11, 30), sex="female"),
    PersonDetails(given_name="Felix", family_name="Demo-Adeyemi", birth_date=date(1988, 2, 9), sex="male"),
    PersonDetails(given_name="Greta", family_name="Demo-Larsen", birth_date=date(1971, 7, 21), sex="female"),
    PersonDetails(
        given_name="Hugo", family_name="Demo-Morales", birth_date=date(2000, 12, 5), sex="male", language="es"
    ),
    PersonDetails(given_name="Ines", family_name="Demo-Costa", birth_date=date(1966, 5, 14), sex="female"),
    PersonDetails(given_name="Jonah", family_name="Demo-Weiss", birth_date=date(1992, 10, 2), sex="male"),
    PersonDetails(given_name="Keiko", family_name="Demo-Sato", birth_date=date(1958, 3, 29), sex="female"),
    PersonDetails(given_name="Liam", family_name="Demo-Burke", birth_date=date(1985, 8, 17), sex="male"),
    PersonDetails(given_name="Maya", family_name="Demo-Patel", birth_date=date(2008, 1, 8), sex="female"),
    PersonDetails(given_name="Noor", family_name="Demo-Haddad", birth_date=date(1976, 12, 22), sex="female"),
    PersonDetails(given_name="Owen", family_name="Demo-Price", birth_date=date(1961, 6, 11), sex="male"),
    PersonDetails(given_name="Priya", family_name="Demo-Nair", birth_date=date(1998, 9, 25), sex="female"),
)
_NEW = (
    "Abena Owusu, Anton Varga, Beatriz Lima, Boris Petrov, Celia Fuentes, Chidi Okafor, Dalia Amin, Derek Hall, "
    "Edda Falk, Emil Novak, Fatima Zahra, Franco Bruni, Gita Rao, Gustav Berg, Hana Mori, Henry Ford-Lane, Ida Lund, "
    "Ivan Kolar, Jana Havel, Jorge Pinto, Kira Stein, Kwame Boateng, Lena Vogt, Luca Ferri, Mina Park, Milo Grant, "
    "Nadia Sufi, Nils Holm, Olga Ruiz, Oscar Tran, Paula Mendes, Pavel Dvorak, Rosa Quinn, Rashid Khan, Sofia Marin, "
    "Tomas Reilly"
)
NEWCOMERS = tuple(
    PersonDetails(
        given_name=name.split()[0],
        family_name=f"Demo-{name.split()[1]}",
        birth_date=date(1950 + 37 * number % 52, 1 + number % 12, 1 + 5 * number % 28),
        sex=("female", "male")[number % 2],
    )
    for number, name in enumerate(_NEW.split(", "))
)
"""They have a visit this week and no chart yet, so that the days are as full as a clinic's."""
FILMED = 3
FIRST_SEED = 20


def seed_patients(connection: sa.Connection) -> tuple[Person, ...]:
    """Add the patients: those with a story first."""
    return tuple(
        add_person(connection, _reachable(details, number), actor=DEMO_ACTOR)
        for number, details in enumerate((*PATIENTS, *NEWCOMERS))
    )


def draw_films(people: tuple[Person, ...], folder: Path, *, today: date) -> dict[str, Path]:
    """Draw an AP and a lateral phantom film of the first few patients; by patient, the folder that holds them."""
    made: dict[str, Path] = {}
    for number, person in enumerate(people[:FILMED]):
        seed = FIRST_SEED + number
        patient = phantom_of(person, today)
        target = folder / str(person.record_number)
        write_phantom(target, pose=random_pose(np.random.default_rng(seed)), seed=seed, patient=patient)
        made[person.id] = target
    return made


def phantom_of(person: Person, day: date) -> PhantomPatient:
    """Age and sex that a film of that day is to bear."""
    return PhantomPatient(age_years=person.age_years(day) or 40, sex=person.details.sex[0].upper())


def _reachable(details: PersonDetails, number: int) -> PersonDetails:
    mail = f"{details.given_name.lower()}@example.org"
    return replace(details, phone=f"+1 714 555 01{number:02d}", email=mail, synthetic=True)
