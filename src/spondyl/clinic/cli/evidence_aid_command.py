"""``spondyl evidence aid``: the page that a patient takes home."""

from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from spondyl.clinic.cli.leave import clean_stop, leave
from spondyl.clinic.exit_codes import ExitCode, code_for

if TYPE_CHECKING:
    from spondyl.clinic.report.aid import WrittenAid
    from spondyl.evidence.aid import AidContent

EVERY = "all"
"""The word for every option."""


class LanguageChoice(Enum):
    """What ``--lang`` takes."""

    ENGLISH = "en"
    SPANISH = "es"


def aid(
    option: Annotated[
        str, typer.Argument(help="The option, such as stem-cells, or 'all'.", show_default=False)
    ],
    out: Annotated[Path, typer.Option(help="Folder for the pages.", show_default=False)],
    lang: Annotated[LanguageChoice, typer.Option(help="Language of the page.")] = LanguageChoice.ENGLISH,
    signatures: Annotated[
        Path | None, typer.Option(help="File with the signatures.", show_default=False)
    ] = None,
    records: Annotated[
        Path | None, typer.Option(help="Folder with the clinic's own records.", show_default=False)
    ] = None,
    json_output: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Write a decision aid for patients: one offline page, and the same as PDF and plain text.

    The .txt file is the one page; the .detail.txt file goes on with everything in full and the sources.

    Plain words, what a hundred people could expect with and without, harms, what the FDA says, what nobody knows,
    every other choice by the same yardstick, a values exercise and questions to ask. Every number comes from a
    verified record. The page is checked against the twelve IPDAS criteria before the command ends.

    \b
    Examples:
      spondyl evidence aid stem-cells --out aids
      spondyl evidence aid stem-cells --lang es --out aids
      spondyl evidence aid all --signatures signed.json --out aids --json

    \b
    Exit codes: 0 written, 2 no such option or a wrong record, 3 some options lack records, 4 all lack them or a
    criterion is not met, 6 not writable.
    """
    from spondyl.evidence.library import EvidenceError

    try:
        contents, refused = _contents(option, lang, signatures, records)
    except EvidenceError as error:
        leave(ExitCode.USAGE, str(error))
    from spondyl.clinic.report.aid import write_aid

    with clean_stop("Pages already written are whole."):
        written = [write_aid(one, out) for one in contents]
    _show(written, refused, json_output=json_output)
    unmet = sum(not one.met for aid in written for one in aid.criteria)
    leave(ExitCode.ALL_REFUSED if unmet else code_for(measured=len(written), refused=len(refused)))


def _contents(
    option: str, lang: LanguageChoice, signatures: Path | None, records: Path | None
) -> "tuple[list[AidContent], dict[str, str]]":
    from spondyl.clinic.evidence_files import records_or_shipped, signed_or_none
    from spondyl.evidence.aid import AidNotPossibleError, Language, aid_content

    library, signed = records_or_shipped(records), signed_or_none(signatures)
    names = [one.id for one in library.options] if option == EVERY else [option]
    contents: list[AidContent] = []
    refused: dict[str, str] = {}
    for name in names:
        try:
            contents.append(aid_content(library, name, Language(lang.value), signed=signed))
        except AidNotPossibleError as error:
            refused[name] = str(error)
    return contents, refused


def _show(written: "list[WrittenAid]", refused: dict[str, str], *, json_output: bool) -> None:
    if json_output:
        import json

        typer.echo(
            json.dumps({"written": [_table(one) for one in written], "refused": refused}, ensure_ascii=False)
        )
    else:
        for one in written:
            typer.echo(f"{one.files[0]}, .txt, .pdf and .detail.txt")
            typer.echo(
                f"  IPDAS: qualifying {one.qualifying_met} of 6, certifying {one.certifying_met} of 6. {_ease(one)}"
            )
            for criterion in one.criteria:
                if not criterion.met:
                    typer.echo(f"  NOT MET {criterion.code}: {criterion.missing}")
    for name, why in refused.items():
        typer.echo(f"{name}: {why}", err=True)


def _ease(one: "WrittenAid") -> str:
    if one.language == "en":
        return f"Flesch-Kincaid grade {one.counts.flesch_kincaid_grade:.1f}."
    return f"INFLESZ {one.counts.inflesz:.0f}, Fernández Huerta {one.counts.fernandez_huerta:.0f}."


def _table(one: "WrittenAid") -> dict[str, Any]:
    return {
        "option": one.option,
        "language": one.language,
        "files": [str(path) for path in one.files],
        "ipdas": {criterion.code: criterion.missing or "met" for criterion in one.criteria},
        "ease": _ease(one),
    }
