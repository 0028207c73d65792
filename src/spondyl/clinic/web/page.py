"""Render a page in the shell, or send the browser on with a notice."""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from spondyl.clinic.chart.guard import named_for
from spondyl.clinic.chart.people import Person
from spondyl.clinic.chart.transaction import reading
from spondyl.clinic.web.clinic_words import ClinicWords, clinic_today
from spondyl.clinic.web.cookies import NOTICE_COOKIE, THEME_COOKIE, drop_cookie, set_cookie, visitor_cookie
from spondyl.clinic.web.csrf import csrf_token
from spondyl.clinic.web.feature import Feature, PatientTab, RailStep
from spondyl.clinic.web.services import services_of, templates_of
from spondyl.clinic.web.viewer import Viewer, viewer_of

THEMES = ("auto", "light", "dark")
VISITOR_S = 30 * 86_400
"""A patient's page left open in a tab can be sent for as long as most links work."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What the page before has to say on the next one: ``kind`` "good" for done, "warn" for not done."""

    kind: str
    text: str


def page(
    request: Request, template: str, context: Mapping[str, Any] | None = None, *, status: int = 200
) -> HTMLResponse:
    """A page of the shell; ``template`` such as "patients/list.html". Shows and forgets a waiting notice.

    Every template has viewer, rail, csrf, theme, notice, now, path, place, ``who(actor)``, ``when(moment)``,
    ``wall(moment)`` and ``static(…)`` besides the context given. ``place``: where one is, for the rail.
    """
    services = services_of(request)
    viewer = viewer_of(request)
    words = ClinicWords(services.engine)
    shell = {
        "who": words.who,
        "when": words.when,
        "wall": words.wall,
        "viewer": viewer,
        "rail": _rail(request, viewer),
        "csrf": csrf_token(request),
        "theme": _theme(request),
        "notice": _waiting_notice(request),
        "now": services.clock(),
        "path": request.url.path,
        "place": request.url.path,
        "settings": services.settings,
    }
    text = templates_of(request).get_template(template).render(shell | dict(context or {}))
    response = HTMLResponse(text, status_code=status)
    keep_visitor(request, response)
    if NOTICE_COOKIE in request.cookies:
        drop_cookie(response, NOTICE_COOKIE, settings=services.settings)
    return response


def patient_page(
    request: Request,
    template: str,
    person: Person,
    context: Mapping[str, Any] | None = None,
    *,
    status: int = 200,
) -> HTMLResponse:
    """A page of one patient: the patient's header and tabs stand above it. Extend "shell/patient.html".

    Of an erased chart it says that only.
    """
    if person.erased_at is not None:
        return erased_page(request, person)
    services = services_of(request)
    with reading(services.engine) as connection:
        is_restricted = bool(named_for(connection, person.id))
    shown = {
        "person": person,
        "is_restricted": is_restricted,
        "place": f"/patients/{person.id}",
        "tabs": tabs_of(request),
        "age_years": person.age_years(clinic_today(services)),
    }
    return page(request, template, shown | dict(context or {}), status=status)


def erased_page(request: Request, person: Person) -> HTMLResponse:
    """What stands in place of every page of a patient whose chart was erased."""
    return page(request, "patients/erased.html", {"person": person}, status=410)


def see_other(
    request: Request, address: str, *, notice: str | None = None, problem: str | None = None
) -> Response:
    """Send the browser to ``address``; ``notice`` says there what was done, ``problem`` what was not."""
    response = RedirectResponse(address, status_code=303)
    if notice or problem:
        said = Said(kind="warn" if problem else "good", text=problem or notice or "")
        text = base64.urlsafe_b64encode(json.dumps([said.kind, said.text]).encode()).decode()
        set_cookie(response, NOTICE_COOKIE, text, settings=services_of(request).settings, max_age_s=60)
    return response


def keep_visitor(request: Request, response: Response) -> None:
    """Set the visitor cookie when a form of this page was tied to a new one."""
    settings = services_of(request).settings
    name = visitor_cookie(settings)
    made = getattr(request.state, "visitor", None)
    if isinstance(made, str) and request.cookies.get(name) != made:
        set_cookie(response, name, made, settings=settings, max_age_s=VISITOR_S)


def features_of(request: Request) -> tuple[Feature, ...]:
    """The application's features in their order."""
    return request.app.state.features


def tabs_of(request: Request) -> list[PatientTab]:
    """The tabs of a patient that this viewer may open."""
    role = viewer_of(request).role
    return [tab for feature in features_of(request) for tab in feature.tabs if role in tab.roles]


def _rail(request: Request, viewer: Viewer) -> list[RailStep]:
    return [step for feature in features_of(request) for step in feature.rail if viewer.role in step.roles]


def _theme(request: Request) -> str:
    chosen = request.cookies.get(THEME_COOKIE, "auto")
    return chosen if chosen in THEMES else "auto"


def _waiting_notice(request: Request) -> Said | None:
    cookie = request.cookies.get(NOTICE_COOKIE)
    if not cookie:
        return None
    try:
        kind, text = json.loads(base64.urlsafe_b64decode(cookie))
        return Said(kind="warn" if kind == "warn" else "good", text=str(text)[:500])
    except (ValueError, TypeError):
        return None
