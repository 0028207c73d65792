"""Every route with a patient in its address asks first whether this chart is restricted."""

import sqlalchemy as sa
from fastapi import Request
from starlette.concurrency import run_in_threadpool

from spondyl.clinic.chart.accounts import Account
from spondyl.clinic.chart.guard import may_open
from spondyl.clinic.chart.transaction import reading
from spondyl.clinic.web.services import services_of
from spondyl.clinic.web.viewer import viewer_of


class ChartRestrictedError(Exception):
    """The chart is restricted to others; the page offers to break the glass."""

    def __init__(self, person_id: str) -> None:
        super().__init__("This chart is restricted to named staff.")
        self.person_id = person_id


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


def refuse_restricted(connection: sa.Connection, person_id: str, account: Account) -> None:
    """Raise ``ChartRestrictedError`` where this chart is shut to the account: for a patient whom a form names."""
    if not may_open(connection, person_id, account.id):
        raise ChartRestrictedError(person_id)
