"""Claim: PNG, JPEG and TIFF films keep their values; dpi never becomes a spacing; orientation tags are honoured.

Independent source: the arrays written, by Pillow for 8 bits and by a TIFF writer of our own (TIFF 6.0, section 2) for
the layouts that Pillow does not write.
"""

import io
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from dicom_films import ramp
from spondyl.anatomy import ImageSide, View
from spondyl.radiograph import FilmReader, FilmRefused, Refusal, SpacingSource

BYTE_PICTURE = ramp(8).astype(np.uint8)


@pytest.fixture(scope="module", name="reader")
def warm_reader() -> Iterator[FilmReader]:
    with FilmReader() as reader:
        yield reader


def tiff(
    picture: np.ndarray, *, order: str = "<", white_is_zero: bool = False, y_per_x: float = 1.0
) -> bytes:
    """An uncompressed one-strip grey TIFF."""
    rows, columns = picture.shape
    bits = 8 * picture.dtype.itemsize
    data = picture.astype(picture.dtype.newbyteorder(order)).tobytes()
    resolution = struct.pack(order + "4I", 300, 1, round(300 / y_per_x), 1)
    entries = [
        (256, 4, columns), (257, 4, rows), (258, 3, bits), (259, 3, 1), (262, 3, 0 if white_is_zero else 1),
        (273, 4, 8 + len(resolution)), (277, 3, 1), (278, 4, rows), (279, 4, len(data)), (282, 5, 8), (283, 5, 16),
        (296, 3, 2),
    ]  # fmt: skip
    directory = struct.pack(order + "H", len(entries))
    for tag, kind, value in entries:
        directory += struct.pack(order + "HHI", tag, kind, 1)
        directory += struct.pack(order + "HH", value, 0) if kind == 3 else struct.pack(order + "I", value)
    head = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(
        order + "I", 8 + len(resolution) + len(data)
    )
    return head + resolution + data + directory + struct.pack(order + "I", 0)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    bits=st.sampled_from([8, 16]),
    order=st.sampled_from(["<", ">"]),
    white_is_zero=st.booleans(),
    seed=st.integers(0, 2**32 - 1),
)
def test_tiff_round_trips(
    reader: FilmReader, tmp_path: Path, bits: int, order: str, white_is_zero: bool, seed: int
) -> None:
    picture = np.random.default_rng(seed).integers(0, 2**bits, size=(64, 75)).astype(f"u{bits // 8}")
    picture[0, :2] = 0, 2**bits - 1
    path = tmp_path / "film.tif"
    path.write_bytes(tiff(picture, order=order, white_is_zero=white_is_zero))
    got = reader.read(path).pixels
    assert got.dtype == picture.dtype
    np.testing.assert_array_equal(got, (2**bits - 1 - picture) if white_is_zero else picture)


@pytest.mark.parametrize("name", ["film.png", "film.tiff"])
@pytest.mark.parametrize("mode", ["L", "RGB", "LA", "RGBA", "P"])
def test_grey_in_every_dress_is_the_same_film(
    reader: FilmReader, tmp_path: Path, name: str, mode: str
) -> None:
    path = tmp_path / name
    Image.fromarray(BYTE_PICTURE).convert(mode).save(path)
    film = reader.read(path)
    np.testing.assert_array_equal(film.pixels, BYTE_PICTURE)
    assert film.pixels.dtype == np.uint8


def test_sixteen_bit_png_keeps_its_depth(reader: FilmReader, tmp_path: Path) -> None:
    picture = ramp(16)
    Image.fromarray(picture).save(tmp_path / "film.png")
    np.testing.assert_array_equal(reader.read(tmp_path / "film.png").pixels, picture)


def test_transparent_parts_are_black(reader: FilmReader, tmp_path: Path) -> None:
    alpha = np.full_like(BYTE_PICTURE, 255)
    alpha[:20] = 0
    Image.merge("LA", [Image.fromarray(BYTE_PICTURE), Image.fromarray(alpha)]).save(tmp_path / "film.png")
    film = reader.read(tmp_path / "film.png")
    assert not film.pixels[:20].any()
    np.testing.assert_array_equal(film.pixels[20:], BYTE_PICTURE[20:])
    assert "Transparent parts are shown black." in film.notes


def test_jpeg_is_close_and_cmyk_is_read(reader: FilmReader, tmp_path: Path) -> None:
    """Tolerance: 6 of 255 grey steps at quality 95, 8 for the detour over CMYK."""
    Image.fromarray(BYTE_PICTURE).save(tmp_path / "film.jpg", quality=95)
    assert np.abs(reader.read(tmp_path / "film.jpg").pixels.astype(int) - BYTE_PICTURE).max() <= 6
    Image.fromarray(BYTE_PICTURE).convert("CMYK").save(tmp_path / "cmyk.jpg", quality=95)
    assert np.abs(reader.read(tmp_path / "cmyk.jpg").pixels.astype(int) - BYTE_PICTURE).max() <= 8


# EXIF 2.3 table 6: how the picture must be turned for each value of the tag.
UPRIGHT: dict[int, Any] = {
    1: lambda a: a,
    2: np.fliplr,
    3: lambda a: np.rot90(a, 2),
    4: np.flipud,
    5: np.transpose,
    6: lambda a: np.rot90(a, -1),
    7: lambda a: np.rot90(a, 2).T,
    8: np.rot90,
}


@pytest.mark.parametrize("orientation", UPRIGHT)
def test_exif_orientation_is_honoured(reader: FilmReader, tmp_path: Path, orientation: int) -> None:
    exif = Image.Exif()
    exif[274] = orientation
    path = tmp_path / "film.jpg"
    Image.fromarray(BYTE_PICTURE).save(path, quality=95, exif=exif)
    film = reader.read(path)
    wanted = UPRIGHT[orientation](BYTE_PICTURE).astype(int)
    assert film.pixels.shape == wanted.shape
    assert np.abs(film.pixels.astype(int) - wanted).max() <= 6
    assert (orientation != 1) == any("upright" in note for note in film.notes)


@pytest.mark.parametrize("compression", [None, "tiff_lzw"])
@pytest.mark.parametrize("orientation", UPRIGHT)
def test_a_tiff_on_its_side_is_turned_upright(
    reader: FilmReader, tmp_path: Path, orientation: int, compression: str | None
) -> None:
    """Exactly: nothing is lost. Pillow 13.0 maps an uncompressed one in the wrong width."""
    path = tmp_path / "film.tif"
    Image.fromarray(BYTE_PICTURE).save(path, tiffinfo={274: orientation}, compression=compression)
    film = reader.read(path)
    np.testing.assert_array_equal(film.pixels, UPRIGHT[orientation](BYTE_PICTURE))
    assert (orientation != 1) == any("upright" in note for note in film.notes)


@pytest.mark.parametrize("name", ["film.png", "film.jpg", "film.tif"])
def test_dpi_is_never_a_spacing(reader: FilmReader, tmp_path: Path, name: str) -> None:
    Image.fromarray(BYTE_PICTURE).save(tmp_path / name, dpi=(150, 150))
    film = reader.read(tmp_path / name)
    assert (film.spacing_mm, film.spacing_source) == (None, SpacingSource.NONE)
    assert (film.view, film.image_left) == (View.UNKNOWN, ImageSide.UNKNOWN)
    assert any("dpi" in note for note in film.notes)


def test_pixels_that_are_not_square_are_refused(reader: FilmReader, tmp_path: Path) -> None:
    path = tmp_path / "film.tif"
    path.write_bytes(tiff(BYTE_PICTURE, y_per_x=1.5))
    with pytest.raises(FilmRefused, match="not square") as caught:
        reader.read(path)
    assert caught.value.refusal is Refusal.PIXELS_UNSUPPORTED


def test_the_digest_does_not_depend_on_the_format(reader: FilmReader, tmp_path: Path) -> None:
    buffer = io.BytesIO()
    Image.fromarray(BYTE_PICTURE).save(buffer, format="PNG")
    (tmp_path / "a").write_bytes(buffer.getvalue())
    (tmp_path / "b").write_bytes(tiff(BYTE_PICTURE))
    assert reader.read(tmp_path / "a").sha256 == reader.read(tmp_path / "b").sha256
