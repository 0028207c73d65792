"""The sessions of this server, and the right to see them, as dependencies of the routes."""

from typing import Annotated

from fastapi import Depends, Request

from spondyl.clinic.adjust.desk import Desk
from spondyl.clinic.web.rights import Role, needs

ClinicianOnly = Depends(needs(Role.CLINICIAN))


def desk_of(request: Request) -> Desk:
    """The sessions of this server."""
    return request.app.state.desk


Sessions = Annotated[Desk, Depends(desk_of)]
