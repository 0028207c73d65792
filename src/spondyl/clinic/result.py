"""The outcome of one film: measured, or refused with the reason."""

from dataclasses import dataclass
from datetime import date

from spondyl.anatomy import Landmarks
from spondyl.assessment import Assessment
from spondyl.radiograph import FilmRefused, Radiograph


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartPatient:
    """In whose chart the film lies. ``doubt`` is the red line when the film's header names somebody else."""

    name: str
    birth_date: date | None
    doubt: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FilmResult:
    """One film's whole story. ``film`` is the path as given; exactly one of ``assessment`` and ``refusal`` is set.

    ``radiograph`` is None only when the file could not be decoded. A refused film may still carry the landmarks that
    led to the refusal. ``chart`` is None for a film that lies in no chart.
    """

    film: str
    radiograph: Radiograph | None
    landmarks: Landmarks | None
    assessment: Assessment | None
    refusal: FilmRefused | None
    chart: ChartPatient | None = None

    def __post_init__(self) -> None:
        if (self.assessment is None) == (self.refusal is None):
            raise ValueError(
                "A film is either measured or refused: set exactly one of assessment and refusal."
            )

    @property
    def status(self) -> str:
        """'measured' or 'refused', as in the JSON."""
        return "refused" if self.assessment is None else "measured"
