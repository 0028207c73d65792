"""Whether the service works, and a few numbers about it, for the machines that watch it."""

from fastapi import APIRouter, Depends, Request
from sqlalchemy.exc import SQLAlchemyError
from starlette.responses import JSONResponse, PlainTextResponse, Response

from spondyl.clinic.chart.audit import heads
from spondyl.clinic.chart.full_disk import room_mb
from spondyl.clinic.chart.migrations import newest_revision, present_revision
from spondyl.clinic.chart.transaction import reading
from spondyl.clinic.web.films.service import film_service_of
from spondyl.clinic.web.rights import open_to_all
from spondyl.clinic.web.services import Clinic
from spondyl.clinic.web.traffic import Traffic

router = APIRouter(include_in_schema=False, dependencies=[Depends(open_to_all())])


@router.get("/health")
def health(request: Request, services: Clinic) -> Response:
    """200 when the database answers and has the form this version needs, else 503.

    A receiver of films that is down is told, but is no reason to take the clinic's pages away.
    """
    try:
        with reading(services.engine) as connection:
            current = present_revision(connection) == newest_revision()
    except SQLAlchemyError:
        return JSONResponse({"status": "the database does not answer"}, status_code=503)
    if not current:
        return JSONResponse({"status": "the database needs 'spondyl serve' to migrate it"}, status_code=503)
    receiver = film_service_of(request).receiver
    if receiver is not None and not receiver.is_up:
        return JSONResponse({"status": "ok", "films": "not received; the receiver is being started again"})
    return JSONResponse({"status": "ok"})


@router.get("/metrics")
def metrics(request: Request, services: Clinic) -> Response:
    """Counts in the text form of Prometheus; nothing about a person."""
    traffic: Traffic = request.app.state.traffic
    with reading(services.engine) as connection:
        rows = sum(sequence for sequence, _ in heads(connection).values())
    lines = [*traffic.lines(), "# TYPE spondyl_audit_rows counter", f"spondyl_audit_rows {rows}"]
    receiver = film_service_of(request).receiver
    if receiver is not None:
        lines += ["# TYPE spondyl_film_receiver_up gauge", f"spondyl_film_receiver_up {int(receiver.is_up)}"]
    room = room_mb(services.data_dir)
    if room is not None:
        lines += ["# TYPE spondyl_disk_free_megabytes gauge", f"spondyl_disk_free_megabytes {room}"]
    return PlainTextResponse("\n".join(lines) + "\n", media_type="text/plain; version=0.0.4")
