"""A hand-made film with 17 boxes on a known curve, and the results built on it."""

import hashlib
import math
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime

import numpy as np
import pytest

from spondyl.anatomy import AP_LEVELS, ImageSide, Landmarks, Level, View, make_landmarks
from spondyl.assessment import Assessment, Classification, Finding, Flag, Measurement, Unit, Unmeasured
from spondyl.clinic.result import FilmResult
from spondyl.provenance import Confirmation, Provenance
from spondyl.radiograph import FilmHeader, FilmRefused, Radiograph, Refusal, SpacingSource

ROWS, COLUMNS = 1200, 480
TILT_DEG = tuple(22.5 * math.sin(2 * math.pi * i / 16) for i in range(17))
"""Tilts of T1 to L5 in degrees, clockwise positive: the extremes are T5 (+22.5) and L1 (−22.5): Cobb 45."""


def boxes() -> np.ndarray:
    x, corners = 230.0, []
    for i, tilt in enumerate(TILT_DEG):
        y, half, t = 120.0 + 60.0 * i, 30.0 + 0.8 * i, math.radians(tilt)
        x += 60.0 * math.tan(t)
        along = np.array([math.cos(t), math.sin(t)])
        down = np.array([-math.sin(t), math.cos(t)])
        corners.append(
            [np.array([x, y]) + sx * half * along + sy * 22.0 * down for sy in (-1, 1) for sx in (-1, 1)]
        )
    return np.array(corners)


def picture(corners: np.ndarray) -> np.ndarray:
    rows, columns = np.mgrid[0:ROWS, 0:COLUMNS]
    grey = 40 + 120 * np.exp(-(((columns - 240) / 150.0) ** 2)) + 25 * np.sin(rows / 17.0) * (columns > 300)
    for quad in corners:
        centre = quad.mean(axis=0)
        grey += 70 * np.exp(-(((columns - centre[0]) / 34.0) ** 4) - ((rows - centre[1]) / 24.0) ** 4)
    return np.clip(grey, 0, 255).astype(np.uint8)


MADE = Provenance(method="hand-made test points", inputs=("0" * 64,))


def radiograph(pixels: np.ndarray, *, patient: str | None = "Núñez-Łoś^Šárka", day: int = 3) -> Radiograph:
    header = FilmHeader(
        patient_id="PAT-007",
        patient_name=patient,
        sex="F",
        age_years=14.0,
        study_date=date(2026, 2, day),
        study_instance_uid=f"1.2.826.0.1.3680043.8.498.1.{day}",
        series_instance_uid=f"1.2.826.0.1.3680043.8.498.2.{day}",
        sop_class_uid="1.2.840.10008.5.1.4.1.1.1.1",
        modality="DX",
    )
    return Radiograph(
        pixels=pixels,
        spacing_mm=(0.4, 0.4),
        spacing_source=SpacingSource.IMAGER_PIXEL_SPACING,
        view=View.AP,
        image_left=ImageSide.PATIENT_RIGHT,
        sop_uid=f"1.2.826.0.1.3680043.8.498.3.{day}",
        sha256=hashlib.sha256(pixels.tobytes()).hexdigest(),
        header=header,
        provenance=MADE,
        notes=("The header names no magnification.",),
    )


def landmarks(corners: np.ndarray) -> Landmarks:
    confidence = np.full(17, 0.97)
    confidence[[1, 15]] = (0.41, 0.35)
    return make_landmarks(
        view=View.AP,
        levels=AP_LEVELS,
        corners_px=corners,
        provenance=MADE,
        image_left=ImageSide.PATIENT_RIGHT,
        confidence=confidence,
        corner_sd_px=np.full((17, 4), 1.25),
        femoral_heads_px=np.array([[150.0, 1150.0, np.nan]]),
    )


def segment(
    corners: np.ndarray, level: int, *, lower: bool
) -> tuple[tuple[float, float], tuple[float, float]]:
    a, b = corners[level][2:] if lower else corners[level][:2]
    return (float(a[0]), float(a[1])), (float(b[0]), float(b[1]))


def measurement(kind: str, label: str, value: float, unit: Unit = Unit.DEG, **more: object) -> Measurement:
    given = {
        "sd": 1.5,
        "interval_90": (value - 2.5, value + 2.5),
        "levels": (),
        "points_px": (),
        "definition": f"What {label} means.",
        "source": "A printed source, 1948.",
        "provenance": MADE,
    }
    return Measurement(kind=kind, label=label, value=value, unit=unit, **{**given, **more})  # type: ignore[arg-type]


def assessment(corners: np.ndarray, *, cobb_deg: float = 45.0) -> Assessment:
    cobb = measurement(
        "cobb_major",
        "Cobb angle, largest curve",
        cobb_deg,
        levels=(Level.T5, Level.L1),
        points_px=(segment(corners, 4, lower=False), segment(corners, 12, lower=True)),
        flags=(Flag.UNCALIBRATED_INTERVAL,),
    )
    upper = measurement(
        "cobb_upper",
        "Cobb angle of the curve above it, T1 to T5, apex T2–T3 disc, convex to the patient's left",
        20.04,
        levels=(Level.T1, Level.T5),
        points_px=(segment(corners, 0, lower=False), segment(corners, 4, lower=True)),
    )
    aasce = measurement(
        "cobb_aasce_1", "AASCE angle 1", 44.2, levels=(Level.T5, Level.L1), points_px=cobb.points_px
    )
    balance = measurement(
        "coronal_balance", "Coronal balance", -12.34, Unit.MM, flags=(Flag.SPACING_UNCORRECTED,), sd=2.0
    )
    index = measurement(
        "disc_height_index_L4", "Disc height index L4–L5", 0.3126, Unit.RATIO, interval_90=(0.28, 0.35)
    )
    return Assessment(
        measurements=(cobb, upper, aasce, balance, index),
        unmeasured=(Unmeasured(kind="sva", label="Sagittal vertical axis", reason="needs a lateral film"),),
        classifications=(
            Classification(
                kind="lenke",
                label="Lenke type",
                grade=None,
                reason="bending films are needed",
                probabilities=(),
                source="Lenke 2001",
            ),
            Classification(
                kind="severity",
                label="Curve severity",
                grade="moderate",
                reason="",
                probabilities=(("moderate", 0.8), ("severe", 0.2)),
                source="A printed source",
            ),
        ),
        findings=(
            Finding(
                kind="scoliosis",
                sentence="P(Cobb ≥ 10°) = 0.93: the spine is probably curved sideways.",
                probability=0.93,
                measurement_kind="cobb_major",
                prevalence="about 2–3 of 100 people of that age <unverified>",
                cannot_tell="whether the curve hurts, & whether it will grow",
                source="alignment, section 2",
            ),
        ),
        red_lines=("Conventions disagree: clinical Cobb 45.0°, AASCE 44.2°.",),
    )


@pytest.fixture(scope="session")
def corners() -> np.ndarray:
    return boxes()


@pytest.fixture(scope="session")
def measured(corners: np.ndarray) -> FilmResult:
    return FilmResult(
        film="films/case-7.dcm",
        radiograph=radiograph(picture(corners)),
        landmarks=landmarks(corners),
        assessment=assessment(corners),
        refusal=None,
    )


@pytest.fixture(scope="session")
def refused() -> FilmResult:
    return FilmResult(
        film="films/hand.png",
        radiograph=None,
        landmarks=None,
        assessment=None,
        refusal=FilmRefused(
            Refusal.NOT_A_SPINE_FILM,
            what="This is not an AP spine film.",
            why="No chain of vertebrae was found.",
            do="Check the file, or give landmarks with --landmarks.",
        ),
    )


@pytest.fixture(scope="session")
def confirmation() -> Confirmation:
    return Confirmation(person="Dr. Zoë Müller", at=datetime(2026, 2, 4, 9, 30, tzinfo=UTC))


@pytest.fixture(scope="session")
def later(measured: FilmResult, corners: np.ndarray) -> Callable[..., FilmResult]:
    """The same patient's next film, with another largest Cobb angle."""

    def make(cobb_deg: float, **changed: object) -> FilmResult:
        film = radiograph(picture(corners)[::-1].copy(), day=20)
        result = replace(measured, film="films/case-7-later.dcm", radiograph=film)
        result = replace(result, assessment=assessment(corners, cobb_deg=cobb_deg))
        return replace(result, **changed)  # type: ignore[arg-type]

    return make
