"""Everything a person decides about a run: one typed object, built by the command line and passed down."""

import hashlib
import json
import math
from dataclasses import dataclass, field
from pathlib import Path

from spondyl.anatomy import ImageSide, View
from spondyl.provenance import Confirmation


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedFacts:
    """Facts that a person states about the films because the header lacks them or is wrong; None: not stated.

    ``spacing_mm`` is the distance of pixel centres at the patient, in millimetres; ``image_left`` what lies on the left
    edge of the pictures of the views that it fits. Each stated fact is recorded in the film's notes.
    """

    view: View | None = None
    image_left: ImageSide | None = None
    spacing_mm: float | None = None
    age_years: float | None = None
    sex: str | None = None
    patient_id: str | None = None

    def __post_init__(self) -> None:
        _check_range("--spacing-mm", self.spacing_mm, (0.01, 2.0), "millimetres per pixel")
        _check_range("--age", self.age_years, (0.0, 120.0), "years")


def _check_range(name: str, value: float | None, allowed: tuple[float, float], unit: str) -> None:
    low, high = allowed
    if value is not None and not (math.isfinite(value) and low <= value <= high):
        raise ValueError(f"{name} is {value:g}; it must lie between {low:g} and {high:g} {unit}.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How films are measured. ``weights_dir`` None means the weights inside the package.

    ``signature`` is the person who confirms the landmarks of this run, with the moment.
    """

    stated: StatedFacts = field(default_factory=StatedFacts)
    threads: int = 2
    weights_dir: Path | None = None
    signature: Confirmation | None = None

    @property
    def digest(self) -> str:
        """SHA-256 of every setting that can change a result (threads cannot)."""
        stated = self.stated
        parts = {
            "view": stated.view.value if stated.view else None,
            "image_left": stated.image_left.value if stated.image_left else None,
            "spacing_mm": stated.spacing_mm,
            "age_years": stated.age_years,
            "sex": stated.sex,
            "patient_id": stated.patient_id,
            "signature": [self.signature.person, self.signature.at.isoformat()] if self.signature else None,
        }
        return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()
