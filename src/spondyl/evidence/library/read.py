"""Read the records: one TOML file each, in a folder for each kind."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any, TypeVar

from spondyl.evidence.library.errors import RecordInvalidError
from spondyl.evidence.library.library import Library
from spondyl.evidence.library.option import Option
from spondyl.evidence.library.rules import Claim, Constant, GuidelineRule, Harm, RegulationRule
from spondyl.evidence.library.schema import Place, build
from spondyl.evidence.library.study import Study
from spondyl.evidence.library.unverified import unverified_whole

T = TypeVar("T")

KINDS: dict[str, type] = {
    "options": Option,
    "studies": Study,
    "harms": Harm,
    "regulation": RegulationRule,
    "guidelines": GuidelineRule,
    "claims": Claim,
    "constants": Constant,
}
"""Folder name to the record it holds."""


def read_record(cls: type[T], name: str, text: str) -> T:
    """One record from the text of its file, whose name without ending is the record's id.

    The table ``[source]`` says where the whole record comes from; any table inside may override it.
    Raises RecordInvalidError.
    """
    place = Place(record=name, part="", source={})
    try:
        table: dict[str, Any] = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise place.refuse(f"it is not TOML ({error})", "Mend the file at that line.") from error
    source = table.pop("source", None)
    if not isinstance(source, dict):
        raise place.refuse("there is no [source] table", "Say where the record comes from.")
    return build(cls, {"id": name, **table}, place.with_source(source))


def library_from(texts: Mapping[str, Mapping[str, str]]) -> Library:
    """The library from folder name → record name → text. Raises RecordInvalidError and its sisters."""
    unknown = sorted(set(texts) - set(KINDS))
    if unknown:
        raise RecordInvalidError(
            what=f"There is a folder {unknown[0]!r} among the records.",
            why="No kind of record has that name.",
            do=f"Use {', '.join(KINDS)}.",
        )

    def all_of(folder: str, cls: type[T]) -> tuple[T, ...]:
        found = texts.get(folder, {})
        return tuple(read_record(cls, name, found[name]) for name in sorted(found))

    options = sorted(all_of("options", Option), key=lambda one: one.order)
    return Library(
        options=tuple(options),
        studies=tuple(unverified_whole(one) for one in all_of("studies", Study)),
        harms=all_of("harms", Harm),
        regulation=all_of("regulation", RegulationRule),
        guidelines=all_of("guidelines", GuidelineRule),
        claims=all_of("claims", Claim),
        constants=all_of("constants", Constant),
    )


def shipped_texts() -> dict[str, dict[str, str]]:
    """The text of every record in the package: folder name → record name → text."""
    root = files("spondyl.evidence.library") / "records"
    return {
        folder: {
            file.name.removesuffix(".toml"): file.read_text("utf-8")
            for file in (root / folder).iterdir()
            if file.name.endswith(".toml")
        }
        for folder in KINDS
    }


@cache
def shipped_library() -> Library:
    """The library that comes with the package, read once."""
    return library_from(shipped_texts())
