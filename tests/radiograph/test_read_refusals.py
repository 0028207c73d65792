"""Claim: every unreadable input is one typed refusal within the limits, and the reader goes on with the next film.

Independent source: the files are made to be wrong in one known way each.
"""

import os
import struct
import time
import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from pydicom import uid

from dicom_films import dicom_film, jpeg_bytes, ramp, save, save_endless_film, with_pixels
from spondyl.radiograph import DecodeLimits, FilmReader, FilmRefused, Refusal, read_film
from spondyl.radiograph.decode import is_out_of_memory

BYTE_PICTURE = ramp(8).astype(np.uint8)
REFUSALS_PAGE = Path(__file__).resolve().parents[2] / "docs/reference/refusals.md"


@pytest.fixture(scope="module", name="reader")
def warm_reader() -> Iterator[FilmReader]:
    with FilmReader(limits=DecodeLimits(wall_s=30.0)) as reader:
        yield reader


def refusal(reader: FilmReader, path: Path) -> FilmRefused:
    with pytest.raises(FilmRefused) as caught:
        reader.read(path)
    refused = caught.value
    assert all(len(part) > 10 and part.endswith(".") for part in (refused.what, refused.why, refused.do))
    return refused


def film_file(tmp_path: Path, **fields: object) -> Path:
    return save(dicom_film(BYTE_PICTURE, bits=8, **fields), tmp_path / "film.dcm")


def test_what_is_no_file(reader: FilmReader, tmp_path: Path) -> None:
    assert refusal(reader, tmp_path / "missing.dcm").refusal is Refusal.FILE_MISSING
    assert refusal(reader, Path("with\0zero")).refusal is Refusal.FILE_MISSING
    (tmp_path / "link.dcm").symlink_to("gone.dcm")
    assert "is a link to a file that is not there" in refusal(reader, tmp_path / "link.dcm").what
    assert refusal(reader, tmp_path / ("x" * 300)).refusal is Refusal.FILE_UNREADABLE
    assert refusal(reader, tmp_path).refusal is Refusal.FILE_UNREADABLE
    os.mkfifo(tmp_path / "pipe")
    assert refusal(reader, tmp_path / "pipe").refusal is Refusal.FILE_UNREADABLE
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    assert refusal(reader, tmp_path / "loop").refusal is Refusal.FILE_UNREADABLE
    (tmp_path / "empty.dcm").touch()
    assert refusal(reader, tmp_path / "empty.dcm").refusal is Refusal.FILE_DAMAGED


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"%PDF-1.7 and more", "PDF"),
        (b"GIF89a" + b"\0" * 200, "GIF"),
        (b"hello " * 100, "no known"),
        (b"x", "no known"),
    ],
)
def test_other_formats_are_named(reader: FilmReader, tmp_path: Path, content: bytes, word: str) -> None:
    (tmp_path / "film.dcm").write_bytes(content)
    refused = refusal(reader, tmp_path / "film.dcm")
    assert refused.refusal is Refusal.FORMAT_UNKNOWN
    assert word in refused.why


def test_truncated_files_are_damaged(reader: FilmReader, tmp_path: Path) -> None:
    whole = film_file(tmp_path).read_bytes()
    for name, content in {
        "half.dcm": whole[: len(whole) // 2],
        "head.dcm": whole[:150],
        "half.jpg": jpeg_bytes(BYTE_PICTURE)[:600],
        "bad.png": b"\x89PNG\r\n\x1a\n" + b"\xff" * 100,
    }.items():
        (tmp_path / name).write_bytes(content)
        assert refusal(reader, tmp_path / name).refusal in (Refusal.FILE_DAMAGED, Refusal.NO_PIXELS), name


@pytest.mark.parametrize(
    ("fields", "wanted"),
    [
        ({"SOPClassUID": "1.2.840.10008.5.1.4.1.1.2", "Modality": "CT"}, Refusal.MODALITY_UNSUPPORTED),
        ({"SOPClassUID": "1.2.840.10008.5.1.4.1.1.7", "Modality": "MR"}, Refusal.MODALITY_UNSUPPORTED),
        ({"Modality": "MG"}, Refusal.MODALITY_UNSUPPORTED),
        ({"SOPClassUID": "1.2.840.10008.5.1.4.1.1.88.33", "Modality": "SR"}, Refusal.MODALITY_UNSUPPORTED),
        ({"PixelData": None}, Refusal.NO_PIXELS),
        ({"NumberOfFrames": 3}, Refusal.MULTI_FRAME),
        ({"Rows": 65000, "Columns": 65000}, Refusal.TOO_LARGE),
        ({"Rows": 30000, "Columns": 100, "NumberOfFrames": 1000}, Refusal.TOO_LARGE),
        ({"Rows": 0}, Refusal.FILE_DAMAGED),
        ({"Rows": 63}, Refusal.TOO_SMALL),
        ({"Rows": 900}, Refusal.FILE_DAMAGED),
        ({"BitsAllocated": 32, "BitsStored": 32, "HighBit": 31}, Refusal.PIXELS_UNSUPPORTED),
        ({"BitsStored": 12}, Refusal.PIXELS_UNSUPPORTED),
        ({"PhotometricInterpretation": "HSV"}, Refusal.PIXELS_UNSUPPORTED),
        ({"PixelAspectRatio": [2, 1]}, Refusal.PIXELS_UNSUPPORTED),
        ({"PixelAspectRatio": [2, 1], "PixelSpacing": [0.2, 0.2]}, Refusal.PIXELS_UNSUPPORTED),
        ({"NominalScannedPixelSpacing": [0.5, 0.385]}, Refusal.PIXELS_UNSUPPORTED),
        ({"ImagerPixelSpacing": [50.0, 38.5]}, Refusal.PIXELS_UNSUPPORTED),
    ],
)
def test_headers_that_describe_no_film(
    reader: FilmReader, tmp_path: Path, fields: dict[str, object], wanted: Refusal
) -> None:
    assert refusal(reader, film_file(tmp_path, **fields)).refusal is wanted


def test_constant_pictures_have_no_contrast(reader: FilmReader, tmp_path: Path) -> None:
    grey = np.full((80, 90), 77, np.uint8)
    Image.fromarray(grey).save(tmp_path / "film.png")
    assert refusal(reader, tmp_path / "film.png").refusal is Refusal.NO_CONTRAST
    path = save(dicom_film(grey, bits=8), tmp_path / "film.dcm")
    assert refusal(reader, path).refusal is Refusal.NO_CONTRAST


def test_pictures_that_are_no_single_grey_film(reader: FilmReader, tmp_path: Path) -> None:
    picture = Image.fromarray(BYTE_PICTURE)
    picture.save(tmp_path / "two.tif", save_all=True, append_images=[picture])
    assert refusal(reader, tmp_path / "two.tif").refusal is Refusal.MULTI_FRAME
    picture.save(tmp_path / "moving.png", save_all=True, append_images=[picture.rotate(90), picture])
    assert refusal(reader, tmp_path / "moving.png").refusal is Refusal.MULTI_FRAME
    picture.convert("1").save(tmp_path / "bits.png")
    assert refusal(reader, tmp_path / "bits.png").refusal is Refusal.PIXELS_UNSUPPORTED
    Image.fromarray(BYTE_PICTURE.astype(np.float32)).save(tmp_path / "float.tif")
    assert refusal(reader, tmp_path / "float.tif").refusal is Refusal.PIXELS_UNSUPPORTED
    picture.resize((40, 300)).save(tmp_path / "small.png")
    assert refusal(reader, tmp_path / "small.png").refusal is Refusal.TOO_SMALL


@pytest.mark.parametrize("syntax", [uid.MPEG2MPML, uid.JPEG2000MC, uid.JPEGExtended12Bit])
def test_syntaxes_without_a_decoder(reader: FilmReader, tmp_path: Path, syntax: str) -> None:
    film = with_pixels(dicom_film(ramp(12)), b"\xff\xd8 no picture", syntax)
    refused = refusal(reader, save(film, tmp_path / "film.dcm"))
    assert refused.refusal is Refusal.TRANSFER_SYNTAX_UNSUPPORTED


@pytest.mark.alone
def test_a_png_bomb_is_refused_before_it_is_inflated(reader: FilmReader, tmp_path: Path) -> None:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    size = struct.pack(">IIBBBBB", 60000, 60000, 8, 0, 0, 0, 0)
    rows = zlib.compress(b"\0" * 10_000_000, 9)
    bomb = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", size) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
    (tmp_path / "bomb.png").write_bytes(bomb)
    started = time.monotonic()
    assert refusal(reader, tmp_path / "bomb.png").refusal is Refusal.TOO_LARGE
    assert time.monotonic() - started < 10.0


def test_a_deflate_bomb_is_refused_before_it_is_inflated(tmp_path: Path) -> None:
    film = dicom_film(np.zeros((3000, 3000), np.uint8), bits=8, syntax=uid.DeflatedExplicitVRLittleEndian)
    path = save(film, tmp_path / "bomb.dcm")
    assert path.stat().st_size < 20_000
    with pytest.raises(FilmRefused) as caught:
        read_film(path, limits=DecodeLimits(max_inflated_bytes=1_000_000))
    assert caught.value.refusal is Refusal.TOO_LARGE


def test_files_over_the_size_limit_are_not_opened(tmp_path: Path) -> None:
    path = film_file(tmp_path)
    with pytest.raises(FilmRefused) as caught:
        read_film(path, limits=DecodeLimits(max_file_bytes=1000))
    assert caught.value.refusal is Refusal.TOO_LARGE


@pytest.mark.alone
def test_a_decoder_that_never_ends_is_killed_in_time(tmp_path: Path) -> None:
    """The limit is 2 s of wall time; the answer comes within 6 s on a busy machine, and the next film is read."""
    good = tmp_path / "good.png"
    Image.fromarray(BYTE_PICTURE).save(good)
    with FilmReader(limits=DecodeLimits(wall_s=2.0)) as reader:
        reader.read(good)
        before = reader.pid
        started = time.monotonic()
        assert refusal(reader, save_endless_film(tmp_path / "endless.dcm")).refusal is Refusal.TIME_LIMIT
        assert time.monotonic() - started < 6.0
        assert reader.read(good).pixels.shape == BYTE_PICTURE.shape
        assert reader.pid not in (None, before)


def test_processor_time_has_a_limit_of_its_own(tmp_path: Path) -> None:
    with FilmReader(limits=DecodeLimits(wall_s=120.0, cpu_s=1)) as reader:
        refused = refusal(reader, save_endless_film(tmp_path / "endless.dcm"))
    assert refused.refusal is Refusal.TIME_LIMIT
    assert "processor" in refused.what


def test_a_film_that_needs_too_much_memory_is_refused_before_decoding(tmp_path: Path) -> None:
    path = film_file(tmp_path, Rows=9000, Columns=9000)
    with FilmReader(limits=DecodeLimits(memory_bytes=900 * 2**20)) as reader:
        assert refusal(reader, path).refusal is Refusal.MEMORY_LIMIT


def test_memory_that_runs_out_while_decoding_is_named(tmp_path: Path) -> None:
    """A file of 300 MiB is read whole by pydicom; 400 MiB of address space do not hold it and the libraries."""
    path = tmp_path / "large.dcm"
    film = dicom_film(np.zeros((20000, 15000), np.uint8), bits=8)
    save(film, path)
    good = film_file(tmp_path)
    with FilmReader(limits=DecodeLimits(memory_bytes=400 * 2**20, max_pixels=10**9)) as reader:
        assert refusal(reader, path).refusal is Refusal.MEMORY_LIMIT
        assert reader.read(good).pixels.shape == BYTE_PICTURE.shape


def test_out_of_memory_is_found_inside_other_errors() -> None:
    try:
        try:
            raise MemoryError
        except MemoryError as error:
            raise RuntimeError("all decoders failed") from error
    except RuntimeError as outer:
        assert is_out_of_memory(outer)
    assert not is_out_of_memory(ValueError("broken"))


def test_every_refusal_is_documented() -> None:
    page = REFUSALS_PAGE.read_text()
    missing = [member.value for member in Refusal if f"`{member.value}`" not in page]
    assert not missing


def test_a_decoder_sent_to_an_impossible_place_means_damage_not_missing_rights(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Damaged TIFF offsets make the system answer EINVAL to the decoder: that is the file's fault."""
    from spondyl.radiograph import decode

    for code, wanted in {22: Refusal.FILE_DAMAGED, 13: Refusal.FILE_UNREADABLE}.items():

        def fail(*_film: object, code: int = code) -> None:
            raise OSError(code, os.strerror(code))

        monkeypatch.setattr(decode, "_decode", fail)
        with pytest.raises(FilmRefused) as caught:
            decode.decode_file(tmp_path / "film.tif", DecodeLimits())
        assert caught.value.refusal is wanted
