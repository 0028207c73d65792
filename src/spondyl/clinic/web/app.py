"""Build the web application from its services and features; nothing is global."""

import functools
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from fastapi import APIRouter, Depends, FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.staticfiles import StaticFiles

from spondyl.clinic.adjust.desk import Desk
from spondyl.clinic.adjust.record_checks import RecordChecks
from spondyl.clinic.care.outcomes_memory import OutcomesMemory
from spondyl.clinic.chart.writer_queue import WriterQueue
from spondyl.clinic.web import (
    account,
    adjust,
    admin,
    calendar,
    exam,
    films,
    front,
    intake,
    outcomes,
    patients,
    plan,
    public,
    records,
)
from spondyl.clinic.web.adjust.lane import FastLane
from spondyl.clinic.web.admin.audit_check import AuditCheck
from spondyl.clinic.web.admin.erased_files import finish_erasures
from spondyl.clinic.web.csrf import check_csrf
from spondyl.clinic.web.errors import add_error_pages
from spondyl.clinic.web.feature import Feature
from spondyl.clinic.web.films.service import make_film_service
from spondyl.clinic.web.headers import CappedBody, KnownHosts, SafeHeaders
from spondyl.clinic.web.patient_error import note_language
from spondyl.clinic.web.restricted import check_restricted
from spondyl.clinic.web.services import Services
from spondyl.clinic.web.storable import check_storable
from spondyl.clinic.web.templates import WEB, make_templates
from spondyl.clinic.web.traffic import Counted, Traffic

# The order is that of the rail and of a patient's tabs: the order of the day.
FEATURES: tuple[Feature, ...] = (
    front.FEATURE,
    patients.FEATURE,
    calendar.FEATURE,
    intake.FEATURE,
    public.FEATURE,
    exam.FEATURE,
    films.FEATURE,
    plan.FEATURE,
    adjust.FEATURE,
    outcomes.FEATURE,
    records.FEATURE,
    admin.FEATURE,
    account.FEATURE,
)

SESSIONS_END_S = 5.0
"""A session that is stopped ends within two seconds; a server that is ended waits no longer than this for them."""


def create_app(services: Services) -> FastAPI:
    """The clinic's application. The caller has brought the database to its newest form."""
    app = FastAPI(
        title="Spondyl clinic",
        lifespan=_open_hours,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        routes=list(_site().routes),
    )
    app.state.services = services
    app.state.films = make_film_service(services)
    app.state.features = FEATURES
    app.state.writer = WriterQueue(services.engine)
    app.state.traffic = Traffic(per_minute=services.settings.requests_per_minute)
    app.state.desk = Desk()
    app.state.record_checks = RecordChecks()
    app.state.audit_check = AuditCheck()
    app.state.outcomes = OutcomesMemory()
    app.state.templates = make_templates(*(feature.name for feature in FEATURES))
    _serve_static(app)
    add_error_pages(app)
    settings = services.settings
    app.add_middleware(CappedBody, limit_bytes=settings.max_upload_mb * 1_000_000)
    app.add_middleware(KnownHosts, names=settings.host_names)
    app.add_middleware(Counted, traffic=app.state.traffic)
    # Outside the count of requests and every queue behind it: only the headers stand before it.
    app.add_middleware(FastLane, desk=app.state.desk)
    app.add_middleware(SafeHeaders, tls=settings.secure)
    return app


@functools.cache
def _site() -> APIRouter:
    """The pages of all features, which know no application: what each page takes is worked out once a process."""
    site = APIRouter(
        dependencies=[
            Depends(note_language),
            Depends(check_csrf),
            Depends(check_storable),
            Depends(check_restricted),
        ]
    )
    # An address is looked for in one router after the other: first where crowds come from.
    for feature in sorted(FEATURES, key=lambda one: one is not public.FEATURE):
        for router in feature.routers:
            site.include_router(router)
    return site


@asynccontextmanager
async def _open_hours(app: FastAPI) -> AsyncGenerator[None]:
    """What runs beside the requests while the clinic is open."""
    await run_in_threadpool(finish_erasures, app.state.services)
    await run_in_threadpool(app.state.films.start)
    yield
    app.state.desk.stop_all("the server, which is being ended")
    await run_in_threadpool(app.state.desk.wait_for_ends, SESSIONS_END_S)
    await run_in_threadpool(app.state.films.stop)
    await run_in_threadpool(app.state.audit_check.stop)


def _serve_static(app: FastAPI) -> None:
    for name in ("shell", *(feature.name for feature in FEATURES)):
        folder = WEB / name / "static"
        if folder.is_dir():
            app.mount(f"/static/{name}", StaticFiles(directory=folder), name=f"static-{name}")
