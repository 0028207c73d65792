"""A real OHIF opens the structured report that Spondyl wrote of a synthetic film: does it show our Cobb angles?

    apt-get install orthanc-dicomweb
    python benchmarks/ohif_sr.py --picture ohif.png

Orthanc holds film and report, OHIF (from npm, into a temporary folder unless --ohif names its `dist`) reads them by
DICOMweb in Debian's chromium, and the measurements that its panel lists after the report is opened are compared with
those that Spondyl measured. Everything is on loopback. 0 only when each Cobb angle is listed as it was measured.
"""

import argparse
import json
import mimetypes
import re
import subprocess
import sys
import tempfile
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from playwright.sync_api import Page, sync_playwright
from pydicom import dcmread

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from dicom_peers import Orthanc, orthanc
from spondyl.clinic.report.codes import is_cobb

PLUGIN = "/usr/share/orthanc/plugins/libOrthancDicomWeb.so"
CHROMIUM = "/usr/bin/chromium"
FLAGS = ("--no-sandbox", "--disable-background-networking", "--no-first-run", "--use-gl=swiftshader")
SETTINGS = """window.config = {routerBasename: null, extensions: [], modes: [], showStudyList: true,
  defaultDataSourceName: 'here', investigationalUseDialog: {option: 'never'},
  dataSources: [{namespace: '@ohif/extension-default.dataSourcesModule.dicomweb', sourceName: 'here',
    configuration: {friendlyName: 'Orthanc', name: 'here', wadoUriRoot: '/wado', qidoRoot: '/dicom-web',
      wadoRoot: '/dicom-web', qidoSupportsIncludeField: false, imageRendering: 'wadors',
      thumbnailRendering: 'wadors', supportsFuzzyMatching: false, supportsWildcard: true}}]};"""


def main() -> int:
    """Open the report in OHIF and compare; 1 when an angle is missing or differs."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--ohif", type=Path, help="folder with OHIF's index.html")
    parser.add_argument("--seed", type=int, default=4, help="of the synthetic patient")
    parser.add_argument("--picture", type=Path, help="where the screenshot goes")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        site = asked.ohif or _install(folder)
        film, report, cobbs = _measured(folder, asked.seed)
        with orthanc(folder, plugins=(PLUGIN,)) as pacs, _served(site, pacs) as address:
            for path in (film, report):
                urllib.request.urlopen(
                    urllib.request.Request(f"http://127.0.0.1:{pacs.web}/instances", path.read_bytes())
                ).close()
            listed = _listed(address, dcmread(film).StudyInstanceUID, asked.picture)
    print("Spondyl measured:", *(f"{value:.1f}°" for value in cobbs))
    print("OHIF lists:", *(f"{value:.1f}°" for value in listed))
    missing = [value for value in cobbs if not any(abs(value - other) <= 0.06 for other in listed)]
    print("Missing or different:", *(f"{value:.1f}°" for value in missing) if missing else ["none"])
    return int(bool(missing))


def _install(folder: Path) -> Path:
    subprocess.run(["npm", "pack", "--silent", "@ohif/app"], cwd=folder, check=True, stdout=subprocess.PIPE)
    subprocess.run(["tar", "xzf", next(folder.glob("ohif-app-*.tgz")).name], cwd=folder, check=True)
    return folder / "package" / "dist"


def _measured(folder: Path, seed: int) -> tuple[Path, Path, list[float]]:
    """Film, report, and the Cobb angles in it."""
    films, out = folder / "films", folder / "out"
    command = [str(Path(sys.executable).with_name("spondyl"))]
    subprocess.run(
        [*command, "phantom", str(films), "--seed", str(seed)], check=True, stdout=subprocess.DEVNULL
    )
    (film,) = films.glob("*_ap.dcm")
    done = subprocess.run(
        [*command, "measure", str(film), "--landmarks", str(films), "--out", str(out), "--json"],
        check=True,
        capture_output=True,
        text=True,
    )
    measured = json.loads(done.stdout.splitlines()[-1])["measurements"]
    (report,) = out.rglob("*.sr.dcm")
    return film, report, [m["value_deg"] for m in measured if is_cobb(m["kind"])]


@contextmanager
def _served(site: Path, pacs: Orthanc) -> Iterator[str]:
    """OHIF's files and, under /dicom-web, Orthanc, as one origin on loopback."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path.startswith("/dicom-web"):
                self._pass_on()
                return
            wanted = self.path.split("?")[0].lstrip("/")
            if wanted == "app-config.js":
                self._answer(SETTINGS.encode(), "text/javascript")
                return
            path = site / wanted
            path = path if path.is_file() else site / "index.html"
            self._answer(path.read_bytes(), mimetypes.guess_type(path.name)[0] or "application/octet-stream")

        def _pass_on(self) -> None:
            ask = urllib.request.Request(
                f"http://127.0.0.1:{pacs.web}{self.path}", headers={"Accept": self.headers["Accept"] or "*/*"}
            )
            try:
                with urllib.request.urlopen(ask, timeout=30) as answer:
                    self._answer(answer.read(), answer.headers["Content-Type"])
            except urllib.error.HTTPError as error:
                self._answer(error.read(), "text/plain", error.code)

        def _answer(self, content: bytes, kind: str, status: int = 200) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(content)))
            self.send_header("Cross-Origin-Opener-Policy", "same-origin")
            self.send_header("Cross-Origin-Embedder-Policy", "require-corp")
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def _listed(address: str, study: str, picture: Path | None) -> list[float]:
    """Angles (degrees) that OHIF's panel lists once the report is opened."""
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        page = browser.new_page(viewport={"width": 1600, "height": 1000})
        page.goto(f"{address}/viewer?StudyInstanceUIDs={study}", timeout=120_000)
        try:
            return _opened(page)
        finally:
            if picture:
                page.screenshot(path=picture)
            browser.close()


def _opened(page: Page) -> list[float]:
    page.get_by_text("SR", exact=True).first.wait_for(timeout=120_000)
    page.get_by_text("Skip all").click(timeout=30_000)  # the tour that a first visit begins with
    page.get_by_text("SR", exact=True).first.dblclick()
    page.get_by_text("Yes", exact=False).first.click(timeout=60_000)
    page.get_by_text(re.compile(r"^\d+\.\d\d °")).first.wait_for(timeout=60_000)
    page.wait_for_timeout(2000)
    text = page.locator("body").inner_text()
    return [float(value) for value in re.findall(r"(\d+(?:\.\d+)?)\s*[°º]", text)]


if __name__ == "__main__":
    sys.exit(main())
