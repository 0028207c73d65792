"""Draw the pictures of reports and answers again, each from the pages that the commands of its document write.

    python docs/page_pictures.py                    all of them
    python docs/page_pictures.py report             those named

Every film and patient is synthetic. Palette PNGs in docs/images. The clinic's pages: docs/clinic_pictures.py.
"""

import argparse
import io
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

FOLDER = Path(__file__).parent / "images"
FILM, POINTS = "films/phantom_0001_ap.dcm", "films/phantom_0001_ap.landmarks.json"
TELEPHONE, TALL, GAP = 390, 844, 18
COLOURS = 128
GREY = (176, 184, 190)
SPONDYL = Path(sys.executable).with_name("spondyl")


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """The commands that make the pages, and how the picture is taken of them."""

    name: str
    commands: tuple[str, ...]
    draw: Callable[[Browser, Path], bytes]


def top(page: str, width: int, height: int) -> Callable[[Browser, Path], bytes]:
    """The upper part of a page."""

    def draw(browser: Browser, folder: Path) -> bytes:
        return _shot(browser, folder / page, width, height)

    return draw


def aid(browser: Browser, folder: Path) -> bytes:
    """The English aid on a telephone, screen after screen beside each other, and the first screen in Spanish."""
    whole = _opened(_shot(browser, folder / "aids/stem-cells.en.html", TELEPHONE, TALL, whole=True))
    tall = -(-whole.height // round(whole.height / TALL))
    spanish = _opened(_shot(browser, folder / "aids/stem-cells.es.html", TELEPHONE, tall))
    screens = [
        whole.crop((0, y, TELEPHONE, min(y + tall, whole.height))) for y in range(0, whole.height, tall)
    ]
    screens.append(spanish)
    sheet = Image.new("RGB", ((TELEPHONE + GAP) * len(screens) - GAP, tall), GREY)
    for place, screen in enumerate(screens):
        sheet.paste(screen, ((TELEPHONE + GAP) * place, 0))
    out = io.BytesIO()
    sheet.save(out, "PNG")
    return out.getvalue()


PICTURES = (
    Picture(
        name="report",
        commands=("phantom films", f"measure {FILM} --landmarks films --out results"),
        draw=top("results/reports/phantom_0001_ap/phantom_0001_ap.html", 1000, 1300),
    ),
    Picture(
        name="session-report",
        commands=(
            "phantom films",
            f"adjust run --simulated --seed 3 --max-n 80 --film {FILM} --landmarks {POINTS} --record session.tar",
            "adjust report session.tar",
        ),
        draw=top("session.html", 1000, 1330),
    ),
    Picture(
        name="stem-cells",
        commands=("evidence ask stem-cells --out answers",),
        draw=top("answers/stem-cells.html", 950, 1500),
    ),
    Picture(
        name="decision-aid",
        commands=("evidence aid stem-cells --out aids", "evidence aid stem-cells --lang es --out aids"),
        draw=aid,
    ),
)


def main() -> None:
    """Draw all pictures, or those named."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="*", choices=[one.name for one in PICTURES])
    names = parser.parse_args().names
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"]
        )
        for picture in PICTURES:
            if not names or picture.name in names:
                content = _drawn(browser, picture)
                (FOLDER / f"{picture.name}.png").write_bytes(content)
                print(f"{picture.name}.png: {len(content) / 1000:.0f} kB", flush=True)
        browser.close()


def _drawn(browser: Browser, picture: Picture) -> bytes:
    with tempfile.TemporaryDirectory() as name:
        for command in picture.commands:
            subprocess.run([SPONDYL, *command.split()], cwd=name, check=True)
        return _palette(picture.draw(browser, Path(name)))


def _palette(picture: bytes) -> bytes:
    """The picture in few colours, the rare ones kept: a warning's red, the lines on a film."""
    out = io.BytesIO()
    method = Image.Quantize.MAXCOVERAGE
    _opened(picture).quantize(COLOURS, method=method, dither=Image.Dither.NONE).save(
        out, "PNG", optimize=True
    )
    return out.getvalue()


def _shot(browser: Browser, page: Path, width: int, height: int, *, whole: bool = False) -> bytes:
    opened = browser.new_page(viewport={"width": width, "height": height}, color_scheme="light")
    opened.goto(page.as_uri())
    content = opened.screenshot(full_page=whole)
    opened.close()
    return content


def _opened(picture: bytes) -> Image.Image:
    return Image.open(io.BytesIO(picture)).convert("RGB")


if __name__ == "__main__":
    main()
