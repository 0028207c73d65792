"""``spondyl evidence sign`` and ``review``: no conclusion changes without a named person."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from spondyl.clinic.cli.leave import clean_stop, leave
from spondyl.clinic.exit_codes import ExitCode

if TYPE_CHECKING:
    from spondyl.evidence.answer import Answer
    from spondyl.evidence.living import Review, SignedConclusion

SHORT_DIGEST = 12
"""Characters of a conclusion's digest that a person types to sign it."""


def sign(  # noqa: PLR0913, PLR0917  a command's options are its arguments
    option: Annotated[str, typer.Argument(help="The option, such as stem-cells.", show_default=False)],
    signatures: Annotated[Path, typer.Option(help="File with the signatures.", show_default=False)],
    person: Annotated[str, typer.Option("--by", help="Name of who signs.", show_default=False)] = "",
    role: Annotated[str, typer.Option(help="As what: physician, methodologist.", show_default=False)] = "",
    digest: Annotated[
        str,
        typer.Option(help="First 12 characters of the conclusion's digest, as shown.", show_default=False),
    ] = "",
    records: Annotated[
        Path | None, typer.Option(help="Folder with the clinic's own records.", show_default=False)
    ] = None,
    day: Annotated[
        str, typer.Option("--on", help="Day of the signature; today if empty.", show_default=False)
    ] = "",
    json_output: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Read a conclusion, then sign it. Without --digest it only shows what would be signed.

    The signed words stay on every page until somebody signs again; new data is marked beside them.

    \b
    Examples:
      spondyl evidence sign stem-cells --signatures signed.json
      spondyl evidence sign stem-cells --signatures signed.json --by "A. Reader" --role physician \\
          --digest 0123456789ab

    \b
    Exit codes: 0 shown or signed, 2 the digest is another, or a name is missing, 6 not writable.
    """
    from spondyl.clinic.evidence_files import records_or_shipped, signed_or_none, today_or
    from spondyl.evidence.answer import answer
    from spondyl.evidence.library import EvidenceError
    from spondyl.evidence.living import review

    try:
        found = answer(records_or_shipped(records), option)
        before = signed_or_none(signatures)
        at = today_or(day)
    except EvidenceError as error:
        leave(ExitCode.USAGE, str(error))
    if digest:
        _refuse_earlier(option, at, before)
        before = (*before, _signed(found, person=person, role=role, at=at, digest=digest))
        _write(signatures, before)
    shown = review(found, before)
    if json_output:
        _print_json({option: shown}, {option: found.digest})
    elif digest:
        typer.echo(f"Signed: {option}, by {person}, {role}, {at}.")
    else:
        _show(option, shown, found.digest)


def _refuse_earlier(option: str, at: str, before: "tuple[SignedConclusion, ...]") -> None:
    """A signature dated before the one in force would change nothing on any page."""
    from spondyl.evidence.answer import latest_about

    latest = latest_about(option, before)
    if latest is not None and latest.signature.at > at:
        leave(
            ExitCode.USAGE,
            f"{option} was signed on {latest.signature.at} by {latest.signature.person}; a signature of {at} is "
            "earlier and would be shown nowhere. Correct --on; if the other day is the wrong one, take its entry out "
            "of the file.",
        )


def _signed(found: "Answer", *, person: str, role: str, at: str, digest: str) -> "SignedConclusion":
    from spondyl.evidence.living import sign as sign_conclusion

    if len(digest) < SHORT_DIGEST or not found.digest.startswith(digest.lower()):
        leave(
            ExitCode.USAGE,
            f"The digest {digest!r} is not that of this conclusion. It may have changed since it was read. "
            "Run the command without --digest, read, and sign what is shown.",
        )
    try:
        return sign_conclusion(found, person=person, role=role, at=at)
    except ValueError as error:
        leave(ExitCode.USAGE, f"{error} Give --by and --role.")


def _write(path: Path, signed: "tuple[SignedConclusion, ...]") -> None:
    from spondyl.atomic_file import write_named
    from spondyl.evidence.living import signed_to_text

    with clean_stop("Nothing was signed."):
        path.parent.mkdir(parents=True, exist_ok=True)
        write_named(path, signed_to_text(signed).encode())


def review(
    signatures: Annotated[
        Path | None, typer.Option(help="File with the signatures.", show_default=False)
    ] = None,
    records: Annotated[
        Path | None, typer.Option(help="Folder with the clinic's own records.", show_default=False)
    ] = None,
    json_output: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """List every option's conclusion with its mark: signed, not signed, or new data awaiting review.

    \b
    Examples:
      spondyl evidence review --signatures signed.json
      spondyl evidence review --signatures signed.json --records own --json

    \b
    Exit codes: 0 listed, 2 a record or the file of signatures is wrong.
    """
    from spondyl.clinic.evidence_files import records_or_shipped, signed_or_none
    from spondyl.evidence.answer import answer
    from spondyl.evidence.library import EvidenceError
    from spondyl.evidence.living import review as review_one

    try:
        library = records_or_shipped(records)
        signed = signed_or_none(signatures)
        answers = {option.id: answer(library, option.id) for option in library.options}
    except EvidenceError as error:
        leave(ExitCode.USAGE, str(error))
    found = {name: review_one(one, signed) for name, one in answers.items()}
    if json_output:
        _print_json(found, {name: one.digest for name, one in answers.items()})
        return
    for name, one in found.items():
        _show(name, one, answers[name].digest)


def _print_json(found: "dict[str, Review]", digests: dict[str, str]) -> None:
    import json

    table = {
        name: {
            "state": one.state.value,
            "mark": one.mark,
            "shown": one.shown,
            "proposed": one.proposed,
            "digest": digests[name],
        }
        for name, one in found.items()
    }
    typer.echo(json.dumps(table, ensure_ascii=False))


def _show(name: str, found: "Review", digest: str) -> None:
    typer.echo(f"{name}: {found.mark}")
    typer.echo(f"  {found.shown}")
    if found.proposed and found.proposed == found.shown:
        typer.echo(
            "  These words have not changed; something else that the pages show has, such as a harm. "
            "'spondyl evidence diff' lists it."
        )
    elif found.proposed:
        typer.echo(f"  The records now say: {found.proposed}")
    typer.echo(f"  To sign what the records say now: --digest {digest[:SHORT_DIGEST]}\n")
