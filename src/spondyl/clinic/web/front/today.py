"""The day's page: what each feature has to show, and what to do next."""

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from spondyl.clinic.chart.transaction import reading
from spondyl.clinic.web.feature import View
from spondyl.clinic.web.page import features_of, page, see_other
from spondyl.clinic.web.rights import AnyStaff, open_to_all
from spondyl.clinic.web.services import Clinic

router = APIRouter(include_in_schema=False)


@router.get("/", dependencies=[Depends(open_to_all())])
def root(request: Request) -> Response:
    """Send the browser to the day's page."""
    return see_other(request, "/today")


@router.get("/today")
def today(request: Request, services: Clinic, viewer: AnyStaff, everyone: bool = False) -> Response:
    """The day's page; who sees patients sees their own day, or with ``everyone`` the whole clinic's."""
    with reading(services.engine) as connection:
        view = View(
            connection=connection,
            services=services,
            viewer=viewer,
            everyone=everyone,
            desk=request.app.state.desk,
        )
        made = [feature.today(view) for feature in features_of(request) if feature.today]
    panels = sorted((panel for panel in made if panel), key=lambda panel: not panel.comes_first)
    return page(request, "front/today.html", {"panels": panels})
