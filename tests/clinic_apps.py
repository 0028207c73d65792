"""The web application for tests: services on an embedded chart, and a client for each role."""

import re
import warnings
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa

from clinic_charts import SECRET, Clock
from spondyl.clinic.chart.accounts import Account, add_account
from spondyl.clinic.chart.people import Person, PersonDetails, add_person
from spondyl.clinic.chart.roles import STAFF, Role
from spondyl.clinic.chart.sessions import open_session
from spondyl.clinic.chart.transaction import writing
from spondyl.clinic.clinic_settings import ClinicSettings
from spondyl.clinic.web import create_app
from spondyl.clinic.web.cookies import session_cookie
from spondyl.clinic.web.services import Services

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # Starlette asks for a package that does not exist yet in the lock file
    from fastapi.testclient import TestClient

ADDRESS = "http://localhost"
_TOKENS: dict[str, str] = {}
"""The CSRF token of each session."""


class Browser(TestClient):
    """A test client that keeps cookies, does not follow redirects, and knows its page's CSRF token."""

    def csrf(self, page: str = "/sign-in") -> str:
        """The token of this browser, which a session keeps to its end."""
        session = self.cookies.get("spondyl_session")
        if session is None:
            return self._csrf_of(page)
        if session not in _TOKENS:
            _TOKENS[session] = self._csrf_of("/today")
        return _TOKENS[session]

    def _csrf_of(self, page: str) -> str:
        found = re.search(r'<meta name="csrf" content="([0-9a-f]{64})"', self.get(page).text)
        assert found
        return found[1]

    def submit(self, address: str, **fields: object):
        """Post a form as the page would, with its token."""
        return self.post(address, data={"csrf": self.csrf(), **fields})


def services_of(engine: sa.Engine, clock: Clock, folder: Path) -> Services:
    """The services of a clinic with that chart; its data lie in the folder."""
    return Services(
        engine=engine, settings=ClinicSettings(), clock=clock, secret=SECRET, data_dir=folder / "data"
    )


@pytest.fixture
def services(embedded_engine: sa.Engine, clock: Clock, tmp_path: Path) -> Services:
    return services_of(embedded_engine, clock, tmp_path)


def add_staff(services: Services) -> dict[Role, Account]:
    """One account for each staff role, without a password."""
    with writing(services.engine) as connection:
        return {
            role: add_account(
                connection,
                sign_in_name=role.value,
                full_name=f"Test {role.label}",
                role=role,
                password=None,
                actor="test",
            )
            for role in STAFF
        }


@pytest.fixture
def staff(services: Services) -> dict[Role, Account]:
    return add_staff(services)


def add_patient(services: Services) -> Person:
    """A patient whose name is not plain ASCII."""
    details = PersonDetails(
        given_name="Ána", family_name="O'Neil-Ruiz", phone="+1 714 555 0100", synthetic=True
    )
    with writing(services.engine) as connection:
        return add_person(connection, details, actor="test")


@pytest.fixture
def patient(services: Services) -> Person:
    return add_patient(services)


@pytest.fixture
def browser(services: Services, staff: dict[Role, Account]) -> Callable[[Role], Browser]:
    """``browser(Role.CLINICIAN)`` is signed in as that role; ``browser(Role.NOBODY)`` is not."""
    app = create_app(services)

    def opened(role: Role) -> Browser:
        client = Browser(app, base_url=ADDRESS, follow_redirects=False)
        if role in staff:
            with writing(services.engine) as connection:
                token = open_session(connection, staff[role].id)
            client.cookies.set(session_cookie(services.settings), token)
        return client

    return opened
