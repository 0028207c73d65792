"""Lighthouse on the main pages of a running demo: accessibility and performance.

    spondyl serve --demo --data demo/clinic
    python benchmarks/lighthouse.py --address http://127.0.0.1:8080

Lighthouse is fetched from npm into a temporary folder, unless --lighthouse names a folder that holds it. Public pages
are measured as on a telephone (its throttled network and processor), staff pages as on a desktop.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import httpx

from spondyl.clinic.demo import DEMO_PASSWORD

MUST = {"accessibility": 100, "performance": 95}
TRIES = 3
"""Its browser sometimes gives no trace (NO_NAVSTART); Lighthouse itself says then: run again."""
CHROMIUM = "/usr/bin/chromium"
FLAGS = "--headless=new --no-sandbox --disable-gpu --disable-background-networking --no-first-run"


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """The scores of a page (0 to 100) and the failed audits of accessibility."""

    page: str
    scores: dict[str, int]
    failed: tuple[str, ...]

    @property
    def reaches(self) -> bool:
        """True when both scores are what they must be."""
        return all(self.scores[name] >= least for name, least in MUST.items())


def main() -> int:
    """Measure every page; 1 when one misses."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--address", default="http://127.0.0.1:8080")
    parser.add_argument("--lighthouse", type=Path)
    parser.add_argument("--runs", type=int, default=3, help="runs a page; the median counts")
    parser.add_argument("pages", nargs="*", help="only pages whose name is given")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        lighthouse = asked.lighthouse or _install(Path(folder))
        with (
            httpx.Client(base_url=asked.address, follow_redirects=True) as clinician,
            httpx.Client(base_url=asked.address, follow_redirects=True) as administrator,
        ):
            found: list[Measured] = []
            for name, path, cookie in _pages(clinician, administrator):
                if not asked.pages or name in asked.pages:
                    found.append(_median(lighthouse, name, asked.address + path, cookie, asked.runs))
                    scores = ", ".join(f"{key} {value}" for key, value in found[-1].scores.items())
                    print(f"{name}: {scores} {' '.join(found[-1].failed)}", flush=True)
    return int(not all(one.reaches for one in found))


def _install(folder: Path) -> Path:
    command = ["npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", str(folder), "lighthouse"]
    subprocess.run(command, check=True, env={**os.environ, "PUPPETEER_SKIP_DOWNLOAD": "1"})
    return folder


def _pages(clinician: httpx.Client, administrator: httpx.Client) -> list[tuple[str, str, str]]:
    """Name, path and cookie of each page; no cookie: what anybody sees, on a telephone."""
    cookie, of_administrator = _signed_in(clinician, "lind"), _signed_in(administrator, "admin")
    amelia = _first(clinician, "/patients?q=Amelia", r"/patients/[0-9a-f]{32}")
    greta = _first(clinician, "/patients?q=Greta", r"/patients/[0-9a-f]{32}")
    film = _first(clinician, f"{amelia}/films", r"/films/[0-9a-f]{32}")
    session = _first(clinician, f"{greta}/adjust", greta + r"/adjust/[0-9a-f]{32}")
    staff = {
        "today": "/today",
        "calendar": "/calendar",
        "patients": "/patients",
        "patient": amelia,
        "intake": f"{amelia}/intake",
        "exam": f"{amelia}/exam",
        "films": f"{amelia}/films",
        "viewer": film,
        "mark": f"{film}/mark",
        "plan": f"{amelia}/plan",
        "options": f"{amelia}/plan/edit?new=true",
        "adjust": f"{greta}/adjust",
        "adjusted": session,
        "outcomes": f"{amelia}/outcomes",
        "records": f"{amelia}/records",
        "clinic outcomes": "/outcomes",
    }
    administration = {
        "practice": "/calendar/practice",
        "practice office": "/calendar/practice/offices/orange",
        "export": "/admin/export",
    }
    public = {"book": "/book", "treatments": "/aid", "decision aid": "/aid/exercise", "sign-in": "/sign-in"}
    seen = ((public, ""), (staff, cookie), (administration, of_administrator))
    return [(name, path, by) for pages, by in seen for name, path in pages.items()]


def _signed_in(client: httpx.Client, name: str) -> str:
    """Sign in as somebody of the demo; gives the cookie."""
    csrf = re.search(r'name="csrf" content="(\w+)"', client.get("/sign-in").text)
    assert csrf, "the sign-in page has no token"
    client.post("/sign-in", data={"csrf": csrf[1], "name": name, "password": DEMO_PASSWORD})
    return "; ".join(f"{one.name}={one.value}" for one in client.cookies.jar)


def _first(client: httpx.Client, page: str, pattern: str) -> str:
    found = re.search(pattern, client.get(page).text)
    assert found, f"{page} links to no {pattern}"
    return found[0]


def _median(lighthouse: Path, name: str, address: str, cookie: str, runs: int) -> Measured:
    """The run in the middle: a busy machine makes single ones slow."""
    made = [_measure(lighthouse, name, address, cookie) for _ in range(runs)]
    return sorted(made, key=lambda one: one.scores["performance"])[runs // 2]


def _measure(lighthouse: Path, name: str, address: str, cookie: str) -> Measured:
    program = lighthouse / "node_modules" / "lighthouse" / "cli" / "index.js"
    command = ["node", str(program), address, "--quiet", "--output=json", f"--chrome-flags={FLAGS}"]
    command += [f"--only-categories={','.join(MUST)}"]
    if cookie:
        command += ["--preset=desktop", f"--extra-headers={json.dumps({'Cookie': cookie})}"]
    environment = {**os.environ, "CHROME_PATH": CHROMIUM}
    for _ in range(TRIES):
        run = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
        if not run.returncode:
            break
    else:
        sys.exit(f"Lighthouse could not measure {address}:\n{run.stderr[-2000:]}")
    said = json.loads(run.stdout)
    scores = {key: round(100 * said["categories"][key]["score"]) for key in MUST}
    asked = {one["id"] for one in said["categories"]["accessibility"]["auditRefs"]}
    failed = tuple(key for key in sorted(asked) if said["audits"][key]["score"] == 0)
    return Measured(page=name, scores=scores, failed=failed)


if __name__ == "__main__":
    sys.exit(main())
