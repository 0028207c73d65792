"""Hostile DICOM files, written byte by byte because honest libraries refuse to; used by the tests and the benchmark."""

import struct
import zlib
from pathlib import Path

from dicom_films import save_endless_film

DX = "1.2.840.10008.5.1.4.1.1.1.1"
EXPLICIT, DEFLATED = "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.1.99"
JPEG_2000 = "1.2.840.10008.1.2.4.90"
TRAVERSAL = "1.2/../../../../../../../tmp/spondyl-was-here"
BITS = ((0x100, 16), (0x101, 12), (0x102, 11), (0x103, 0))
MIB = 1024 * 1024


def element(group: int, number: int, vr: str, value: bytes) -> bytes:
    """One element in explicit VR, little endian."""
    padded = value + (b"\0" if vr in ("UI", "OW", "OB") else b" ") * (len(value) % 2)
    head = struct.pack("<HH2s", group, number, vr.encode())
    if vr in ("OW", "OB", "SQ", "UT"):
        return head + struct.pack("<HI", 0, len(padded)) + padded
    return head + struct.pack("<H", len(padded)) + padded


def part10(body: bytes, *, syntax: str = EXPLICIT, sop_uid: str = "1.2.3") -> bytes:
    """A file with its meta information."""
    meta = b"".join(
        (
            element(2, 1, "OB", b"\0\1"),
            element(2, 2, "UI", DX.encode()),
            element(2, 3, "UI", sop_uid.encode()),
            element(2, 0x10, "UI", syntax.encode()),
            element(2, 0x12, "UI", b"1.2.3.4"),
        )
    )
    return b"\0" * 128 + b"DICM" + element(2, 0, "UL", struct.pack("<I", len(meta))) + meta + body


def data_set(
    *, sop_uid: str = "1.2.3", rows: int = 64, columns: int = 64, pixels: bytes | None = None
) -> bytes:
    """A small film's data set."""
    return b"".join(
        (
            element(8, 0x16, "UI", DX.encode()),
            element(8, 0x18, "UI", sop_uid.encode()),
            element(8, 0x60, "CS", b"DX"),
            element(0x20, 0xD, "UI", sop_uid.encode()),
            element(0x28, 2, "US", struct.pack("<H", 1)),
            element(0x28, 4, "CS", b"MONOCHROME2"),
            *(
                element(0x28, n, "US", struct.pack("<H", value))
                for n, value in ((0x10, rows), (0x11, columns))
            ),
            *(
                element(0x28, n, "US", struct.pack("<H", v))
                for n, v in ((0x100, 16), (0x101, 12), (0x102, 11), (0x103, 0))
            ),
            element(0x7FE0, 0x10, "OW", bytes(2 * rows * columns) if pixels is None else pixels),
        )
    )


def deflate_bomb(mib: int = 1200) -> bytes:
    """About a megabyte that inflates to ``mib`` MiB of pixels."""
    head = data_set(pixels=b"")[:-4] + struct.pack("<I", mib * MIB)
    begin = zlib.compressobj(9, zlib.DEFLATED, -15)
    start = begin.compress(head) + begin.flush(zlib.Z_FULL_FLUSH)
    middle = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = middle.compress(bytes(MIB)) + middle.flush(
        zlib.Z_FULL_FLUSH
    )  # stands alone, so it can be repeated
    return part10(start + block * mib + middle.flush(), syntax=DEFLATED)


def syntax_of(trick: str) -> str:
    """The transfer syntax under which a trick's data set is sent by network."""
    return {"deflate bomb": DEFLATED, "JP2 box of length 0": JPEG_2000}.get(trick, EXPLICIT)


def hostile_films(folder: Path) -> dict[str, bytes]:
    """Every hostile file by the name of its trick; ``folder`` is for one that a library must write."""
    level = struct.pack("<HH2sHIHHI", 0x40, 0x275, b"SQ", 0, 0xFFFFFFFF, 0xFFFE, 0xE000, 0xFFFFFFFF)
    return {
        "deflate bomb": deflate_bomb(),
        "JP2 box of length 0": save_endless_film(folder / "endless.dcm").read_bytes(),
        "path in the UIDs": part10(data_set(sop_uid=TRAVERSAL), sop_uid=TRAVERSAL),
        "rows and columns without pixels": part10(data_set(rows=65535, columns=65535, pixels=b"\0\0")),
        "sequences 4000 deep": part10(level * 4000),
        "element longer than the file": part10(struct.pack("<HH2sHI", 8, 0x18, b"OB", 0, 0xFFFFFFF0)),
        "cut in the middle": part10(data_set())[:500],
        "no DICOM at all": b"MZ" + bytes(3000),
        "script as a film": b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>" * 20,
    }
