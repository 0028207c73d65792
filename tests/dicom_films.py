"""Small DICOM films for tests and the fuzzer, written by pydicom and by encoders that the reader does not use."""

import io
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from pydicom import uid
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import encapsulate, get_frame

CR = "1.2.840.10008.5.1.4.1.1.1"
ROWS, COLUMNS = 70, 96


def ramp(bits: int, *, rows: int = ROWS, columns: int = COLUMNS) -> NDArray[np.uint16]:
    """An asymmetric picture (no flip or turn leaves it the same) that uses the whole range of ``bits``."""
    down, across = np.mgrid[:rows, :columns]
    share = (0.7 * across / (columns - 1) + 0.3 * (down / (rows - 1)) ** 2) * (1 - 0.2 * ((down // 8) % 2))
    picture = np.rint(share * (2**bits - 1)).astype(np.uint16)
    picture[0, 0], picture[-1, -1] = 0, 2**bits - 1
    return picture


def dicom_film(
    stored: NDArray[Any],
    *,
    bits: int = 12,
    photometric: str = "MONOCHROME2",
    syntax: str = uid.ExplicitVRLittleEndian,
    **fields: Any,
) -> Dataset:
    """A CR film with these stored values (signed values: an int array). ``fields`` are set or, when None, removed."""
    allocated = 8 if bits <= 8 else 16
    signed = np.issubdtype(stored.dtype, np.signedinteger)
    film = Dataset()
    film.file_meta = FileMetaDataset()
    film.file_meta.TransferSyntaxUID = uid.UID(syntax)
    film.SOPClassUID = film.file_meta.MediaStorageSOPClassUID = CR
    film.SOPInstanceUID = film.file_meta.MediaStorageSOPInstanceUID = "1.2.826.0.1.3680043.8.498.1"
    film.Modality = "CR"
    film.Rows, film.Columns = stored.shape[:2]
    film.SamplesPerPixel = 3 if stored.ndim == 3 else 1
    if stored.ndim == 3:
        film.PlanarConfiguration = 0
    film.PhotometricInterpretation = photometric
    film.BitsAllocated, film.BitsStored, film.HighBit = allocated, bits, bits - 1
    film.PixelRepresentation = int(signed)
    order = ">" if syntax == uid.ExplicitVRBigEndian else "<"
    raw = stored.astype(f"{order}{'i' if signed else 'u'}{allocated // 8}").tobytes()
    film.PixelData = raw + b"\0" * (len(raw) % 2)
    film["PixelData"].VR = "OB" if allocated == 8 else "OW"
    for keyword, value in fields.items():
        if value is None:
            del film[keyword]
        else:
            setattr(film, keyword, value)
    return film


def save(film: Dataset, path: Path) -> Path:
    """Write ``film`` as a Part 10 file."""
    film.save_as(path, enforce_file_format=True)
    return path


def with_pixels(film: Dataset, encoded: bytes, syntax: str) -> Dataset:
    """``film`` with one already compressed frame."""
    film.file_meta.TransferSyntaxUID = uid.UID(syntax)
    film.PixelData = encapsulate([encoded])
    film["PixelData"].VR = "OB"
    film["PixelData"].is_undefined_length = True
    return film


def compressed(film: Dataset, syntax: str) -> Dataset:
    """``film`` compressed without loss by pydicom (RLE), CharLS (JPEG-LS) or OpenJPEG (JPEG 2000)."""
    plugin = {uid.RLELossless: "pydicom", uid.JPEGLSLossless: "pyjpegls", uid.JPEG2000Lossless: "pylibjpeg"}
    film.compress(syntax, encoding_plugin=plugin[uid.UID(syntax)], generate_instance_uid=False)
    return film


def save_jpeg_lossless(film: Dataset, path: Path) -> Path:
    """Write ``film`` as JPEG lossless (process 14, selection value 1), encoded by GDCM."""
    import gdcm

    save(film, path)
    reader = gdcm.ImageReader()
    reader.SetFileName(str(path))
    assert reader.Read()
    change = gdcm.ImageChangeTransferSyntax()
    change.SetTransferSyntax(gdcm.TransferSyntax(gdcm.TransferSyntax.JPEGLosslessProcess14_1))
    change.SetInput(reader.GetImage())
    assert change.Change()
    writer = gdcm.ImageWriter()
    writer.SetFileName(str(path))
    writer.SetFile(reader.GetFile())
    writer.SetImage(change.GetOutput())
    assert writer.Write()
    return path


def jpeg_bytes(picture: NDArray[np.uint8], **options: Any) -> bytes:
    """``picture`` as baseline JPEG."""
    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, format="JPEG", quality=95, **options)
    return buffer.getvalue()


def endless_jp2(codestream: bytes) -> bytes:
    """A JP2 file whose second box claims a length of 0 bytes: a parser that adds lengths never moves on."""
    signature = b"\x00\x00\x00\x0cjP  \r\n\x87\n"
    return signature + b"\x00\x00\x00\x00ftyp" + codestream


def save_endless_film(path: Path) -> Path:
    """Write a film on which pydicom's JP2 box parser never ends."""
    film = compressed(dicom_film(ramp(12)), uid.JPEG2000Lossless)
    codestream = get_frame(film.PixelData, 0, number_of_frames=1)
    return save(with_pixels(film, endless_jp2(codestream), uid.JPEG2000Lossless), path)
