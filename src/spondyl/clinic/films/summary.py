"""A film in one line: what the patient's page shows without measuring again."""

from typing import Any

from spondyl.assessment import Assessment, Measurement, is_cobb
from spondyl.clinic.report.drawing import drawn_measurements
from spondyl.clinic.report.wording import interval_text, levels_text, short_name, value_text


def summary_of(assessment: Assessment) -> dict[str, Any]:
    """The main values with their 90 % intervals and every red line, in words."""
    return {
        "values": [
            {"name": short_line(item), "value": value_text(item), "interval": interval_text(item)}
            for item in drawn_measurements(assessment)
        ],
        "red_lines": list(assessment.red_lines),
    }


def short_line(item: Measurement) -> str:
    """A measurement's name beside its line on the film: ``Cobb T5–T11``, ``TK``."""
    return f"Cobb {levels_text(item)}" if is_cobb(item.kind) else short_name(item)
