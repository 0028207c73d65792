"""Every route with a patient in its address asks first whether this chart is restricted, and whether it is closed."""

import sqlalchemy as sa
from fastapi import Depends, Request
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool

from spondyl.clinic.chart.accounts import Account
from spondyl.clinic.chart.guard import may_open
from spondyl.clinic.chart.same_person import kept_chart, refuse_if_closed
from spondyl.clinic.chart.transaction import reading
from spondyl.clinic.web.services import services_of
from spondyl.clinic.web.viewer import viewer_of

PAGES = "/patients"


class ChartRestrictedError(Exception):
    """The chart is restricted to others; the page offers to break the glass."""

    def __init__(self, person_id: str) -> None:
        super().__init__("This chart is restricted to named staff.")
        self.person_id = person_id


class ChartJoinedError(Exception):
    """The page of a chart that was joined to another; ``address`` is where the same is found."""

    def __init__(self, address: str) -> None:
        super().__init__("This chart was joined to another.")
        self.address = address


def _of_closed_too() -> None:
    """A mark of routes; it does nothing itself."""


ClosedToo = Depends(_of_closed_too)
"""For a route that is about a closed chart itself; every other page of one leads to the kept chart."""


async def check_restricted(request: Request) -> None:
    """A dependency of the whole application; routes name the patient ``patient_id``."""
    person_id = request.path_params.get("patient_id")
    if isinstance(person_id, str):
        await run_in_threadpool(_refuse_restricted, request, person_id)


def _refuse_restricted(request: Request, person_id: str) -> None:
    account = viewer_of(request).account
    if account is None:
        return
    with reading(services_of(request).engine) as connection:
        refuse_restricted(connection, person_id, account)
        _refuse_closed(connection, request, person_id)


def _refuse_closed(connection: sa.Connection, request: Request, person_id: str) -> None:
    """A page of a closed chart leads to that of the kept one; what would be written there is refused."""
    path, route = request.url.path, request.scope.get("route")
    here = f"{PAGES}/{person_id}"
    if not path.startswith(here) or (isinstance(route, APIRoute) and ClosedToo in route.dependencies):
        return
    kept = kept_chart(connection, person_id)
    if kept == person_id:
        return
    if request.method != "GET":
        refuse_if_closed(connection, person_id)
    query = f"?{request.url.query}" if request.url.query else ""
    page = f"{PAGES}/{kept}{path.removeprefix(here)}{query}"
    raise ChartJoinedError(f"{here}/joined" if path == here else page)


def refuse_restricted(connection: sa.Connection, person_id: str, account: Account) -> None:
    """Raise ``ChartRestrictedError`` where this chart is shut to the account: for a patient whom a form names."""
    if not may_open(connection, person_id, account.id):
        raise ChartRestrictedError(person_id)
