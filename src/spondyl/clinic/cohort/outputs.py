"""The final files of a run: JSON Lines, Parquet in parts, and a manifest; the same results give the same bytes."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from spondyl import __version__
from spondyl.atomic_file import atomic_file
from spondyl.clinic.cohort.tables import Table, films_table, measurements_table
from spondyl.clinic.cohort.task import FilmRecord

FILMS_PER_PART = 1000
RESULTS = "results.jsonl"
MANIFEST = "manifest.json"


def write_outputs(records: Iterable[FilmRecord], out: Path) -> None:
    """Write ``results.jsonl``, ``tables/films``, ``tables/measurements`` and, last, ``manifest.json``.

    ``records`` come in the order of the films' paths. Each file appears whole or not at all, and the manifest, with
    the digest of every file, is there only when all of them are.
    """
    manifest = out / MANIFEST
    manifest.unlink(missing_ok=True)
    for name in ("films", "measurements"):
        (out / "tables" / name).mkdir(parents=True, exist_ok=True)
    parts: list[dict[str, Any]] = []
    with atomic_file(out / RESULTS) as results:
        for batch in _batches(records, FILMS_PER_PART):
            results.writelines(record.line.encode() + b"\n" for record in batch)
            parts.append(_write_part(batch, number=len(parts), out=out))
    _remove_older_parts(out, keep=len(parts))
    with atomic_file(manifest) as file:
        file.write(_manifest(out, parts))


def _batches(records: Iterable[FilmRecord], size: int) -> Iterator[list[FilmRecord]]:
    remaining = iter(records)
    while batch := list(islice(remaining, size)):
        yield batch


def _write_part(batch: list[FilmRecord], *, number: int, out: Path) -> dict[str, Any]:
    tables = {"films": films_table(batch), "measurements": measurements_table(batch)}
    files = {name: _write_table(table, out / "tables" / name, number) for name, table in tables.items()}
    return {
        "films": len(batch),
        "files": {str(path.relative_to(out)): _digest(path) for path in files.values()},
    }


def _write_table(table: Table, folder: Path, number: int) -> Path:
    path = folder / f"part-{number:05d}.parquet"
    with atomic_file(path) as file:
        pq.write_table(table, file, compression="zstd")
    return path


def _remove_older_parts(out: Path, *, keep: int) -> None:
    for path in (out / "tables").glob("*/part-*.parquet"):
        if int(path.stem.removeprefix("part-")) >= keep:
            path.unlink()


def _manifest(out: Path, parts: list[dict[str, Any]]) -> bytes:
    content = {
        "made_by": f"spondyl {__version__}",
        "films": sum(part["films"] for part in parts),
        "results": {RESULTS: _digest(out / RESULTS)},
        "parts": parts,
    }
    return json.dumps(content, indent=2).encode() + b"\n"


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return "sha256:" + hashlib.file_digest(file, "sha256").hexdigest()
