"""The ten films read worst, as one picture: labels green, found orange. Shows films, so it stays in runs/."""

from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from films import LabelledFilm
from scores import Scored

TILE_COLS, TILE_ROWS = 320, 760
LABEL, FOUND = (0, 230, 0), (255, 90, 60)


def draw_worst(s: Scored, folder: Path) -> None:
    """Write worst_ten.png: five by two films, each under its SMAPE, its angles and the official ones."""
    folder.mkdir(parents=True, exist_ok=True)
    sheet = Image.new("RGB", (5 * TILE_COLS, 2 * TILE_ROWS))
    for n, k in enumerate(s.worst_first[:10]):
        title = f"{s.film_smape[k]:.0f}: {s.angles_deg[k].round(0)} / {s.official_deg[k].round(0)}"
        tile = picture(s.films[k], s.found[k], title)
        sheet.paste(tile, (n % 5 * TILE_COLS, n // 5 * TILE_ROWS))
    sheet.save(folder / "worst_ten.png")


def picture(film: LabelledFilm, found: np.ndarray, title: str) -> Image.Image:
    scale = min(310 / film.grey.shape[1], 730 / film.grey.shape[0])
    tile = Image.new("RGB", (TILE_COLS, TILE_ROWS))
    size = (int(film.grey.shape[1] * scale), int(film.grey.shape[0] * scale))
    small = Image.fromarray(film.grey).convert("RGB").resize(size)
    draw = ImageDraw.Draw(small)
    for corners, colour in ((film.corners, LABEL), (found, FOUND)):
        for four in corners * scale:
            draw.polygon([tuple(p) for p in four[[0, 1, 3, 2]]], outline=colour)
    tile.paste(small, (0, 20))
    ImageDraw.Draw(tile).text((4, 4), title, fill=(255, 255, 255))
    return tile
