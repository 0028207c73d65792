"""Who is in front of the screen during one request."""

from dataclasses import dataclass

from fastapi import Depends, Request
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool

from spondyl.clinic.chart.accounts import Account
from spondyl.clinic.chart.roles import Role
from spondyl.clinic.chart.sessions import find_session, touch
from spondyl.clinic.chart.transaction import reading, writing
from spondyl.clinic.web.cookies import session_cookie
from spondyl.clinic.web.services import services_of

ONLY_LOOKING = "x-only-looking"
"""The header of a page that brings itself up to date (``fresh.js``)."""


def _asked_by_the_page() -> None:
    """A mark of routes; it does nothing itself."""


AskedByPage = Depends(_asked_by_the_page)
"""For a route that only pages ask, by themselves: it keeps no session alive."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewer:
    """The signed-in member of the staff, or nobody. ``actor`` is the name the audit log uses."""

    account: Account | None
    session_hash: str | None

    @property
    def role(self) -> Role:
        """The viewer's role."""
        return self.account.role if self.account else Role.NOBODY

    @property
    def actor(self) -> str:
        """How the audit log names the viewer."""
        return self.account.sign_in_name if self.account else "nobody"

    @property
    def name(self) -> str:
        """The viewer's full name."""
        return self.account.full_name if self.account else ""

    def may(self, *roles: Role) -> bool:
        """True when the viewer has one of the roles."""
        return self.role in roles


NOBODY = Viewer(account=None, session_hash=None)


def viewer_of(request: Request) -> Viewer:
    """The viewer of a request, by the session cookie; found once a request."""
    known = getattr(request.state, "viewer", None)
    if isinstance(known, Viewer):
        return known
    viewer = _find(request)
    request.state.viewer = viewer
    return viewer


async def viewer_soon(request: Request) -> Viewer:
    """``viewer_of`` for the event loop: it takes a thread only where the database must be asked."""
    if isinstance(getattr(request.state, "viewer", None), Viewer) or not _session_token(request):
        return viewer_of(request)
    return await run_in_threadpool(viewer_of, request)


def _session_token(request: Request) -> str | None:
    return request.cookies.get(session_cookie(services_of(request).settings))


def _find(request: Request) -> Viewer:
    services = services_of(request)
    token = _session_token(request)
    if not token:
        return NOBODY
    with reading(services.engine) as connection:
        session = find_session(connection, token, lifetime=services.settings.session_lifetime)
    if session is None:
        return NOBODY
    if session.stale and not _asks_by_itself(request):
        with writing(services.engine) as connection:
            touch(connection, session.token_hash)
    return Viewer(account=session.account, session_hash=session.token_hash)


def _asks_by_itself(request: Request) -> bool:
    """A page that only looks whether it is still true does not show that anybody is there."""
    route: APIRoute | None = request.scope.get("route")
    return ONLY_LOOKING in request.headers or (route is not None and AskedByPage in route.dependencies)
