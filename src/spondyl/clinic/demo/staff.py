"""The demo's staff: one of each role at least, all with the same password, which every page of the demo may show."""

import sqlalchemy as sa

from spondyl.clinic.chart.accounts import Account, add_account
from spondyl.clinic.chart.roles import Role
from spondyl.clinic.demo.clinic import DEMO_ACTOR

DEMO_PASSWORD = "two offices one spine"
DEMO_STAFF = (
    ("desk", "Frances Demo", Role.FRONT_DESK),
    ("lind", "Dr Mara Lind (demo)", Role.CLINICIAN),
    ("ortega", "Dr Luis Ortega (demo)", Role.CLINICIAN),
    ("admin", "Ada Demo", Role.ADMINISTRATOR),
)


def seed_staff(connection: sa.Connection) -> dict[str, Account]:
    """Add the staff; by sign-in name."""
    return {
        name: add_account(
            connection,
            sign_in_name=name,
            full_name=full_name,
            role=role,
            password=DEMO_PASSWORD,
            actor=DEMO_ACTOR,
        )
        for name, full_name, role in DEMO_STAFF
    }
