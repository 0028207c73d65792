"""Answers as text, JSON or CSV, for files that a form or another program writes. Nothing here opens a file."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, cast

from spondyl.assessment.json_text import parsed_json
from spondyl.assessment.questionnaires.answer_sheet import Answer, AnswerSheet
from spondyl.assessment.table_text import Row, TableTextError, date_of, rows_of

AnswerTextError = TableTextError
"""The same error, by the name that callers of this package know."""
FIELDS = ("patient_id", "date", "instrument", "answers", "ticked", "sentences", "takes")
"""What a sheet may hold; the last two are what an empty form says, and are not read."""
WHO = ("patient_id", "date", "instrument")
TICKED = "ticked"


def answer_sheets_from_json(text: str) -> tuple[AnswerSheet, ...]:
    """One object or a list of them; raises AnswerTextError.

    >>> answer_sheets_from_json('{"instrument": "nrs", "answers": {"pain": 7}}')[0].answers
    {'pain': ('7',)}
    """
    content = parsed_json(text)
    sheets = cast(list[Any], content) if isinstance(content, list) else [content]
    return tuple(_sheet(one, f"sheet {number}") for number, one in enumerate(sheets, start=1))


def _sheet(content: object, where: str) -> AnswerSheet:
    if not isinstance(content, dict):
        raise _wrong(where, "it is not an object.", f"A sheet has {', '.join(FIELDS[:5])}.")
    fields = cast(dict[str, Any], content)
    unknown = sorted(set(fields) - set(FIELDS))
    if unknown:
        raise _wrong(where, f"{unknown[0]!r} is not known.", f"Known are {', '.join(FIELDS[:5])}.")
    if not isinstance(fields.get("instrument"), str):
        raise _wrong(where, "it names no instrument.", "A score without its questionnaire has no scale.")
    if ("answers" in fields) == (TICKED in fields):
        raise _wrong(where, "it needs answers or ticked, one of the two.", "They are two kinds of form.")
    answers = _ticked(fields[TICKED], where) if TICKED in fields else _answers(fields["answers"], where)
    return AnswerSheet(
        instrument=fields["instrument"].strip().lower(),
        answers=answers,
        patient_id=_patient_id(fields.get("patient_id"), where),
        on=_date(fields.get("date"), where),
        is_tick_list=TICKED in fields,
    )


def _patient_id(value: object, where: str) -> str:
    """The patient's number or name; empty where none is given, so that nobody's sheets are not one patient's."""
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise _wrong(where, f"{value!r} is no patient_id.", "Sheets of one patient are compared by it.")
    return str(value).strip()


def _answers(content: object, where: str) -> dict[str, Answer]:
    if not isinstance(content, dict):
        raise _wrong(where, "its answers are not an object.", "They go by the item's code.")
    given = cast(dict[str, Any], content)
    return {item: _marks(value, f"{where}, item {item}") for item, value in given.items()}


def _ticked(content: object, where: str) -> dict[str, Answer]:
    if not isinstance(content, list):
        raise _wrong(where, "ticked is not a list.", "It lists the numbers of the ticked sentences.")
    return {mark: ("yes",) for one in cast(list[Any], content) for mark in _marks(one, where)}


def _marks(value: object, where: str) -> Answer:
    if value is None or value == "":
        return ()
    if isinstance(value, list):
        return tuple(mark for one in cast(list[Any], value) for mark in _marks(one, where))
    if isinstance(value, bool):
        return ("yes" if value else "no",)
    if isinstance(value, int | float | str):
        return (str(value).strip(),) if str(value).strip() else ()
    raise _wrong(where, "an answer is neither a number nor text.", "It cannot be scored.")


def _date(value: object, where: str) -> date | None:
    if value is None or value == "":
        return None
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        raise _wrong(where, f"{value!r} is not a date.", "Dates are written YYYY-MM-DD.") from None


def _wrong(where: str, what: str, why: str) -> AnswerTextError:
    return AnswerTextError(
        where=where, what=what, why=why, do="See docs/reference/questionnaires.md for the form."
    )


def answer_sheets_from_csv(text: str) -> tuple[AnswerSheet, ...]:
    """A row an answer (columns item, answer), or a row a sheet (a column an item); raises AnswerTextError.

    >>> answer_sheets_from_csv("instrument,pain" + chr(10) + "nrs,7")[0].answers
    {'pain': ('7',)}
    """
    rows = list(rows_of(text, required=("instrument",)))
    if rows and {"item", "answer"} <= set(rows[0].cells):
        return _from_long(rows)
    return tuple(_from_wide(row) for row in rows)


def _from_long(rows: Iterable[Row]) -> tuple[AnswerSheet, ...]:
    sheets: dict[tuple[str, ...], dict[str, Answer]] = defaultdict(dict)
    first: dict[tuple[str, ...], Row] = {}
    for row in rows:
        key = tuple(
            row.cells.get(name, "").lower() if name == "instrument" else row.cells.get(name, "")
            for name in WHO
        )
        first.setdefault(key, row)
        item = row.cells["item"]
        if item in sheets[key]:
            raise row.wrong(
                f"item {item!r} of this sheet was already answered.",
                why="It cannot be told which answer counts.",
                do="Remove one, or give each sheet its own date.",
            )
        sheets[key][item] = _split(row.cells["answer"])
    return tuple(_of_row(first[key], answers) for key, answers in sheets.items())


def _from_wide(row: Row) -> AnswerSheet:
    answers = {name: _split(cell) for name, cell in row.cells.items() if name not in WHO and cell}
    return _of_row(row, answers)


def _split(cell: str) -> Answer:
    """Two ticked boxes are written "2;3" or "2|3"."""
    return tuple(mark.strip() for mark in cell.replace("|", ";").split(";") if mark.strip())


def _of_row(row: Row, answers: Mapping[str, Answer]) -> AnswerSheet:
    is_tick_list = TICKED in answers
    if is_tick_list and len(answers) > 1:
        raise row.wrong(
            "it has ticked sentences and single answers.",
            why="They are two kinds of form.",
            do="Keep one of the two.",
        )
    ticks = [tick for mark in answers.get(TICKED, ()) for tick in mark.split()]
    return AnswerSheet(
        instrument=row.cells["instrument"].lower(),
        answers=dict.fromkeys(ticks, ("yes",)) if is_tick_list else dict(answers),
        patient_id=row.cells.get("patient_id", ""),
        on=date_of(row) if row.cells.get("date") else None,
        is_tick_list=is_tick_list,
    )
