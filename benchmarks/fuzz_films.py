"""Damage films at random and read them: every one must give a typed refusal or a film, within the time limit.

    python benchmarks/fuzz_films.py --count 10000 --seed 1

The same seed and index give the same bytes, so ``--only INDEX --keep FOLDER`` shows one case again.
"""

import argparse
import io
import json
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from PIL import Image
from pydicom import uid
from pydicom.dataset import Dataset
from pydicom.encaps import get_frame
from pydicom.sequence import Sequence
from rich.console import Console
from rich.progress import track

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))
from dicom_films import (
    compressed,
    dicom_film,
    jpeg_bytes,
    ramp,
    save,
    save_jpeg_lossless,
    with_pixels,
)
from spondyl.radiograph import DecodeLimits, FilmReader, FilmRefused

LIMITS = DecodeLimits(
    wall_s=2.0, cpu_s=2, memory_bytes=1024**3, max_pixels=4_000_000, max_inflated_bytes=2**24
)
SLACK_S = 3.0
"""What ending one decoding process and starting the next may take on a busy machine, beyond the limit itself."""

Random = np.random.Generator
SMALL = ramp(8, rows=66, columns=72)
DEEP = ramp(12, rows=66, columns=72)


@dataclass(slots=True, kw_only=True)
class Outcome:
    """What happened to all films."""

    films: int = 0
    crashes: int = 0
    over_limit: int = 0
    read: int = 0
    refused: "Counter[str]" = field(default_factory=Counter)
    slowest_s: float = 0.0
    failures: list[str] = field(default_factory=list)


def seeds(folder: Path) -> dict[str, bytes]:
    """One small sound film of each kind."""
    byte = SMALL.astype(np.uint8)
    films: dict[str, Dataset] = {
        "explicit-8": dicom_film(byte, bits=8, ViewPosition="AP", PatientOrientation=["L", "F"]),
        "implicit-12-window": dicom_film(
            DEEP, syntax=uid.ImplicitVRLittleEndian, WindowCenter=2000, WindowWidth=3000
        ),
        "signed-spacing": dicom_film(
            (DEEP.astype(np.int16) - 2048), RescaleIntercept=2048, PixelSpacing=[0.2, 0.2]
        ),
        "big-endian": dicom_film(DEEP, syntax=uid.ExplicitVRBigEndian),
        "deflated": dicom_film(DEEP, syntax=uid.DeflatedExplicitVRLittleEndian),
        "look-up-tables": with_tables(dicom_film(DEEP)),
        "rgb": dicom_film(np.stack([byte, byte, byte[::-1]], axis=2), bits=8, photometric="RGB"),
        "palette": with_palette(dicom_film(byte, bits=8, photometric="PALETTE COLOR")),
        "jpeg-baseline": with_pixels(dicom_film(byte, bits=8), jpeg_bytes(byte), uid.JPEGBaseline8Bit),
        "rle": compressed(dicom_film(DEEP), uid.RLELossless),
        "jpeg-ls": compressed(dicom_film(DEEP), uid.JPEGLSLossless),
        "jpeg-2000": compressed(dicom_film(DEEP), uid.JPEG2000Lossless),
        "jp2-boxes": jp2_film(),
    }
    found = {name: save(film, folder / "seed").read_bytes() for name, film in films.items()}
    found["jpeg-lossless"] = save_jpeg_lossless(dicom_film(DEEP), folder / "seed").read_bytes()
    return found | {f"picture-{name}": content for name, content in pictures(byte).items()}


def pictures(byte: np.ndarray) -> dict[str, bytes]:
    exif = Image.Exif()
    exif[274] = 6
    grey = Image.fromarray(byte)
    return {
        "png-8": encoded(grey, "PNG"),
        "png-16": encoded(Image.fromarray(ramp(16, rows=66, columns=72)), "PNG"),
        "png-alpha": encoded(grey.convert("RGBA"), "PNG"),
        "png-palette": encoded(grey.convert("P"), "PNG"),
        "jpeg": jpeg_bytes(byte, exif=exif),
        "jpeg-progressive": jpeg_bytes(byte, progressive=True),
        "tiff": encoded(grey, "TIFF"),
        "tiff-16": encoded(Image.fromarray(ramp(16, rows=66, columns=72)), "TIFF"),
        "tiff-lzw": encoded(grey, "TIFF", compression="tiff_lzw"),
        "tiff-jpeg": encoded(grey, "TIFF", compression="jpeg"),
        "tiff-deflate": encoded(grey.convert("RGB"), "TIFF", compression="tiff_adobe_deflate"),
    }


def encoded(picture: Image.Image, kind: str, **options: str) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, format=kind, **options)
    return buffer.getvalue()


def with_tables(film: Dataset) -> Dataset:
    for keyword in ("ModalityLUTSequence", "VOILUTSequence"):
        item = Dataset()
        item.add_new("LUTDescriptor", "US", [4096, 0, 12])
        item.add_new("LUTData", "US", list(range(4096)))
        setattr(film, keyword, Sequence([item]))
    return film


def with_palette(film: Dataset) -> Dataset:
    for name in ("Red", "Green", "Blue"):
        film.add_new(f"{name}PaletteColorLookupTableDescriptor", "US", [256, 0, 16])
        data = (np.arange(256) * 257).astype("<u2").tobytes()
        film.add_new(f"{name}PaletteColorLookupTableData", "OW", data)
    return film


def jp2_film() -> Dataset:
    """JPEG 2000 inside JP2 boxes, where a box of length 0 would keep pydicom busy for ever."""
    film = compressed(dicom_film(DEEP), uid.JPEG2000Lossless)
    stream = get_frame(film.PixelData, 0, number_of_frames=1)
    boxes = b"\x00\x00\x00\x0cjP  \r\n\x87\n" + b"\x00\x00\x00\x14ftypjp2 \x00\x00\x00\x00jp2 "
    rows, columns = (66).to_bytes(4, "big"), (72).to_bytes(4, "big")
    boxes += b"\x00\x00\x00\x2djp2h\x00\x00\x00\x16ihdr" + rows + columns + b"\x00\x01\x0b\x07\x00\x00"
    boxes += b"\x00\x00\x00\x0fcolr\x01\x00\x00\x00\x00\x00\x11"
    boxes += (len(stream) + 8).to_bytes(4, "big") + b"jp2c"
    return with_pixels(film, boxes + stream, uid.JPEG2000Lossless)


def flip_bytes(content: bytes, random: Random, _others: list[bytes]) -> bytes:
    damaged = np.frombuffer(content, np.uint8).copy()
    where = place(len(damaged), random, int(random.choice([1, 3, 10, 40])))
    damaged[where] ^= random.integers(1, 256, len(where)).astype(np.uint8)
    return damaged.tobytes()


def cut(content: bytes, random: Random, _others: list[bytes]) -> bytes:
    return content[: int(random.integers(0, len(content)))]


def change_length(content: bytes, random: Random, _others: list[bytes]) -> bytes:
    """Overwrite 2 or 4 bytes as a wrong length would: 0, all ones, one more, or anything."""
    damaged, size = bytearray(content), int(random.choice([2, 4]))
    start = int(place(len(damaged) - size, random, 1)[0])
    old = int.from_bytes(damaged[start : start + size], "little")
    top = 256**size - 1
    new = int(
        random.choice([0, top, (old + 1) % top, (old - 1) % top, old * 2 % top, random.integers(0, top)])
    )
    damaged[start : start + size] = new.to_bytes(size, random.choice(["little", "big"]))
    return bytes(damaged)


def edit_tag(content: bytes, random: Random, _others: list[bytes]) -> bytes:
    """Overwrite the first bytes after a picture-describing tag (group 0028), or swap that tag for another."""
    starts = [i for i in range(len(content) - 12) if content[i : i + 2] in (b"\x28\x00", b"\x00\x28")]
    if not starts:
        return change_length(content, random, _others)
    start, damaged = int(random.choice(starts)), bytearray(content)
    offset, size = (2, 2) if random.random() < 0.3 else (8, 2)
    value = int(random.choice([0, 1, 2, 3, 8, 12, 15, 16, 32, 64, 0x1052, 0x1101, 0x3006, 65535]))
    damaged[start + offset : start + offset + size] = value.to_bytes(size, "little")
    return bytes(damaged)


def splice(content: bytes, random: Random, others: list[bytes]) -> bytes:
    other = others[int(random.integers(len(others)))]
    return content[: int(random.integers(len(content)))] + other[int(random.integers(len(other))) :]


def repeat_or_blank(content: bytes, random: Random, _others: list[bytes]) -> bytes:
    start, length = int(random.integers(len(content))), int(random.integers(1, 400))
    chunk = content[start : start + length]
    if random.random() < 0.5:
        return content[:start] + chunk * int(random.integers(2, 30)) + content[start:]
    return content[:start] + bytes(len(chunk)) + content[start + length :]


MUTATIONS: list[Callable[[bytes, Random, list[bytes]], bytes]] = [
    flip_bytes, cut, change_length, edit_tag, splice, repeat_or_blank,
]  # fmt: skip


def place(length: int, random: Random, count: int) -> np.ndarray:
    """Positions, half of them in the first 1000 bytes, where headers are."""
    reach = min(length, 1000) if random.random() < 0.5 else length
    return random.integers(0, max(reach, 1), count)


def damaged_film(index: int, seed: int, films: dict[str, bytes]) -> tuple[str, bytes]:
    """Film ``index``: its name and bytes, after one to three damages."""
    random = np.random.default_rng([seed, index])
    kind = list(films)[index % len(films)]
    content, done = films[kind], []
    for _ in range(int(random.integers(1, 4))):
        mutate = MUTATIONS[int(random.integers(len(MUTATIONS)))]
        content = mutate(content, random, list(films.values())) or b"\0"
        done.append(mutate.__name__)
    return f"{index}-{kind}-{'-'.join(done)}", content


def read_one(reader: FilmReader, path: Path, name: str, outcome: Outcome) -> bool:
    """Read one damaged film; False when it broke the rules."""
    started, problem = time.monotonic(), ""
    try:
        film = reader.read(path)
        outcome.read += 1
        problem = "" if film.pixels.ndim == 2 and len(film.sha256) == 64 else "no film"
    except FilmRefused as refused:
        outcome.refused[refused.refusal.value] += 1
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt):
            raise
        problem = f"{type(error).__name__}: {error}"
    took = time.monotonic() - started
    outcome.films += 1
    outcome.crashes += bool(problem)
    outcome.over_limit += took > LIMITS.wall_s + SLACK_S
    outcome.slowest_s = max(outcome.slowest_s, took)
    if problem or took > LIMITS.wall_s + SLACK_S:
        outcome.failures.append(f"{name}: {problem or f'{took:.1f} s'}")
        return False
    return True


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--count", type=int, default=10_000, help="how many films to damage (10000)")
    parser.add_argument("--seed", type=int, default=1, help="which films (1)")
    parser.add_argument("--only", type=int, help="read this one film again")
    parser.add_argument("--keep", type=Path, help="keep films that broke the rules (or the --only film) here")
    arguments = parser.parse_args()
    outcome, started = Outcome(), time.monotonic()
    indices = range(arguments.count) if arguments.only is None else [arguments.only]
    with tempfile.TemporaryDirectory() as folder, FilmReader(limits=LIMITS) as reader:
        films = seeds(Path(folder))
        path = Path(folder) / "film"
        for index in track(indices, description="Reading damaged films", console=Console(stderr=True)):
            name, content = damaged_film(index, arguments.seed, films)
            path.write_bytes(content)
            sound = read_one(reader, path, name, outcome)
            if arguments.keep and (not sound or arguments.only is not None):
                arguments.keep.mkdir(parents=True, exist_ok=True)
                (arguments.keep / name).write_bytes(content)
    report: dict[str, object] = {
        "films": outcome.films,
        "crashes": outcome.crashes,
        "over_limit": outcome.over_limit,
        "read": outcome.read,
        "slowest_s": round(outcome.slowest_s, 2),
        "failures": outcome.failures,
    }
    report |= {
        "refused": dict(outcome.refused.most_common()),
        "seed": arguments.seed,
        "seed_kinds": len(films),
    }
    report |= {"limit_s": LIMITS.wall_s, "seconds": round(time.monotonic() - started, 1)}
    print(json.dumps(report, indent=1))
    return 1 if outcome.crashes or outcome.over_limit else 0


if __name__ == "__main__":
    raise SystemExit(main())
