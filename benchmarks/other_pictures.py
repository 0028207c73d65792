"""Pictures that are no AP film of the whole spine, made here: no person's data, and none of the drawing code that made
the training's negatives (training/make_negatives.py), so that passing is not remembering.

Bones are attenuation: the length of the ray inside tapered capsules and hollow ellipsoids, then exp(-length).
"""

# ruff: noqa: RUF005 (arrays are added here, not lists joined)
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw
from scipy import ndimage

from spondyl.anatomy import View
from spondyl.anatomy.levels import Level
from spondyl.radiograph.phantom import FilmSetup, phantom_film, random_appearance, random_phantom, random_pose

F64 = NDArray[np.float64]
Maker = Callable[[np.random.Generator], F64]
PHANTOM_PIXEL_MM = 1.2


def as_bytes(picture: F64) -> NDArray[np.uint8]:
    low, high = np.percentile(picture, (0.2, 99.8))
    return (np.clip((picture - low) / max(high - low, 1e-9), 0, 1) * 255).astype(np.uint8)


def capsule(shape: tuple[int, int], a: F64, b: F64, *, radius: float, flare: float = 1.3) -> F64:
    """Ray length (px) inside a rod from ``a`` to ``b`` (x, y), ``flare`` times as thick at its ends."""
    y, x = np.mgrid[: shape[0], : shape[1]].astype(np.float64)
    along = b - a
    part = ((x - a[0]) * along[0] + (y - a[1]) * along[1]) / max(float(along @ along), 1e-9)
    inside = np.clip(part, 0, 1)
    thick = radius * (1 + (flare - 1) * np.abs(2 * inside - 1) ** 4)
    away2 = (x - a[0] - inside * along[0]) ** 2 + (y - a[1] - inside * along[1]) ** 2
    return 2 * np.sqrt(np.maximum(thick**2 - away2, 0))


def ellipsoid(shape: tuple[int, int], centre: F64, radii: F64, *, turn: float = 0.0) -> F64:
    """Ray length (px) inside an ellipsoid as deep as its smaller radius."""
    y, x = np.mgrid[: shape[0], : shape[1]].astype(np.float64)
    u = (x - centre[0]) * np.cos(turn) + (y - centre[1]) * np.sin(turn)
    v = (y - centre[1]) * np.cos(turn) - (x - centre[0]) * np.sin(turn)
    return 2 * radii.min() * np.sqrt(np.maximum(1 - (u / radii[0]) ** 2 - (v / radii[1]) ** 2, 0))


def long_bone(shape: tuple[int, int], a: F64, b: F64, *, radius: float) -> F64:
    """A rod with a dense cortex and a marrow cavity."""
    return capsule(shape, a, b, radius=radius) - 0.75 * capsule(shape, a, b, radius=0.6 * radius, flare=1.0)


def exposed(length: F64, rng: np.random.Generator) -> F64:
    """Film of a body: bone bright, grain, sometimes the other polarity, a marker, a collimated edge."""
    film = 1 - np.exp(-length / length.max() * rng.uniform(1.5, 4.0))
    film = ndimage.gaussian_filter(film, rng.uniform(0.5, 1.8)) ** rng.uniform(0.6, 1.4)
    film += rng.normal(0, rng.uniform(0.002, 0.03), film.shape)
    if rng.random() < 0.15:
        film = film.max() - film
    if rng.random() < 0.3:
        edge = int(rng.uniform(0.02, 0.1) * min(film.shape))
        film[:edge], film[-edge:] = film.min(), film.min()
    return turned(film, rng.normal(0, 8))


def turned(film: F64, angle_deg: float) -> F64:
    return ndimage.rotate(film, angle_deg, reshape=False, order=1, cval=float(film.min()))


def heading(angle_deg: float) -> F64:
    """Unit vector, 0° straight up the picture, positive to the right."""
    return np.array([np.sin(np.radians(angle_deg)), -np.cos(np.radians(angle_deg))])


def hand(rng: np.random.Generator) -> F64:
    shape = (520, int(rng.uniform(340, 460)))
    bone, soft = np.zeros(shape), np.zeros(shape)
    wrist = np.array([shape[1] / 2, rng.uniform(360, 410)])
    spread, size = rng.uniform(9, 16), rng.uniform(0.8, 1.15)
    for finger in range(-2, 3):
        angle = finger * spread + rng.normal(0, 2)
        at = wrist + 34 * size * heading(angle * 1.6)
        lengths = np.array([70, 48, 30, 22]) * size * (1 - 0.07 * abs(finger))
        for joint, length in enumerate(lengths[: 3 if finger == -2 else 4]):
            angle += rng.normal(0, 3)
            end = at + length * heading(angle)
            bone += long_bone(shape, at + 0.05 * (end - at), end, radius=size * (9 - 1.4 * joint))
            soft = np.maximum(soft, capsule(shape, at, end, radius=size * (20 - 2 * joint), flare=1.0))
            at = end + 4 * heading(angle)
    for _ in range(8):
        centre = wrist + rng.normal(0, 15, 2) * size - [0, 8]
        bone += ellipsoid(shape, centre, rng.uniform(8, 14, 2) * size)
    for side in (-1, 1):
        top = wrist + [side * 17 * size, 22]
        bone += long_bone(shape, top, top + [side * 3, 260], radius=13 * size)
    soft = np.maximum(
        soft, capsule(shape, wrist - [0, 40], wrist + [0, 260], radius=rng.uniform(42, 60), flare=1)
    )
    return exposed(bone + rng.uniform(0.15, 0.4) * soft, rng)


def skull(rng: np.random.Generator) -> F64:
    shape = (560, 460)
    side = rng.random() < 0.5
    centre = np.array([230.0, 210.0]) + rng.normal(0, 8, 2)
    radii = np.array([175.0 if side else 138.0, 165.0]) * rng.uniform(0.85, 1.1)
    vault = ellipsoid(shape, centre, radii) - 0.88 * ellipsoid(shape, centre, radii - rng.uniform(8, 14))
    face = _face_lateral(shape, centre, rng) if side else _face_frontal(shape, centre)
    neck = centre + [60.0 if side else 0.0, radii[1] + 12]
    for k in range(int(rng.integers(2, 7))):
        body = neck + [rng.normal(0, 2) + (4 * k if side else 0), 27.0 * k]
        face += 0.5 * capsule(shape, body - [20, 0], body + [20, 0], radius=10.5)
    soft = ellipsoid(shape, centre + [0, 20], radii * 1.12) + capsule(
        shape, centre, centre + [0, 400], radius=80
    )
    return exposed(vault + np.maximum(face, -vault) + rng.uniform(0.03, 0.12) * soft, rng)


def _face_frontal(shape: tuple[int, int], centre: F64) -> F64:
    face = -0.25 * ellipsoid(shape, centre + [0, 85], np.array([20.0, 38.0]))
    for sign in (-1, 1):
        face -= 0.3 * ellipsoid(shape, centre + [58 * sign, 45], np.array([38.0, 30.0]))
        face += 0.4 * capsule(shape, centre + [105 * sign, 70], centre + [85 * sign, 190], radius=13)
        face += 0.4 * capsule(shape, centre + [85 * sign, 190], centre + [0, 225], radius=14)
    for tooth in range(-6, 7):
        for row in (140, 166):
            face += 0.7 * ellipsoid(shape, centre + [tooth * 10, row], np.array([4.6, 13.0]))
    return face


def _face_lateral(shape: tuple[int, int], centre: F64, rng: np.random.Generator) -> F64:
    face = 0.3 * ellipsoid(shape, centre + [-110, 110], np.array([50.0, 70.0]), turn=0.2)
    face -= 0.35 * ellipsoid(shape, centre + [-115, 80], np.array([26.0, 20.0]))
    chin = centre + [-150, rng.uniform(205, 235)]
    face += 0.4 * capsule(shape, centre + [-10, 120], centre + [-35, 190], radius=14)
    face += 0.4 * capsule(shape, centre + [-35, 190], chin, radius=14)
    for tooth in range(9):
        at = centre + [-150 + 11 * tooth, 160]
        face += 0.6 * ellipsoid(shape, at, np.array([5.0, 22.0]))
    return face


def limb(rng: np.random.Generator) -> F64:
    """A knee, an elbow, a forearm or both legs."""
    shape = (560, int(rng.uniform(200, 420)))
    bone, soft = np.zeros(shape), np.zeros(shape)
    for x in [0.5] if rng.random() < 0.6 else [0.27, 0.73]:
        joint = np.array([x * shape[1], rng.uniform(200, 360)])
        up, down = joint + [rng.normal(0, 18), -500], joint + [rng.normal(0, 18), 500]
        thick = rng.uniform(0.05, 0.09) * shape[1]
        bone += capsule(shape, joint - [0, 8], up, radius=thick, flare=2) - 0.7 * capsule(
            shape, joint - [0, 60], up, radius=0.6 * thick
        )
        bone += capsule(shape, joint + [0, 14], down, radius=thick, flare=1.9) - 0.7 * capsule(
            shape, joint + [0, 70], down, radius=0.6 * thick
        )
        if rng.random() < 0.6:
            bone += long_bone(shape, joint + [2 * thick, 30], down + [2 * thick, 0], radius=0.4 * thick)
        soft += capsule(shape, up, down, radius=rng.uniform(2.4, 3.4) * thick, flare=1.0)
    return exposed(bone + rng.uniform(0.1, 0.4) * soft, rng)


def chest(rng: np.random.Generator) -> F64:
    """The thorax of a synthetic patient, 430 mm wide, no vertebra below L1 on it."""
    film = _phantom(rng, "AP", field_width_mm=430.0)
    rows = {level: film[1][k] for k, level in enumerate(film[2])}
    top = max(0, int(rows[Level.T1] - rng.uniform(20, 70) / PHANTOM_PIXEL_MM))
    bottom = int(rows[rng.choice([Level.T11, Level.T12, Level.L1])] + 10 / PHANTOM_PIXEL_MM)
    return film[0][top:bottom]


def lumbar(rng: np.random.Generator) -> F64:
    """Lumbar spine and pelvis of a synthetic patient: at least the upper six vertebrae are not on it."""
    pixels, rows, levels = _phantom(rng, "AP", field_width_mm=400.0)
    return pixels[int(rows[levels.index(rng.choice([Level.T7, Level.T10, Level.T12]))]) :]


def _phantom(
    rng: np.random.Generator, view: str, *, field_width_mm: float
) -> tuple[F64, F64, tuple[Level, ...]]:
    """Pixels, row of each level's centre, levels."""
    pose = random_pose(rng)
    setup = FilmSetup(pixel_mm=PHANTOM_PIXEL_MM, field_mm=(700 * pose.scale, field_width_mm))
    made = phantom_film(
        pose,
        view=View(view),
        seed=int(rng.integers(1 << 30)),
        setup=setup,
        appearance=random_appearance(rng),
    )
    marks = made.landmarks
    return made.radiograph.pixels.astype(np.float64), np.nanmean(marks.corners_px[..., 1], 1), marks.levels


def lateral(rng: np.random.Generator) -> F64:
    """A whole spine from the side, or a part of it."""
    film = random_phantom(int(rng.integers(1 << 30, 1 << 31)), view="LATERAL", pixel_mm=PHANTOM_PIXEL_MM)
    pixels = film.radiograph.pixels.astype(np.float64)
    rows = len(pixels)
    if rng.random() < 0.4:
        top = int(rng.uniform(0, 0.35) * rows)
        pixels = pixels[top : int(rng.uniform(0.65, 1.0) * rows)]
    return pixels.max() - pixels if rng.random() < 0.15 else pixels


def _grid(rng: np.random.Generator) -> tuple[F64, F64]:
    rows, cols = (int(n) for n in rng.integers(160, 700, 2))
    y, x = np.mgrid[:rows, :cols].astype(np.float64)
    return y, x


def coloured_noise(rng: np.random.Generator, shape: tuple[int, ...], power: float) -> F64:
    """Noise whose amplitude falls as 1 / f ** power."""
    f = np.hypot(np.fft.fftfreq(shape[0])[:, None], np.fft.rfftfreq(shape[1])[None]) + 1 / max(shape)
    white = np.fft.rfft2(rng.standard_normal(shape))
    found = np.fft.irfft2(white / f**power, s=shape)
    return (found - found.mean()) / found.std()


def noise(rng: np.random.Generator) -> F64:
    """White, 1/f, salt and pepper, stripes, gradients, an empty film with a border and a marker."""
    y, x = _grid(rng)
    angle, period = rng.uniform(0, np.pi), rng.uniform(6, 120)
    across = x * np.cos(angle) + y * np.sin(angle)
    empty = np.full(y.shape, 20.0)
    edge = int(rng.uniform(5, 40))
    empty[edge:-edge, edge:-edge] = 200 + coloured_noise(rng, empty[edge:-edge, edge:-edge].shape, 1.0) * 9
    kinds: list[Callable[[], F64]] = [
        lambda: rng.standard_normal(y.shape),
        lambda: coloured_noise(rng, y.shape, rng.uniform(0.6, 2.2)),
        lambda: (rng.random(y.shape) > rng.uniform(0.9, 0.99)) * 1.0,
        lambda: np.sin(2 * np.pi * across / period) + 0.2 * rng.standard_normal(y.shape),
        lambda: across + 5 * rng.standard_normal(y.shape),
        lambda: with_text(empty, rng, lines=2),
        lambda: (
            np.exp(-(((x / x.max() - 0.5) / rng.uniform(0.05, 0.3)) ** 2))
            + 0.05 * rng.standard_normal(y.shape)
        ),
    ]
    return kinds[int(rng.integers(len(kinds)))]()


def with_text(picture: F64, rng: np.random.Generator, *, lines: int) -> F64:
    """Words of random letters drawn into an 8-bit picture."""
    page = Image.fromarray(np.clip(picture, 0, 255).astype(np.uint8))
    draw, size = ImageDraw.Draw(page), rng.uniform(10, 26)
    ink = 0 if picture.mean() > 128 else 255
    for line in range(lines):
        words = ["".join(chr(n) for n in rng.integers(97, 123, rng.integers(2, 10))) for _ in range(12)]
        draw.text((12, 12 + line * size * 1.5), " ".join(words), fill=ink, font_size=size)
    return np.asarray(page, np.float64)


def pattern(rng: np.random.Generator) -> F64:
    """Pages of text, checkerboards, barcodes, rulers, ladders, rows of windows."""
    y, x = _grid(rng)
    step = rng.uniform(12, 60)
    bars = np.repeat(rng.random(200) < 0.5, int(rng.integers(2, 9)))
    ladder = (np.abs(x - x.mean()) < 1.6 * step) & ((y % step) < rng.uniform(0.4, 0.85) * step)
    kinds: list[Callable[[], F64]] = [
        lambda: with_text(np.full(y.shape, 245.0), rng, lines=40),
        lambda: ((x // step + y // step) % 2) * 1.0,
        lambda: np.resize(bars * 1.0, y.shape),
        lambda: np.resize(bars * 1.0, y.T.shape).T,
        lambda: turned(ladder * 1.0, rng.uniform(-15, 15)),
        lambda: ((x % step < 0.6 * step) & (y % (1.4 * step) < 0.8 * step)) * rng.random(y.shape),
    ]
    found = kinds[int(rng.integers(len(kinds)))]()
    return ndimage.gaussian_filter(found * 1.0, rng.uniform(0, 2)) + rng.normal(0, 0.01, y.shape)


def scene(rng: np.random.Generator) -> F64:
    """Rendered scenes: hills under a sky, lit spheres, wood, a street of houses, a row of trees."""
    makers = (_hills, _spheres, _wood, _houses, _trees)
    found = makers[int(rng.integers(len(makers)))](rng)
    return np.clip(found, 0, 1.5) + rng.normal(0, 0.01, found.shape)


def _hills(rng: np.random.Generator) -> F64:
    y, x = _grid(rng)
    film = 0.9 - 0.4 * y / y.max() + 0.05 * coloured_noise(rng, y.shape, 1.6)
    for depth in range(1, 5):
        ridge = np.cumsum(rng.normal(0, 2, x.shape[1]))
        height = y.max() * (0.25 + 0.15 * depth) + ndimage.gaussian_filter1d(ridge, 9) * 2
        ground = 0.6 - 0.12 * depth + 0.06 * coloured_noise(rng, y.shape, 1.0)
        film = np.where(y > height[None], ground, film)
    return film


def _spheres(rng: np.random.Generator) -> F64:
    y, x = _grid(rng)
    film = 0.3 + 0.2 * y / y.max()
    light = np.array([rng.uniform(-1, 1), -1.0, 1.2])
    light /= np.linalg.norm(light)
    for _ in range(int(rng.integers(2, 25))):
        r = rng.uniform(0.03, 0.25) * min(y.shape)
        u, v = (x - rng.uniform(0, x.max())) / r, (y - rng.uniform(0, y.max())) / r
        up = np.sqrt(np.maximum(1 - u**2 - v**2, 0))
        film = np.where(up > 0, 0.1 + 0.9 * np.maximum(u * light[0] + v * light[1] + up * light[2], 0), film)
    return film


def _wood(rng: np.random.Generator) -> F64:
    y, x = _grid(rng)
    bend = 8 * coloured_noise(rng, y.shape, 2.0)
    return 0.5 + 0.3 * np.sin((np.hypot(x - rng.uniform(0, x.max()), 0.1 * y) + bend) / rng.uniform(2, 9))


def _houses(rng: np.random.Generator) -> F64:
    y, x = _grid(rng)
    film = 0.9 - 0.3 * y / y.max()
    left = 0.0
    while left < x.max():
        width, top = rng.uniform(60, 160), rng.uniform(0.05, 0.6) * y.max()
        step, wall = rng.uniform(18, 34), rng.uniform(0.2, 0.7)
        here = (x >= left) & (x < left + width) & (y > top)
        window = ((x - left) % step > 0.4 * step) & ((y - top) % (1.5 * step) > 0.7 * step)
        film = np.where(here, np.where(window, 0.9 - wall, wall), film)
        left += width
    return film


def _trees(rng: np.random.Generator) -> F64:
    y, x = _grid(rng)
    film = 0.8 + 0.05 * coloured_noise(rng, y.shape, 1.8)
    shape = (y.shape[0], y.shape[1])
    for _ in range(int(rng.integers(1, 6))):
        foot = np.array([rng.uniform(0, x.max()), y.max()])
        film -= 0.02 * capsule(
            shape, foot, foot + [rng.normal(0, 15), -0.9 * y.max()], radius=rng.uniform(4, 14)
        )
        for _ in range(14):
            at = foot + [rng.normal(0, 40), -y.max() * rng.uniform(0.4, 0.95)]
            film -= 0.006 * ellipsoid(shape, at, rng.uniform(15, 50, 2))
    return film


CLASSES: dict[str, Maker] = {
    "chest": chest,
    "hand": hand,
    "skull": skull,
    "lateral": lateral,
    "noise": noise,
    "photograph": scene,
    "pattern": pattern,
    "limb": limb,
    "lumbar": lumbar,
}
"""Name of each class of made pictures, and what makes one."""
