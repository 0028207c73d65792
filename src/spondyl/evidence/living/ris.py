"""References in RIS, the export format of PubMed, Ovid, Embase, Zotero and others.

Source: the RIS specification (Research Information Systems, 2011): a tag of two characters, two blanks, a hyphen, a
blank; a reference starts with TY and ends with ER; a line without a tag continues the one before.
"""

import re
from collections import defaultdict
from collections.abc import Iterator

from spondyl.evidence.library.registry_ids import registry_ids_in
from spondyl.evidence.living.citation import Citation
from spondyl.evidence.living.import_refused import ImportReason, ImportRefused

_TAG = re.compile(r"^([A-Z][A-Z0-9])  -(?: (.*))?$")
_DOI = re.compile(r"10\.\d{4,9}/[^\s\"<>]+")

Fields = dict[str, list[str]]


def looks_like_ris(text: str) -> bool:
    """Whether the first line that is not blank is a TY tag."""
    return text.lstrip().startswith("TY  -")


def read_ris(text: str) -> tuple[Citation, ...]:
    """Every reference, in order. Raises ImportRefused naming the line of the first fault."""
    references = tuple(_citation(line, fields) for line, fields in _references(text))
    if not references:
        raise ImportRefused(
            ImportReason.NOTHING_INSIDE,
            at="line 1",
            what="The file holds no reference.",
            why="No line starts with 'TY  - '.",
            do="Export it as RIS.",
        )
    return references


def _references(text: str) -> Iterator[tuple[int, Fields]]:
    """First line and fields of each reference."""
    fields: Fields | None = None
    start = 0
    for number, tag, value in _tagged(text):
        if tag == "TY" and fields is not None:
            raise _broken(number, "A reference starts before the one above has ended.", "ER is missing")
        if tag == "TY":
            fields, start = defaultdict(list), number
        if fields is None:
            raise _broken(number, "This line stands outside a reference.", "TY is missing before it")
        if tag == "ER":
            yield start, fields
            fields = None
        else:
            fields[tag].append(value)
    if fields is not None:
        raise _broken(start, "The reference that starts here never ends.", "ER is missing")


def _tagged(text: str) -> list[tuple[int, str, str]]:
    """Line number, tag and value; a line without a tag is joined to the one before, a blank one is dropped."""
    lines: list[tuple[int, str, str]] = []
    for number, line in enumerate(text.splitlines(), start=1):
        match = _TAG.match(line.rstrip())
        if match:
            lines.append((number, match[1], (match[2] or "").strip()))
        elif line.strip():
            if not lines or lines[-1][1] == "ER":
                raise _broken(
                    number, "This line has no tag.", "there is nothing before it that it could continue"
                )
            start, tag, value = lines[-1]
            lines[-1] = (start, tag, f"{value} {line.strip()}".strip())
    return lines


def _broken(line: int, what: str, why: str) -> ImportRefused:
    return ImportRefused(
        ImportReason.FILE_DAMAGED,
        at=f"line {line}",
        what=what,
        why=f"In RIS every reference runs from TY to ER; {why}.",
        do="Export the references again.",
    )


def _citation(line: int, fields: Fields) -> Citation:
    title = _first(fields, "TI", "T1", "CT")
    if not title:
        raise ImportRefused(
            ImportReason.FIELD_MISSING,
            at=f"line {line}",
            what="The reference that starts here has no title.",
            why="Without TI or T1 nobody can find it.",
            do="Add the title or leave the reference out.",
        )
    everything = " ".join(value for values in fields.values() for value in values)
    return Citation(
        kind=_first(fields, "TY"),
        title=title,
        authors=tuple(fields.get("AU", []) or fields.get("A1", [])),
        year=_year(line, _first(fields, "PY", "Y1", "DA")),
        journal=_first(fields, "JO", "JF", "T2", "JA"),
        volume=_first(fields, "VL"),
        pages="–".join(part for part in (_first(fields, "SP"), _first(fields, "EP")) if part),
        doi=doi_in(_first(fields, "DO", "M3", "UR")),
        pubmed_id=_pubmed_id(fields),
        url=_first(fields, "UR"),
        abstract=_first(fields, "AB", "N2"),
        registry_ids=registry_ids_in(everything),
    )


def _first(fields: Fields, *tags: str) -> str:
    return next((value for tag in tags for value in fields.get(tag, []) if value), "")


def _year(line: int, text: str) -> int | None:
    if not text:
        return None
    match = re.match(r"(\d{4})(?!\d)", text)
    if match is None:
        raise ImportRefused(
            ImportReason.FIELD_INVALID,
            at=f"line {line}",
            what=f"The year of the reference that starts here is {text[:40]!r}.",
            why="It must begin with four digits.",
            do="Correct PY or Y1.",
        )
    return int(match[1])


def doi_in(text: str) -> str:
    """The first DOI in a text, in lower case; '' where there is none."""
    match = _DOI.search(text)
    return match.group().rstrip(".,;)").lower() if match else ""


def _pubmed_id(fields: Fields) -> str:
    named = _first(fields, "AN", "C2", "ID")
    return named if re.fullmatch(r"\d{5,9}", named) else ""
