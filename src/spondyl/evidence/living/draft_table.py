"""From the rows of a table to draft records: a trial for each registry number, DOI or name; a review for each DOI or
name."""

from collections import defaultdict
from typing import Any

from spondyl.evidence.library import Design, Outcome
from spondyl.evidence.living.draft import Draft, only_named, record_id
from spondyl.evidence.living.import_refused import ImportReason, ImportRefused
from spondyl.evidence.living.table import Row

Table = dict[str, Any]

_OF_THE_STUDY = (
    "name",
    "registry_id",
    "doi",
    "citation",
    "locator",
    "options",
    "design",
    "condition",
    "funding",
)
_OF_A_GROUP = ("n", "events", "percent", "before", "after")


def drafts_from_table(rows: tuple[Row, ...], *, origin: str) -> tuple[Draft, ...]:
    """A draft for each study. Raises ImportRefused where two rows of one study contradict each other."""
    studies: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        studies[_own_number(row) or row.text("doi").lower() or row.text("name").lower()].append(row)
    return tuple(_draft(rows_of_one, origin) for rows_of_one in studies.values())


def _is_review(row: Row) -> bool:
    return Design(row.text("design")).is_review


def _own_number(row: Row) -> str:
    return "" if _is_review(row) else row.text("registry_id")


def _draft(rows: list[Row], origin: str) -> Draft:
    facts = {column: _agreed(rows, column) for column in _OF_THE_STUDY if column != "registry_id"}
    options = facts["options"].split()
    number = "" if _is_review(rows[0]) else _agreed(rows, "registry_id")
    named = () if number else tuple(dict.fromkeys(filter(None, (row.text("registry_id") for row in rows))))
    record: Table = {
        "name": facts["name"],
        "design": facts["design"],
        "registry_id": number,
        "condition": facts["condition"],
        "options": options,
        "results": _results(rows, options),
        "funding": {"text": facts["funding"]} if facts["funding"] else None,
    }
    return Draft(
        id=record_id(number or facts["name"]),
        record={
            key: value for key, value in record.items() if key == "options" or value not in ("", [], None)
        },
        registry_ids=(number,) if number else (),
        doi=facts["doi"].lower(),
        citation=facts["citation"],
        locator=facts["locator"] or "not stated in the table",
        origin=origin,
        to_check=(only_named(named),) if named else (),
    )


def _agreed(rows: list[Row], column: str) -> str:
    said = {row.text(column): row.line for row in reversed(rows) if row.text(column)}
    if len(said) > 1:
        first, second = sorted(said, key=lambda value: said[value])[:2]
        raise ImportRefused(
            ImportReason.FIELD_INVALID,
            at=f"line {said[second]}, {column}",
            what=f"Here stands {second!r}, in line {said[first]} of the same study {first!r}.",
            why="One study has one value here.",
            do="Correct one of the two, or give the studies different names, DOIs or (trials) registry numbers.",
        )
    return next(iter(said), "")


def _results(rows: list[Row], options: list[str]) -> list[Table]:
    results: dict[tuple[str, str, str], list[Row]] = defaultdict(list)
    for row in rows:
        if row.text("outcome"):
            results[row.text("outcome"), row.text("label"), row.text("months")].append(row)
    return [
        {
            "id": f"outcome-{number}",
            "outcome": Outcome(outcome).value,
            "label": label or outcome,
            **({"months": float(months), "timing": f"{float(months):g} months"} if months else {}),
            "groups": [_group(row, options) for row in of_one if row.text("group")],
        }
        for number, ((outcome, label, months), of_one) in enumerate(results.items(), start=1)
    ]


def _group(row: Row, options: list[str]) -> Table:
    role = row.text("role") or "other treatment"
    numbers = {column: row.values[column] for column in _OF_A_GROUP if column in row.values}
    option = {"option": options[0]} if role == "active" and len(options) == 1 else {}
    return {"name": row.text("group"), "role": role, **option, **numbers}
