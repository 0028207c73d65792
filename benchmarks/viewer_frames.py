"""Frames of the film viewer and the time from a moved landmark to new values, in a real browser without a GPU.

    python benchmarks/viewer_frames.py [--seconds 10] [--first] [--json]

A clinic of its own is served on loopback with one synthetic 12-bit film of 2500 x 3000 pixels; chromium is driven by
real pointer events. A frame is what requestAnimationFrame counts: how far apart two repaints lie. Nothing is kept.
"""

import argparse
import json
import math
import multiprocessing
import os
import platform
import socket
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

ROWS, COLUMNS = 3000, 2500
PIXEL_MM = 0.3
VIEWPORT = {"width": 1980, "height": 1460}
CHROMIUM = "/usr/bin/chromium"
SWITCHES = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
RECORD = """() => {
  window.frames_ms = []; window.recording = true; let last = 0;
  const step = (now) => { if (last) window.frames_ms.push(now - last); last = now;
    if (window.recording) requestAnimationFrame(step); };
  requestAnimationFrame(step);
}"""
STOP = "() => { window.recording = false; return window.frames_ms; }"
MEASURED = "performance.getEntriesByName('spondyl-measured').map((one) => one.duration)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Frames:
    """What was counted while one thing was done; times in milliseconds."""

    doing: str
    seconds: float
    frames: int
    fps: float
    p50_ms: float
    p99_ms: float
    worst_ms: float


def frames_of(doing: str, times_ms: list[float]) -> Frames:
    """Summarize the times between frames."""
    ordered = sorted(times_ms)
    return Frames(
        doing=doing,
        seconds=round(sum(ordered) / 1000, 1),
        frames=len(ordered),
        fps=round(1000 * len(ordered) / sum(ordered), 1),
        p50_ms=round(statistics.median(ordered), 1),
        p99_ms=round(ordered[min(len(ordered) - 1, math.floor(0.99 * len(ordered)))], 1),
        worst_ms=round(ordered[-1], 1),
    )


def make_film(folder: Path) -> Path:
    """A synthetic AP film of the wanted size with its landmark file."""
    from spondyl.anatomy import View
    from spondyl.radiograph.phantom import FilmSetup, random_pose, write_phantom

    setup = FilmSetup(pixel_mm=PIXEL_MM, field_mm=(ROWS * PIXEL_MM, COLUMNS * PIXEL_MM))
    pose = random_pose(np.random.default_rng(3))
    return write_phantom(folder, pose=pose, seed=3, setup=setup, views=(View.AP,))[0]


def make_small_film(folder: Path) -> Path:
    """A synthetic lateral film of a few hundred pixels a side."""
    from spondyl.anatomy import View
    from spondyl.radiograph.phantom import FilmSetup, random_pose, write_phantom

    pose = random_pose(np.random.default_rng(4))
    return write_phantom(folder, pose=pose, seed=4, setup=FilmSetup(pixel_mm=1.0), views=(View.LATERAL,))[0]


def serve(folder: Path, port: int) -> None:
    """The clinic's server; ends with its process."""
    serve_with(folder, port, None)


def serve_with(folder: Path, port: int, dicom_port: int | None) -> None:
    """The clinic's server; with a DICOM port it also receives films from XRAY1 on this machine."""
    import uvicorn

    from spondyl.clinic.web import create_app
    from spondyl.clinic.web.ready import make_ready_meanwhile

    app = create_app(_services(folder, dicom_port))
    make_ready_meanwhile(app.state.templates)  # as `spondyl serve` does
    uvicorn.run(app, host="127.0.0.1", port=port, log_level="error")


def prepare_clinic(folder: Path) -> tuple[str, str]:
    """A clinic with one clinician and one patient: (session token, patient's id)."""
    from spondyl.clinic.chart.accounts import add_account
    from spondyl.clinic.chart.people import PersonDetails, add_person
    from spondyl.clinic.chart.roles import Role
    from spondyl.clinic.chart.sessions import open_session
    from spondyl.clinic.chart.transaction import writing

    services = _services(folder)
    with writing(services.engine) as connection:
        account = add_account(
            connection,
            sign_in_name="bench",
            full_name="Bench",
            role=Role.CLINICIAN,
            password=None,
            actor="bench",
        )
        token = open_session(connection, account.id)
        patient = add_person(
            connection, PersonDetails(given_name="Spine", family_name="Phantom"), actor="bench"
        )
    services.engine.dispose()
    return token, patient.id


def prepare(folder: Path) -> tuple[str, str]:
    """The clinic with the film, measured with its own landmarks: (session token, film id)."""
    from spondyl.clinic.chart.films import FilmSource
    from spondyl.clinic.films.take_in import Origin, landmark_body, take_in
    from spondyl.clinic.web.films.service import make_film_service

    token, patient_id = prepare_clinic(folder)
    services = _services(folder)
    path = make_film(folder / "phantom")
    films = make_film_service(services)
    origin = Origin(source=FilmSource.UPLOAD, name=path.name, actor="bench", person_id=patient_id)
    landmarks = landmark_body(path.with_suffix(".landmarks.json").read_text(), is_csv=False)
    film = take_in(services.engine, films.store, path.read_bytes(), origin, landmarks=landmarks)
    films.worker.work_once()
    films.stop()
    services.engine.dispose()
    return token, film.id


def _services(folder: Path, dicom_port: int | None = None) -> Any:
    from spondyl.clinic.chart.engine import embedded_url, open_engine
    from spondyl.clinic.chart.migrations import upgrade
    from spondyl.clinic.clinic_settings import ClinicSettings, DicomTable
    from spondyl.clinic.web.services import Services

    secret = bytes(range(32))
    engine = open_engine(embedded_url(folder / "chart.db"), key=secret)
    upgrade(engine)
    peers = () if dicom_port is None else ("XRAY1@127.0.0.1",)
    return Services(
        engine=engine,
        settings=ClinicSettings(dicom=DicomTable(address="127.0.0.1", port=dicom_port or 0, peers=peers)),
        clock=lambda: datetime.now(UTC),
        secret=secret,
        data_dir=folder,
    )


def drag(
    page: Any, start: tuple[float, float], *, button: str, seconds: float, reach_px: float
) -> list[float]:
    """Move the pointer on a Lissajous curve with a button down; the times between frames."""
    page.mouse.move(*start)
    page.mouse.down(button=button)
    page.evaluate(RECORD)
    began, step = time.monotonic(), 0
    while time.monotonic() - began < seconds:
        step += 1
        turn = step * 0.06
        page.mouse.move(start[0] + reach_px * math.sin(turn), start[1] + reach_px * math.sin(1.7 * turn))
        time.sleep(0.004)
    times: list[float] = page.evaluate(STOP)
    page.mouse.up(button=button)
    page.wait_for_timeout(500)
    return times


def corner_on_screen(page: Any, vertebra: int) -> tuple[float, float]:
    """Where the first corner of a vertebra lies in the window."""
    x, y, left, top = page.evaluate(
        """(n) => { const outline = document.querySelectorAll('.film-vertebra')[n].querySelector('.film-outline');
        const box = document.querySelector('[data-part=pane]').getBoundingClientRect();
        return [...outline.getAttribute('points').split(' ')[0].split(',').map(Number), box.left, box.top]; }""",
        vertebra,
    )
    return left + x, top + y


def measure(page: Any, *, seconds: float) -> dict[str, Any]:
    """Window, landmark and pan on the loaded viewer."""
    box = page.locator("[data-part=pane]").bounding_box()
    middle = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    window = drag(page, middle, button="right", seconds=seconds, reach_px=60)
    page.locator("[data-part=pane]").focus()
    page.keyboard.press("0")
    page.wait_for_timeout(300)
    page.evaluate("performance.clearMeasures()")
    landmark = drag(page, corner_on_screen(page, 9), button="left", seconds=seconds, reach_px=6)
    measured: list[float] = page.evaluate(MEASURED)
    pan = drag(page, middle, button="middle", seconds=seconds, reach_px=60)
    pane = (round(box["width"]), round(box["height"]))
    done = (("window and level", window), ("landmark", landmark), ("pan", pan))
    answers = sorted(measured)
    return {
        "film": f"{COLUMNS} x {ROWS}, 12 bit",
        "pane_px": pane,
        "frames": [asdict(frames_of(*one)) for one in done],
        "landmark_to_values_ms": {
            "count": len(answers),
            "p50": round(statistics.median(answers), 1),
            "p95": round(answers[math.floor(0.95 * len(answers))], 1),
            "worst": round(answers[-1], 1),
        },
        "load_average": os.getloadavg()[0],
        "machine": f"{os.cpu_count()} cores, {platform.machine()}, no GPU",
    }


def in_browser(port: int, token: str, film_id: str, do: Callable[[Any], dict[str, Any]]) -> dict[str, Any]:
    """Open the viewer in chromium and do something with its page."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=SWITCHES)
        context = browser.new_context(viewport=VIEWPORT)
        address = f"http://127.0.0.1:{port}"
        context.add_cookies([{"name": "spondyl_session", "value": token, "url": address}])
        page = context.new_page()
        page.goto(f"{address}/films/{film_id}")
        page.wait_for_selector("[data-ready]", timeout=60_000)
        page.wait_for_timeout(1000)
        try:
            return do(page)
        finally:
            browser.close()


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument(
        "--first", action="store_true", help="before all other programs of a busy machine (needs root)"
    )
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        token, film_id = prepare(Path(folder))
        if options.first:
            os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        server = multiprocessing.get_context("spawn").Process(target=serve, args=(Path(folder), port))
        server.start()
        try:
            wait_for(port)
            result = in_browser(port, token, film_id, lambda page: measure(page, seconds=options.seconds))
        finally:
            server.terminate()
            server.join()
    print(json.dumps(result, indent=None if options.json else 1))


def wait_for(port: int) -> None:
    """Until something listens there."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise TimeoutError("The server did not start.")


if __name__ == "__main__":
    main()
