"""An examination as plain JSON values, and back."""

from collections.abc import Mapping
from typing import Any

from spondyl.assessment.exam.definition import Side
from spondyl.assessment.exam.exam import Deviation, Exam


def exam_to_json(exam: Exam) -> dict[str, Any]:
    """The examination as it is kept."""
    return {
        "examined": sorted(exam.examined),
        "deviations": [
            {"test": one.test, "side": one.side.value, "value": one.value, "note": one.note}
            for one in exam.deviations
        ],
        "normal": sorted([test, side.value] for test, side in exam.normal),
        "impression": exam.impression,
    }


def exam_from_json(values: Mapping[str, Any]) -> Exam:
    """The examination of such values. Raises ExamRefused when it contradicts itself."""
    return Exam(
        examined=frozenset(values["examined"]),
        deviations=tuple(
            Deviation(test=one["test"], side=Side(one["side"]), value=one["value"], note=one["note"])
            for one in values["deviations"]
        ),
        normal=frozenset((test, Side(side)) for test, side in values.get("normal", ())),
        impression=values["impression"],
    )
