"""The audit log: who did what, and whether the log is whole."""

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from spondyl.clinic.chart.anchor import check_anchor
from spondyl.clinic.chart.audit import entries, record, verify
from spondyl.clinic.chart.keys import anchor_signer
from spondyl.clinic.chart.transaction import reading, writing
from spondyl.clinic.clinic_home import home_at
from spondyl.clinic.web.page import page
from spondyl.clinic.web.rights import Administrator, AdministratorOnly
from spondyl.clinic.web.services import Clinic

router = APIRouter(prefix="/admin/audit", include_in_schema=False, dependencies=[AdministratorOnly])
PAGE = 100
LAST_PAGE = 100_000


@router.get("")
def audit_log(
    request: Request, services: Clinic, actor: str = "", action: str = "", subject: str = "", at: int = 0
) -> Response:
    """The newest rows first, a page at a time."""
    return _page(
        request, services, asked={"actor": actor, "action": action, "subject": subject}, at=at, verdict=None
    )


@router.post("/check")
def check(request: Request, services: Clinic, viewer: Administrator) -> Response:
    """Walk the whole chain and its checkpoints, and say what is wrong."""
    path = home_at(services.data_dir).anchor_file(services.settings)
    with reading(services.engine) as connection:
        log = verify(connection)
        anchored = check_anchor(connection, path, public_key=anchor_signer(services.secret).public_key())
    problems = [*log.problems, *anchored.problems]
    found = {"problems": len(problems)}
    with writing(services.engine) as connection:
        record(connection, actor=viewer.actor, action="check audit", subject="audit", detail=found)
    verdict = {"rows": log.rows, "checkpoints": anchored.checkpoints, "problems": problems[:50]}
    return _page(request, services, asked={"actor": "", "action": "", "subject": ""}, at=0, verdict=verdict)


def _page(
    request: Request, services: Clinic, *, asked: dict[str, str], at: int, verdict: dict[str, Any] | None
) -> Response:
    offset = min(max(at, 0), LAST_PAGE) * PAGE
    with reading(services.engine) as connection:
        found = entries(connection, **asked, limit=PAGE + 1, offset=offset)  # pyright: ignore[reportArgumentType]
    shown = {"entries": found[:PAGE], "more": len(found) > PAGE, "at": offset // PAGE, "asked": asked}
    return page(request, "admin/audit.html", shown | {"verdict": verdict})
