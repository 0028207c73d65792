"""The whole clinic in one file: what it will hold, the download, and which exports came to their end."""

from typing import Annotated, Literal
from urllib.parse import quote

from fastapi import APIRouter, Form, Request
from starlette.responses import Response, StreamingResponse

from spondyl.clinic.chart.audit_look import Place, place_of
from spondyl.clinic.chart.transaction import reading
from spondyl.clinic.records.clinic_export import clinic_size
from spondyl.clinic.records.export_run import Reason, begin_export, clinic_exports
from spondyl.clinic.web.films.service import Films
from spondyl.clinic.web.page import page
from spondyl.clinic.web.rights import Administrator, AdministratorOnly
from spondyl.clinic.web.services import Clinic, Services

router = APIRouter(prefix="/admin/export", include_in_schema=False, dependencies=[AdministratorOnly])
NO_REASON = "Say why the whole clinic is exported: it stands in the audit log."


@router.get("")
def export_page(request: Request, services: Clinic, before: str = "") -> Response:
    """What the file will hold, and the exports so far, a page at a time."""
    return _page(request, services, problem=None, before=place_of(before[:100]))


@router.post("")
def export_clinic(
    request: Request,
    services: Clinic,
    films: Films,
    viewer: Administrator,
    reason: Annotated[Reason | Literal[""], Form()] = "",
) -> Response:
    """The file, sent while it is made. A download that is broken off leaves a zip file that does not open."""
    if not reason:
        return _page(request, services, problem=NO_REASON)
    detail = {"reason": reason.value}
    export = begin_export(
        services.engine, films.store, data_dir=services.data_dir, actor=viewer.actor, detail=detail
    )
    name = f"clinic-{export.begun_at:%Y-%m-%d-%H%M}.zip"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingResponse(export.zip_pieces(), media_type="application/zip", headers=headers)


def _page(
    request: Request, services: Services, *, problem: str | None, before: Place | None = None
) -> Response:
    with reading(services.engine) as connection:
        told = clinic_exports(connection, before=before)
        shown = {"size": clinic_size(connection), "told": told, "is_newest": before is None}
    shown |= {"reasons": [("", "Choose one"), *((one.value, one.value) for one in Reason)]}
    shown |= {"problem": problem, "older": quote(told.older.text) if told.older else None}
    return page(request, "admin/export.html", shown, status=422 if problem else 200)
