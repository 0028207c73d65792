"""Claim: what a film shows is what DICOM PS3.3/PS3.4 prescribe, exact to the display step, for every way of storing it.

Independent sources: the stored array itself (lossless syntaxes must give it back), pydicom's own Modality and VOI LUT
code, which the reader does not use, and the formulas of PS3.3 C.11.2.1 written out per value.
"""

import math
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydicom import uid
from pydicom.dataset import Dataset
from pydicom.pixels.processing import apply_modality_lut, apply_voi_lut
from pydicom.sequence import Sequence

from dicom_films import compressed, dicom_film, jpeg_bytes, ramp, save, save_jpeg_lossless, with_pixels
from spondyl.radiograph import FilmReader, Radiograph


@pytest.fixture(scope="module", name="reader")
def warm_reader() -> Iterator[FilmReader]:
    with FilmReader() as reader:
        yield reader


def full_window(bits: int) -> dict[str, float]:
    """A LINEAR_EXACT window that maps 0 … 2**bits - 1 onto black … white."""
    top = 2**bits - 1
    return {"WindowCenter": top / 2, "WindowWidth": top, "VOILUTFunction": "LINEAR_EXACT"}


def shown(values: np.ndarray, bits: int) -> np.ndarray:
    """``values`` of 0 … 2**bits - 1 as display values, by integer arithmetic: rounded share of the greatest."""
    top, white = 2**bits - 1, 255 if bits <= 8 else 65535
    return (2 * values.astype(np.int64) * white + top) // (2 * top)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    bits=st.integers(6, 16),
    is_signed=st.booleans(),
    photometric=st.sampled_from(["MONOCHROME1", "MONOCHROME2"]),
    syntax=st.sampled_from(
        [
            uid.ImplicitVRLittleEndian,
            uid.ExplicitVRLittleEndian,
            uid.ExplicitVRBigEndian,
            uid.DeflatedExplicitVRLittleEndian,
        ]
    ),
    seed=st.integers(0, 2**32 - 1),
)
def test_every_depth_sign_polarity_and_plain_syntax_round_trips(
    reader: FilmReader, tmp_path: Path, bits: int, is_signed: bool, photometric: str, syntax: str, seed: int
) -> None:
    values = np.random.default_rng(seed).integers(0, 2**bits, size=(64, 67))
    values[0, :2] = 0, 2**bits - 1
    offset = 2 ** (bits - 1) if is_signed else 0
    stored = (values - offset).astype(np.int16 if is_signed else np.uint16)
    film = dicom_film(stored, bits=bits, photometric=photometric, syntax=syntax, **full_window(bits))
    film.RescaleSlope, film.RescaleIntercept = 1, offset
    got = reader.read(save(film, tmp_path / "film.dcm")).pixels
    wanted = shown(values, bits)
    white = 255 if bits <= 8 else 65535
    assert got.dtype == (np.uint8 if bits <= 8 else np.uint16)
    # One half may round either way when the picture is inverted.
    tolerance = 1 if photometric == "MONOCHROME1" else 0
    wanted = white - wanted if photometric == "MONOCHROME1" else wanted
    assert np.abs(got.astype(int) - wanted).max() <= tolerance


@pytest.mark.parametrize("bits", [8, 10, 12, 16])
@pytest.mark.parametrize("is_signed", [False, True])
@pytest.mark.parametrize(
    "syntax", [uid.RLELossless, uid.JPEGLSLossless, uid.JPEG2000Lossless, uid.JPEGLosslessSV1]
)
def test_lossless_compression_gives_back_the_stored_values(
    reader: FilmReader, tmp_path: Path, bits: int, is_signed: bool, syntax: str
) -> None:
    values = ramp(bits)
    offset = 2 ** (bits - 1) if is_signed else 0
    stored = (values.astype(np.int32) - offset).astype(np.int16 if is_signed else np.uint16)
    film = dicom_film(stored, bits=bits, **full_window(bits), RescaleSlope=1, RescaleIntercept=offset)
    path = tmp_path / "film.dcm"
    if syntax == uid.JPEGLosslessSV1:
        save_jpeg_lossless(film, path)
    else:
        save(compressed(film, syntax), path)
    np.testing.assert_array_equal(reader.read(path).pixels, shown(values, bits))


def test_jpeg_baseline_is_close_to_its_original(reader: FilmReader, tmp_path: Path) -> None:
    """Tolerance: 6 grey steps of 255, the loss of quality 95 on this picture's 8-pixel stripes."""
    picture = ramp(8).astype(np.uint8)
    film = with_pixels(dicom_film(picture, bits=8), jpeg_bytes(picture), uid.JPEGBaseline8Bit)
    got = reader.read(save(film, tmp_path / "film.dcm")).pixels
    assert np.abs(got.astype(int) - picture).max() <= 6


@pytest.mark.parametrize(
    ("function", "centre", "width"),
    [
        ("LINEAR", 2000, 1500),
        ("LINEAR", 2000.5, 1),
        ("LINEAR_EXACT", 1800, 700),
        ("SIGMOID", 2100, 800),
        ("SIGMOID", 10, 3),
        (None, 1024, 4096),
    ],
)
@pytest.mark.parametrize("slope", [1.0, -1.0, 2.0])
def test_windows_agree_with_the_standards_formulas(
    reader: FilmReader, tmp_path: Path, function: str | None, centre: float, width: float, slope: float
) -> None:
    """PS3.3 C.11.2.1.2.1, C.11.2.1.3.1 and C.11.2.1.3.2 per value; tolerance one of 65535 steps (rounding)."""
    intercept = 4095.0 if slope < 0 else 0.0
    stored = ramp(12)
    window = {
        "WindowCenter": centre,
        "WindowWidth": width,
        "RescaleSlope": slope,
        "RescaleIntercept": intercept,
    }
    film = dicom_film(stored, **window)
    if function:
        film.VOILUTFunction = function

    def share(x: float) -> float:
        if function == "SIGMOID":
            return 1 / (1 + math.exp(min(-4 * (x - centre) / width, 700)))
        if function == "LINEAR_EXACT":
            return (x - centre) / width + 0.5
        if x <= centre - 0.5 - (width - 1) / 2:
            return 0.0
        if x > centre - 0.5 + (width - 1) / 2:
            return 1.0
        return (x - (centre - 0.5)) / (width - 1) + 0.5

    by_value = [min(max(share(value * slope + intercept), 0.0), 1.0) * 65535 for value in range(4096)]
    got = reader.read(save(film, tmp_path / "film.dcm")).pixels
    assert np.abs(got - np.array(by_value)[stored]).max() <= 0.51


@pytest.mark.parametrize("is_signed", [False, True])
def test_look_up_tables_agree_with_pydicom(reader: FilmReader, tmp_path: Path, is_signed: bool) -> None:
    """Modality LUT with a first value inside the range, then a VOI LUT: pydicom's code is the second opinion."""
    offset = 2048 if is_signed else 0
    stored = (ramp(12).astype(np.int32) - offset).astype(np.int16 if is_signed else np.uint16)
    film = dicom_film(stored)
    first = -1500 if is_signed else 500
    film.ModalityLUTSequence = Sequence(
        [table([int(60000 * (i / 3000) ** 0.5) for i in range(3000)], first, 16)]
    )
    film.ModalityLUTSequence[0].ModalityLUTType = "US"
    film.VOILUTSequence = Sequence([table([int(4095 * (i / 50000) ** 2) for i in range(50000)], 8000, 12)])
    for keyword in ("ModalityLUTSequence", "VOILUTSequence"):
        descriptor = film[keyword].value[0]["LUTDescriptor"]
        descriptor.VR = "SS" if is_signed and keyword == "ModalityLUTSequence" else "US"
    path = save(film, tmp_path / "film.dcm")
    # pydicom looks VOI tables up with unsigned input here, as the modality table gives unsigned values.
    opinion = apply_modality_lut(stored, film)
    film.PixelRepresentation = 0
    wanted = apply_voi_lut(opinion, film).astype(np.float64) / 4095 * 65535
    assert np.ptp(wanted) > 30000
    assert np.abs(reader.read(path).pixels - wanted).max() <= 0.51


def table(data: list[int], first: int, bits: int) -> Dataset:
    item = Dataset()
    item.add_new("LUTDescriptor", "SS" if first < 0 else "US", [len(data), first, bits])
    if len(data) > 32000:  # more than an explicit US field can hold
        item.add_new("LUTData", "OW", np.array(data, "<u2").tobytes())
    else:
        item.add_new("LUTData", "US", data)
    return item


@pytest.mark.parametrize(
    ("photometric", "shape", "is_inverted", "is_noted"),
    [
        ("MONOCHROME2", "IDENTITY", False, False),
        ("MONOCHROME1", "INVERSE", True, False),
        ("MONOCHROME1", None, True, False),
        ("MONOCHROME2", "INVERSE", True, True),
        ("MONOCHROME1", "IDENTITY", False, True),
    ],
)
def test_polarity_is_applied_once(
    reader: FilmReader, tmp_path: Path, photometric: str, shape: str | None, is_inverted: bool, is_noted: bool
) -> None:
    picture = ramp(8).astype(np.uint8)
    film = dicom_film(picture, bits=8, photometric=photometric)
    if shape:
        film.PresentationLUTShape = shape
    got = reader.read(save(film, tmp_path / "film.dcm"))
    np.testing.assert_array_equal(got.pixels, 255 - picture if is_inverted else picture)
    assert any("contradict" in note for note in got.notes) == is_noted


def test_bits_outside_the_stored_ones_never_reach_the_picture(reader: FilmReader, tmp_path: Path) -> None:
    """Old films keep overlay planes in the spare high bits; others keep the value in the upper bits."""
    values = ramp(12)
    overlay = np.zeros_like(values)
    overlay[10:30, 20:50] = 0xF000
    film = dicom_film(values | overlay, bits=12, **full_window(12))
    film.BitsAllocated = 16
    np.testing.assert_array_equal(reader.read(save(film, tmp_path / "a.dcm")).pixels, shown(values, 12))
    upper = dicom_film((values << 4) | 0x9, bits=12, HighBit=15, **full_window(12))
    np.testing.assert_array_equal(reader.read(save(upper, tmp_path / "b.dcm")).pixels, shown(values, 12))


@pytest.mark.parametrize("syntax", [uid.ExplicitVRLittleEndian, uid.RLELossless])
def test_a_grey_rgb_capture_equals_the_grey_film(reader: FilmReader, tmp_path: Path, syntax: str) -> None:
    picture = ramp(8).astype(np.uint8)
    colours = np.repeat(picture[..., None], 3, axis=2)
    capture = {"SOPClassUID": "1.2.840.10008.5.1.4.1.1.7", "Modality": "OT"}
    film = dicom_film(colours, bits=8, photometric="RGB", **capture)
    got = reader.read(
        save(compressed(film, syntax) if syntax == uid.RLELossless else film, tmp_path / "film.dcm")
    )
    np.testing.assert_array_equal(got.pixels, picture)
    assert not any("Colours" in note for note in got.notes)


def test_colour_becomes_luma_and_says_so(reader: FilmReader, tmp_path: Path) -> None:
    """ITU-R BT.601: 0.299 R + 0.587 G + 0.114 B, within rounding."""
    picture = ramp(8).astype(np.uint8)
    colours = np.stack([picture, picture[::-1], picture[:, ::-1]], axis=2)
    got = reader.read(save(dicom_film(colours, bits=8, photometric="RGB"), tmp_path / "film.dcm"))
    assert np.abs(got.pixels - colours @ np.array([0.299, 0.587, 0.114])).max() <= 0.51
    assert "Colours were turned into grey." in got.notes


def test_palette_films_show_the_colours_of_the_palette(reader: FilmReader, tmp_path: Path) -> None:
    picture = ramp(8).astype(np.uint8)
    film = dicom_film(picture, bits=8, photometric="PALETTE COLOR")
    greys = [257 * (255 - i) for i in range(256)]
    for name in ("Red", "Green", "Blue"):
        film.add_new(f"{name}PaletteColorLookupTableDescriptor", "US", [256, 0, 16])
        film.add_new(f"{name}PaletteColorLookupTableData", "OW", np.array(greys, "<u2").tobytes())
    got = reader.read(save(film, tmp_path / "film.dcm")).pixels
    assert np.abs(got / 257.0 - (255.0 - picture)).max() <= 0.01 if got.dtype == np.uint16 else True
    assert np.corrcoef(got.ravel(), 255.0 - picture.ravel())[0, 1] > 0.999999


def test_without_a_window_deep_films_show_their_own_range_and_padding_is_left_out(
    reader: FilmReader, tmp_path: Path
) -> None:
    stored = (1000 + ramp(8)).astype(np.uint16)
    stored[:5] = 4095  # padding: an area outside the collimator
    film = dicom_film(stored, PixelPaddingValue=4095)
    got = reader.read(save(film, tmp_path / "film.dcm"))
    real = stored[5:].astype(np.float64)
    wanted = (real - real.min()) / np.ptp(real) * 65535
    assert np.abs(got.pixels[5:] - wanted).max() <= 0.51
    assert "No window in the file; its whole range of values is shown." in got.notes


def test_a_window_that_hides_the_film_is_not_applied(reader: FilmReader, tmp_path: Path) -> None:
    film = dicom_film(ramp(12), WindowCenter=60000, WindowWidth=10)
    got = reader.read(save(film, tmp_path / "film.dcm"))
    assert got.pixels.min() == 0
    assert got.pixels.max() == 65535
    assert any("one grey only" in note for note in got.notes)


@pytest.mark.parametrize(
    "broken",
    [
        {"RescaleSlope": 0},
        {"WindowCenter": 100, "WindowWidth": 0},
        {"WindowCenter": 100, "WindowWidth": -5},
    ],
)
def test_impossible_grey_scales_are_left_out_with_a_note(
    reader: FilmReader, tmp_path: Path, broken: dict[str, float]
) -> None:
    plain = reader.read(save(dicom_film(ramp(12)), tmp_path / "plain.dcm"))
    got = reader.read(save(dicom_film(ramp(12), **broken), tmp_path / "film.dcm"))
    np.testing.assert_array_equal(got.pixels, plain.pixels)
    assert any("was not used" in note for note in got.notes)


def test_a_file_without_the_part_10_header_is_read(reader: FilmReader, tmp_path: Path) -> None:
    picture = ramp(8).astype(np.uint8)
    film = dicom_film(picture, bits=8)
    whole = save(film, tmp_path / "whole.dcm").read_bytes()
    length = int.from_bytes(whole[140:144], "little")
    bare = tmp_path / "bare"
    bare.write_bytes(whole[144 + length :])
    np.testing.assert_array_equal(reader.read(bare).pixels, picture)


def test_the_digest_is_that_of_type_shape_and_bytes(reader: FilmReader, tmp_path: Path) -> None:
    import hashlib

    picture = ramp(8).astype(np.uint8)
    film: Radiograph = reader.read(save(dicom_film(picture, bits=8), tmp_path / "film.dcm"))
    assert film.sha256 == hashlib.sha256(b"|u1(70, 96)" + picture.tobytes()).hexdigest()
    assert film.provenance.inputs == (hashlib.sha256((tmp_path / "film.dcm").read_bytes()).hexdigest(),)
    assert not film.pixels.flags.writeable
