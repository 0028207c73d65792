"""How large a pixel is, and how that is known (DICOM PS3.3 clause 10.7 and C.8.11.7)."""

import math

from spondyl.radiograph.dicom_fields import Fields
from spondyl.radiograph.film import SpacingSource

Spacing = tuple[tuple[float, float] | None, SpacingSource]

MIN_SPACING_MM, MAX_SPACING_MM = 0.01, 5.0
MAX_MAGNIFICATION = 3.0
SAME_SPACING = 1e-4
"""Relative difference below which two spacings are the same number written twice."""


def spacing_of(fields: Fields) -> Spacing:
    """(row, column) spacing in millimetres and its source. NONE, with a note, when the header has no usable one."""
    patient, imager = _pair(fields, "PixelSpacing"), _pair(fields, "ImagerPixelSpacing")
    calibration = fields.word("PixelSpacingCalibrationType")
    if patient is None:
        return _of_imager(imager, fields) if imager else _none(fields)
    if calibration:
        fields.note(f"PixelSpacing was calibrated by the sender ({calibration}).")
        return patient, SpacingSource.PIXEL_SPACING_CALIBRATED
    if imager is None:
        fields.note("The header does not say whether PixelSpacing is corrected for magnification.")
        return patient, SpacingSource.PIXEL_SPACING
    if all(math.isclose(a, b, rel_tol=SAME_SPACING) for a, b in zip(patient, imager, strict=True)):
        return _of_imager(imager, fields)
    fields.note("PixelSpacing differs from ImagerPixelSpacing: the sender corrected or calibrated it.")
    return patient, SpacingSource.PIXEL_SPACING_CALIBRATED


def _pair(fields: Fields, keyword: str) -> tuple[float, float] | None:
    numbers = fields.numbers(keyword)
    if not numbers:
        return None
    if len(numbers) != 2 or not all(MIN_SPACING_MM <= number <= MAX_SPACING_MM for number in numbers):
        stated = " x ".join(f"{number:g}" for number in numbers[:4])
        fields.note(f"{keyword} of {stated} mm is impossible on a film and was not used.")
        return None
    _check_shape(fields, "PixelAspectRatio", against=numbers[0] / numbers[1])
    return numbers[0], numbers[1]


def _check_shape(fields: Fields, keyword: str, *, against: float = 1.0) -> None:
    """Refuse a film whose pixels have another shape by this element than by what is used."""
    numbers = fields.numbers(keyword)
    if len(numbers) == 2 and min(numbers) > 0:
        from spondyl.radiograph.picture_checks import check_square

        check_square(numbers[0] / numbers[1] / against)


def _none(fields: Fields) -> Spacing:
    if fields.values("NominalScannedPixelSpacing"):
        fields.note("NominalScannedPixelSpacing is that of the scanner; it was not used for the patient.")
    for keyword in ("PixelAspectRatio", "NominalScannedPixelSpacing", "PixelSpacing", "ImagerPixelSpacing"):
        _check_shape(fields, keyword)
    fields.note("The header has no pixel spacing: lengths cannot be given in millimetres.")
    return None, SpacingSource.NONE


def _of_imager(imager: tuple[float, float], fields: Fields) -> Spacing:
    magnification = _magnification(fields)
    if magnification is None:
        return imager, SpacingSource.IMAGER_PIXEL_SPACING
    return (
        imager[0] / magnification,
        imager[1] / magnification,
    ), SpacingSource.IMAGER_PIXEL_SPACING_CORRECTED


def _magnification(fields: Fields) -> float | None:
    """How much larger the shadow is than the body: stated, or source-detector over source-patient distance."""
    stated = _plausible(fields.number("EstimatedRadiographicMagnificationFactor"), "The stated one", fields)
    if stated:
        return _said("EstimatedRadiographicMagnificationFactor", stated, fields)
    detector, patient = fields.number("DistanceSourceToDetector"), fields.number("DistanceSourceToPatient")
    if not detector or not patient:
        return None
    measured = _plausible(detector / patient, "That of the distances", fields)
    return _said("DistanceSourceToDetector / DistanceSourceToPatient", measured, fields) if measured else None


def _plausible(value: float | None, name: str, fields: Fields) -> float | None:
    if value is None or 1.0 < value <= MAX_MAGNIFICATION:
        return value
    if value == 1.0:
        fields.note(
            f"{name} of the magnifications is 1: no spine lies in the detector, so nothing is corrected by it."
        )
        return None
    fields.note(f"{name} of the magnifications, {value:g}, is impossible and was not used.")
    return None


def _said(source: str, value: float, fields: Fields) -> float:
    fields.note(f"Spacing divided by the magnification {value:.4g} ({source}).")
    return value
