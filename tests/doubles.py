"""Test doubles: a reader of tiny text "films" and a detector without a network. Never used outside the tests.

What a double film says decides what happens: ``film 7`` is measured, ``bad`` is refused, ``bug`` raises an unexpected
error, ``lateral`` is a lateral film, ``kill`` ends the process that reads it, ``slow`` takes a tenth of a second.
"""

import hashlib
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from spondyl.anatomy import AP_LEVELS, ImageSide, Landmarks, Level, View, make_landmarks
from spondyl.clinic.compose import Tools
from spondyl.clinic.settings import Settings
from spondyl.provenance import Provenance
from spondyl.radiograph import FilmHeader, FilmRefused, Radiograph, Refusal, SpacingSource

ROWS, COLUMNS = 900, 300


class ReaderDouble:
    """Turns a text file into a film."""

    def read(self, path: Path, /) -> Radiograph:
        text = path.read_text()
        if "kill" in text:
            os.kill(os.getpid(), signal.SIGKILL)
        if "slow" in text:
            time.sleep(0.1)
        if "asleep" in text:
            time.sleep(60.0)
        if "bug" in text:
            raise RuntimeError("a fault made for the test")
        if "bad" in text:
            raise FilmRefused(Refusal.FILE_DAMAGED, what="It is damaged.", why="A test.", do="Nothing.")
        return film_double(text, view=View.LATERAL if "lateral" in text else View.AP)


def film_double(text: str, *, view: View = View.AP) -> Radiograph:
    """A film whose digest is that of a text."""
    return Radiograph(
        pixels=np.zeros((ROWS, COLUMNS), np.uint8),
        spacing_mm=(0.5, 0.5),
        spacing_source=SpacingSource.PIXEL_SPACING,
        view=view,
        image_left=ImageSide.PATIENT_RIGHT,
        sop_uid=None,
        sha256=hashlib.sha256(text.encode()).hexdigest(),
        header=FilmHeader(age_years=40.0),
        provenance=Provenance(method="tests.doubles.ReaderDouble"),
    )


def spine_double(sha256: str, levels: tuple[Level, ...] = AP_LEVELS) -> Landmarks:
    """Vertebrae on an S-shaped line whose strength comes from the digest."""
    strength = 10 + int(sha256[:2], 16) / 10
    y = np.linspace(60, ROWS - 60, len(levels))
    x = COLUMNS / 2 + strength * np.sin(2 * np.pi * y / ROWS)
    tilt = 2 * np.pi / ROWS * strength * np.cos(2 * np.pi * y / ROWS)
    corners = [
        [
            [cx - 20, cy - 15 + 20 * t],
            [cx + 20, cy - 15 - 20 * t],
            [cx - 20, cy + 15 + 20 * t],
            [cx + 20, cy + 15 - 20 * t],
        ]
        for cx, cy, t in zip(x, y, tilt, strict=True)
    ]
    return make_landmarks(
        view=View.AP,
        image_left=ImageSide.PATIENT_RIGHT,
        levels=levels,
        corners_px=np.array(corners),
        confidence=np.full(len(levels), 0.9),
        corner_sd_px=np.full((len(levels), 4), 2.0),
        provenance=Provenance(method="tests.doubles.DetectorDouble"),
    )


class DetectorDouble:
    """Finds a made-up spine on every film."""

    model_id = "double-1"

    def detect(self, radiograph: Radiograph, /) -> Landmarks:
        return spine_double(radiograph.sha256)

    def calibration_json(self) -> dict[str, Any] | None:
        return None


@contextmanager
def open_double_tools(_settings: Settings) -> Iterator[Tools]:
    """What open_tools gives, with doubles."""
    yield Tools(reader=ReaderDouble(), detector=DetectorDouble())
