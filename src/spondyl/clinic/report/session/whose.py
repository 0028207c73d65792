"""Whose chart a session stands in, and who did it: a record alone knows neither."""

from dataclasses import dataclass
from datetime import date

from spondyl.clinic.report.day_text import day_text


@dataclass(frozen=True, slots=True, kw_only=True)
class Whose:
    """As the chart has it. ``by``: the name of whoever did the session."""

    patient: str
    born: date | None
    record_number: int
    by: str

    @property
    def facts(self) -> tuple[tuple[str, str], ...]:
        """For the head of the report."""
        born = f"born {day_text(self.born)}" if self.born else "birth date not known"
        return (
            ("In the chart of", f"{self.patient}, {born}, record {self.record_number}"),
            ("Session by", self.by),
        )

    @property
    def line(self) -> str:
        """For the foot of every page: sheets come apart."""
        return f"Record {self.record_number}, {self.patient}."
