"""Say whether an export is whole: every file of its manifest is there, byte for byte, and no other."""

import hashlib
import json
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, cast

from spondyl.clinic.records.export_manifest import FORM, NAME

MAX_MANIFEST_BYTES = 1 << 30
# A flipped bit can also make a name no UTF-8 (ValueError), or say "encrypted" or an unknown compression (RuntimeError).
_UNREADABLE = (OSError, EOFError, ValueError, RuntimeError, zipfile.BadZipFile, zlib.error)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportReport:
    """What an export holds and what is wrong with it. ``manifest_sha256`` is what the clinic's audit log keeps."""

    files: int
    size_bytes: int
    manifest_sha256: str
    problems: tuple[str, ...]

    @property
    def whole(self) -> bool:
        """True when nothing is wrong."""
        return not self.problems


@dataclass(frozen=True, slots=True, kw_only=True)
class _Opened:
    names: tuple[str, ...]
    file: Callable[[str], BinaryIO]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Manifest:
    sha256: str
    digests: dict[str, str]
    sizes_bytes: dict[str, int]
    missing: dict[str, str]


class _NotAnExportError(ValueError):
    """There is nothing to hold against a manifest; the message says why."""


def check_export(path: Path) -> ExportReport:
    """Read the whole export, a zip file or a folder, a piece at a time; every fault is named in the report."""
    try:
        with _opened(path) as export:
            manifest = _manifest(export)
            problems = [*_named_wrongly(export, manifest), *_changed(export, manifest)]
    except _NotAnExportError as error:
        return ExportReport(files=0, size_bytes=0, manifest_sha256="", problems=(str(error),))
    problems += [f"{name} was not exported: {why}" for name, why in manifest.missing.items()]
    return ExportReport(
        files=len(manifest.digests),
        size_bytes=sum(manifest.sizes_bytes.values()),
        manifest_sha256=manifest.sha256,
        problems=tuple(problems),
    )


@contextmanager
def _opened(path: Path) -> Generator[_Opened]:
    if path.is_dir():
        found = (one.relative_to(path).as_posix() for one in sorted(path.rglob("*")) if not one.is_dir())
        yield _Opened(names=tuple(found), file=lambda name: (path / name).open("rb"))
        return
    try:
        archive = zipfile.ZipFile(path)
    except _UNREADABLE as error:
        raise _NotAnExportError(
            f"{path.name} cannot be opened ({error}): its end is missing, it was changed, or it is no export. "
            "Export again."
        ) from error
    with archive:
        yield _Opened(names=tuple(archive.namelist()), file=lambda name: cast(BinaryIO, archive.open(name)))


def _manifest(export: _Opened) -> _Manifest:
    if NAME not in export.names:
        raise _NotAnExportError(f"There is no {NAME}, which is written last: the export was broken off.")
    try:
        with export.file(NAME) as file:
            content = file.read(MAX_MANIFEST_BYTES)
        return _read(json.loads(content), hashlib.sha256(content).hexdigest())
    except (*_UNREADABLE, KeyError, TypeError, AttributeError) as error:
        raise _NotAnExportError(f"{NAME} cannot be read ({error!r}): it was changed.") from error


def _read(body: dict[str, Any], sha256: str) -> _Manifest:
    digests, sizes_bytes = dict(body["sha256"]), dict(body["size_bytes"])
    if body["form"] != FORM:
        raise ValueError(f"form {body['form']!r} is not known here; use the Spondyl that wrote it")
    counts = (body["files"], len(digests), len(sizes_bytes))
    if len(set(counts)) != 1 or body["total_bytes"] != sum(sizes_bytes.values()):
        raise ValueError("its counts do not fit its list")
    return _Manifest(sha256=sha256, digests=digests, sizes_bytes=sizes_bytes, missing=dict(body["missing"]))


def _named_wrongly(export: _Opened, manifest: _Manifest) -> Iterator[str]:
    present = Counter(export.names)
    yield from (f"{name} is missing." for name in manifest.digests if name not in present)
    yield from (
        f"{name} is not in the manifest." for name in present if name not in {*manifest.digests, NAME}
    )
    yield from (f"{name} is there {count} times." for name, count in present.items() if count > 1)


def _changed(export: _Opened, manifest: _Manifest) -> Iterator[str]:
    present = frozenset(export.names)
    for name, digest in manifest.digests.items():
        problem = (
            _wrong_with(export, name, digest, manifest.sizes_bytes.get(name)) if name in present else None
        )
        if problem:
            yield problem


def _wrong_with(export: _Opened, name: str, digest: str, size_bytes: int | None) -> str | None:
    try:
        with export.file(name) as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()  # pyright: ignore[reportArgumentType]
            length_bytes = file.tell()
    except _UNREADABLE as error:
        return f"{name} cannot be read ({error})."
    if length_bytes != size_bytes:
        return f"{name} has {length_bytes} bytes; the manifest says {size_bytes}."
    return None if found == digest else f"{name} was changed: its SHA-256 is not the manifest's."
