"""Draw the pictures of the clinic's pages again, from a running demo.

    spondyl serve --demo --data demo/clinic
    python docs/clinic_pictures.py --address http://127.0.0.1:8080

Every name and film on them is made up. Palette PNGs in docs/images/clinic, below 120 kB each.
"""

import argparse
import io
import json
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from spondyl.anatomy import View
from spondyl.clinic.demo import DEMO_PASSWORD
from spondyl.radiograph.phantom import random_pose, write_phantom

FOLDER = Path(__file__).parent / "images" / "clinic"
MOST_BYTES = 120_000
COLOURS = (96, 64, 32, 16)
TELEPHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 860}


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A page: who looks, how to get there, on what screen, in which colours."""

    name: str
    who: str
    go: Callable[[Page], None]
    dark: bool = False
    screen: dict[str, int] | None = None


def at(path: str) -> Callable[[Page], None]:
    """Open an address."""
    return lambda page: page.goto(path) and None


def of(patient: str, tab: str = "") -> Callable[[Page], None]:
    """Open a page of a patient of the demo."""

    def go(page: Page) -> None:
        page.goto(f"/patients?q={patient}")
        page.get_by_role("link", name=patient).first.click()
        page.wait_for_url("**/patients/*")
        if tab:
            page.goto(f"{page.url}/{tab}")

    return go


def viewer(page: Page) -> None:
    """The newest AP film of a patient, with last year's beside it."""
    of("Amelia", "films")(page)
    page.get_by_role("link", name="AP film").first.click()
    page.wait_for_selector("[data-ready]")
    page.locator("[data-part=earlier]").select_option(index=1)
    page.get_by_text("smallest detectable").first.wait_for()


def lateral(page: Page) -> None:
    """The newest lateral film of a patient."""
    of("Amelia", "films")(page)
    page.get_by_role("link", name="Lateral film").first.click()
    page.wait_for_selector("[data-ready]")


def marking(page: Page) -> None:
    """A lateral film without landmarks, half of it marked by hand."""
    with tempfile.TemporaryDirectory() as folder:
        pose = random_pose(np.random.default_rng(61))
        film, points, _ = write_phantom(Path(folder), pose=pose, seed=61, views=(View.LATERAL,))
        of("Greta", "films")(page)
        page.locator("#f-film").set_input_files(film)
        page.get_by_role("button", name="Add films").click()
        page.get_by_role("link", name="Mark by hand").click()
        page.wait_for_selector("[data-ready]")
        levels = {one["level"]: one["corners_px"] for one in json.loads(points.read_text())["landmarks"]}
    box = page.locator("[data-part=pane]").bounding_box() or {}
    told = json.loads(page.locator("[data-told]").get_attribute("data-told") or "")
    zoom = min(box["width"] / told["columns"], box["height"] / told["rows"])
    left = box["x"] + (box["width"] - told["columns"] * zoom) / 2
    top = box["y"] + (box["height"] - told["rows"] * zoom) / 2
    corners = [corner for level in ("L1", "L2", "L3", "L4") for corner in levels[level]][:-1]
    for number, (x, y) in enumerate(corners, start=1):
        page.mouse.move(left + (x + 0.5) * zoom, top + (y + 0.5) * zoom)
        if number < len(corners):
            page.mouse.down()
            page.mouse.up()
    page.locator(".mark-loupe.is-shown").wait_for()


def options(page: Page) -> None:
    """The options of a plan, as ranked for the patient."""
    of("Amelia", "plan/edit?new=true")(page)
    page.locator("#h-options").evaluate("heading => heading.scrollIntoView({block: 'start'})")


def session(page: Page) -> None:
    """The finished adjustment of the demo."""
    of("Greta", "adjust")(page)
    page.locator("section[aria-labelledby=earlier] tbody a").first.click()
    page.get_by_text("identical", exact=True).wait_for()


def stopped(page: Page) -> None:
    """The form of the waiting room at an answer that cannot wait."""
    of("Felix", "intake")(page)
    page.goto(page.get_by_label("Send it by message").input_value())
    page.get_by_label("Less than 6 weeks").check()
    page.get_by_label("About the same").check()
    page.locator(".screen:not([hidden]) [data-next]").click()
    page.locator("[data-question=saddle_numbness]").get_by_label("Yes").check()
    page.get_by_role("alertdialog").wait_for()


PICTURES = (
    Picture(name="today", who="desk", go=at("/today")),
    Picture(name="today-dark", who="lind", go=at("/today"), dark=True),
    Picture(name="calendar", who="desk", go=at("/calendar")),
    Picture(name="waitlist", who="desk", go=at("/calendar/waitlist")),
    Picture(name="practice", who="admin", go=at("/calendar/practice/offices/orange")),
    Picture(name="book", who="", go=at("/book"), screen=TELEPHONE),
    Picture(name="treatments", who="", go=at("/aid"), screen=TELEPHONE),
    Picture(name="patient", who="lind", go=of("Greta")),
    Picture(name="exam", who="lind", go=of("Greta", "exam")),
    Picture(name="film", who="lind", go=viewer, dark=True),
    Picture(name="film-lateral", who="lind", go=lateral),
    Picture(name="mark", who="lind", go=marking),
    Picture(name="plan", who="lind", go=of("Esther", "plan")),
    Picture(name="options", who="lind", go=options),
    Picture(name="adjust", who="lind", go=session, dark=True),
    Picture(name="outcomes", who="lind", go=of("Amelia", "outcomes")),
    Picture(name="records", who="lind", go=of("Amelia", "records")),
    Picture(name="audit", who="admin", go=at("/admin/audit")),
    Picture(name="export", who="admin", go=at("/admin/export")),
    Picture(name="intake-stop", who="lind", go=stopped, screen=TELEPHONE),
)


def main() -> None:
    """Draw all pictures, or those named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--address", default="http://127.0.0.1:8080")
    parser.add_argument("names", nargs="*")
    chosen = parser.parse_args()
    FOLDER.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"]
        )
        for picture in PICTURES:
            if not chosen.names or picture.name in chosen.names:
                size = _draw(browser, chosen.address, picture)
                print(f"{picture.name}.png: {size / 1000:.0f} kB", flush=True)
        browser.close()


def _draw(browser: Browser, address: str, picture: Picture) -> int:
    context = browser.new_context(
        viewport=picture.screen or DESK,  # type: ignore[arg-type]
        color_scheme="dark" if picture.dark else "light",
        base_url=address,
        reduced_motion="reduce",
    )
    page = context.new_page()
    page.set_default_timeout(60_000)
    if picture.who:
        page.goto("/sign-in")
        page.locator("[name=name]").fill(picture.who)
        page.locator("[type=password]").fill(DEMO_PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url("**/today")
    picture.go(page)
    page.wait_for_load_state("networkidle")
    content = _small(page.screenshot())
    context.close()
    (FOLDER / f"{picture.name}.png").write_bytes(content)
    return len(content)


def _small(picture: bytes) -> bytes:
    """The picture with as many colours as fit the size."""
    content = picture
    for colours in COLOURS:
        out = io.BytesIO()
        Image.open(io.BytesIO(picture)).convert("RGB").quantize(colours, dither=Image.Dither.NONE).save(
            out, "PNG", optimize=True
        )
        content = out.getvalue()
        if len(content) <= MOST_BYTES:
            break
    return content


if __name__ == "__main__":
    main()
