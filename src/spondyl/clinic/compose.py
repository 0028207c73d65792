"""Connect the parts: the reader with its decode child, and the detector, loaded when the first film needs it."""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from spondyl.anatomy import Landmarks
from spondyl.clinic.measure_film import MissingModelError, Reader, SpineDetector
from spondyl.clinic.settings import Settings
from spondyl.radiograph import Radiograph


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """What measuring a film needs."""

    reader: Reader
    detector: SpineDetector


class LazyDetector:
    """The detector, loaded when first used: a film with a landmark file never waits for the model."""

    def __init__(self, *, weights_dir: Path | None, threads: int) -> None:
        self._weights_dir = weights_dir
        self._threads = threads

    @cached_property
    def _loaded(self) -> SpineDetector:
        try:
            from spondyl.radiograph.detector import Detector

            return Detector.load(self._weights_dir, threads=self._threads)
        except Exception as error:  # onnxruntime's errors share no base; none of them lets a film be measured
            raise MissingModelError(
                f"The vertebra detector cannot be loaded: {str(error).rstrip('.')}. Films with a landmark file can be "
                "measured without it; 'spondyl doctor' says what is missing."
            ) from error

    @property
    def model_id(self) -> str:
        """Name and digest of the weights."""
        return self._loaded.model_id

    def detect(self, radiograph: Radiograph, /) -> Landmarks:
        """Landmarks of an AP film, or FilmRefused with the reason."""
        return self._loaded.detect(radiograph)

    def calibration_json(self) -> dict[str, Any] | None:
        """The calibration of the intervals that ships with the weights."""
        return self._loaded.calibration_json()


@contextmanager
def open_tools(settings: Settings) -> Generator[Tools]:
    """The real reader and detector; the reader's decode child ends with the block."""
    from spondyl.radiograph.read import FilmReader

    with FilmReader() as reader:
        yield Tools(
            reader=reader, detector=LazyDetector(weights_dir=settings.weights_dir, threads=settings.threads)
        )
