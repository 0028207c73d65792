"""Claims: every export of the clinic is listed, page after page, each with how it ended however long ago that was."""

from collections.abc import Callable
from pathlib import Path

from clinic_apps import Browser
from spondyl.clinic.chart.audit import record
from spondyl.clinic.chart.roles import Role
from spondyl.clinic.chart.transaction import reading, writing
from spondyl.clinic.films.store import KEY_BYTES, FilmStore
from spondyl.clinic.records.export_run import CLINIC, FINISHED, begin_export, clinic_exports
from spondyl.clinic.web.services import Services

COUNT = 23


def test_all_exports_are_listed_in_pages_with_their_ends(
    services: Services, browser: Callable[[Role], Browser], tmp_path: Path
) -> None:
    films = FilmStore(folder=tmp_path / "films", key=bytes(KEY_BYTES))
    begun = [
        begin_export(
            services.engine,
            films,
            data_dir=services.data_dir,
            actor="admin",
            detail={"reason": f"reason {number}"},
        )
        for number in range(COUNT)
    ]
    ends = [one for number, one in enumerate(begun) if number != 3]
    with writing(services.engine) as connection:
        for one in reversed(ends):  # the oldest ends last
            detail = {"export": one.id, "files": 1, "bytes": 1, "missing": 0, "manifest_sha256": "0" * 64}
            record(connection, actor="admin", action=FINISHED, subject=CLINIC, detail=detail)
    seen: list[tuple[str, bool]] = []
    with reading(services.engine) as connection:
        place = None
        while True:
            page = clinic_exports(connection, before=place)
            seen += [(one.why, one.finished is not None) for one in page.exports]
            if page.older is None:
                break
            place = page.older
    assert seen == [(f"reason {number}", number != 3) for number in reversed(range(COUNT))]
    admin = browser(Role.ADMINISTRATOR)
    first = admin.get("/admin/export").text
    assert "reason 22<" in first and "reason 12<" not in first
    older = first.split('href="/admin/export?before=')[1].split('"')[0]
    second = admin.get(f"/admin/export?before={older}").text
    assert "reason 12<" in second and "reason 22<" not in second and 'href="/admin/export">Newest' in second
