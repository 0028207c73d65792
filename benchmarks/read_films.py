"""How long films take from the file to display pixels, through a warm and through a fresh decoding process.

    python benchmarks/read_films.py --repeat 7

The films are synthetic: smooth shading plus noise of 15 (12-bit) or 2 (8-bit) grey steps.
"""

import argparse
import io
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image
from pydicom import uid

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))
from dicom_films import compressed, dicom_film, save
from spondyl.radiograph import FilmReader, read_film


def shading(rows: int, columns: int, *, white: int, noise: float) -> np.ndarray:
    down, across = np.mgrid[:rows, :columns]
    smooth = 0.5 + 0.35 * np.sin(across / 300) * np.cos(down / 200)
    noisy = white * smooth + np.random.default_rng(0).normal(0, noise, (rows, columns))
    return np.clip(np.rint(noisy), 0, white).astype(np.uint16)


def films(folder: Path) -> dict[str, Path]:
    byte = shading(2500, 1000, white=255, noise=2).astype(np.uint8)
    deep = shading(3000, 2500, white=4095, noise=15)
    made = {"JPEG 1000x2500 8-bit": folder / "film.jpg"}
    buffer = io.BytesIO()
    Image.fromarray(byte).save(buffer, format="JPEG", quality=92)
    made["JPEG 1000x2500 8-bit"].write_bytes(buffer.getvalue())
    made["DICOM plain 2500x3000 12-bit"] = save(dicom_film(deep), folder / "plain.dcm")
    for name, syntax in {"JPEG-LS": uid.JPEGLSLossless, "JPEG 2000": uid.JPEG2000Lossless}.items():
        film = compressed(dicom_film(deep), syntax)
        made[f"DICOM {name} 2500x3000 12-bit"] = save(film, folder / f"{name}.dcm")
    return made


def median_ms(read: Callable[[], object], repeat: int) -> float:
    took: list[float] = []
    for _ in range(repeat):
        started = time.perf_counter()
        read()
        took.append(1000 * (time.perf_counter() - started))
    return round(statistics.median(took), 1)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--repeat", type=int, default=7, help="how often each film is read (7)")
    repeat: int = parser.parse_args().repeat
    result: dict[str, dict[str, float]] = {}
    with tempfile.TemporaryDirectory() as folder, FilmReader() as reader:
        for name, path in films(Path(folder)).items():
            reader.read(path)
            warm = median_ms(lambda path=path: reader.read(path), repeat)
            fresh = median_ms(lambda path=path: read_film(path), min(repeat, 3))
            result[name] = {
                "warm_ms": warm,
                "fresh_process_ms": fresh,
                "file_mib": round(path.stat().st_size / 2**20, 1),
            }
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
