"""Who may use a route: ``Depends(needs(Role.CLINICIAN))``. A test lists every route, every role and the answer."""

from dataclasses import dataclass
from typing import Annotated
from urllib.parse import quote

from fastapi import Depends, HTTPException, Request

from spondyl.clinic.chart.roles import STAFF, Role
from spondyl.clinic.web.viewer import Viewer, viewer_soon

__all__ = [
    "STAFF",
    "Administrator",
    "AdministratorOnly",
    "AnyStaff",
    "Anybody",
    "Clinician",
    "ClinicianOnly",
    "Needs",
    "Role",
    "SignInNeededError",
    "StaffOnly",
    "needs",
    "open_to_all",
]


class SignInNeededError(Exception):
    """Nobody is signed in; pages send the browser to the sign-in page, the API answers 401."""

    def __init__(self, address: str) -> None:
        super().__init__("Sign in first.")
        self.address = address


@dataclass(frozen=True, slots=True)
class Needs:
    """A FastAPI dependency that lets only some roles through and gives the route its ``Viewer``."""

    roles: tuple[Role, ...]

    async def __call__(self, request: Request) -> Viewer:
        """The viewer; raises when nobody is signed in or the role is another."""
        viewer = await viewer_soon(request)
        if viewer.role in self.roles or Role.NOBODY in self.roles:
            return viewer
        if viewer.role is Role.NOBODY:
            raise SignInNeededError(f"/sign-in?next={quote(return_address(request))}")
        wanted = " or ".join(role.label.lower() for role in self.roles)
        raise HTTPException(
            403, f"This page is for the {wanted}; you are signed in as {viewer.role.label.lower()}."
        )


def needs(*roles: Role) -> Needs:
    """A dependency for routes that only these roles may use."""
    return Needs(roles)


def open_to_all() -> Needs:
    """A dependency for routes that anybody may use; it says so in the table of rights."""
    return Needs((Role.NOBODY, Role.PATIENT_LINK, *STAFF))


def return_address(request: Request) -> str:
    """Where to go after signing in: this page for a GET, else the day's page."""
    query = f"?{request.url.query}" if request.url.query else ""
    return request.url.path + query if request.method == "GET" else "/today"


# For routes that need the right but not the viewer: @router.get(…, dependencies=[StaffOnly]).
StaffOnly = Depends(needs(*STAFF))
ClinicianOnly = Depends(needs(Role.CLINICIAN))
AdministratorOnly = Depends(needs(Role.ADMINISTRATOR))
Anybody = Depends(open_to_all())

AnyStaff = Annotated[Viewer, Depends(needs(*STAFF))]
Clinician = Annotated[Viewer, Depends(needs(Role.CLINICIAN))]
Administrator = Annotated[Viewer, Depends(needs(Role.ADMINISTRATOR))]
