"""The sessions of this server, and the right to see them, as dependencies of the routes."""

from typing import Annotated

from fastapi import Depends, Request

from spondyl.clinic.adjust.desk import Desk
from spondyl.clinic.adjust.record_checks import RecordChecks
from spondyl.clinic.web.rights import Role, needs

ClinicianOnly = Depends(needs(Role.CLINICIAN))


def desk_of(request: Request) -> Desk:
    """The sessions of this server."""
    return request.app.state.desk


def checks_of(request: Request) -> RecordChecks:
    """The checks of records that this server runs anew."""
    return request.app.state.record_checks


Checks = Annotated[RecordChecks, Depends(checks_of)]
Sessions = Annotated[Desk, Depends(desk_of)]
