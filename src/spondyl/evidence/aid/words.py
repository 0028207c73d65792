"""The plain words of a language, read from texts/*.toml; placeholders become figures that know their record."""

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from spondyl.evidence.aid.reading_ease import Language
from spondyl.evidence.library import Piece, Prose, Quote

Filling = Piece | Prose


class Words:
    """One language. Every text is checked when it is used: a digit in it, or a placeholder without a value, fails."""

    def __init__(self, language: Language, tables: Mapping[str, Any]) -> None:
        self.language = language
        self._tables = tables

    def say(self, key: str, **values: Filling) -> Prose:
        """The text ``section.name`` with its placeholders filled."""
        return filled(self.text(key), values)

    def text(self, key: str) -> str:
        """The text as it stands."""
        return str(self._found(key))

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts; empty when there is none."""
        return tuple(self._found(key))

    def of(self, section: str, name: str) -> str | None:
        """The text ``name`` of a section whose names are words of records, or None."""
        found = self._tables[section].get(name)
        return None if found is None else str(found)

    def or_quote(self, section: str, quote: Quote) -> Filling:
        """The plain words for a quotation; the quotation itself where there are none."""
        return self.of(section, quote.text) or quote

    def has_option(self, option: str) -> bool:
        """Whether there are words about the option."""
        return option in self._tables["options"]

    def _found(self, key: str) -> Any:
        node: Any = self._tables
        for part in key.split("."):
            node = node[part]
        return node


def filled(text: str, values: Mapping[str, Filling]) -> Prose:
    """``{name}`` replaced by its value; raises KeyError for a placeholder without one."""
    pieces: list[Piece] = []
    for part in re.split(r"(\{\w+\})", text):
        if not part:
            continue
        value = values[part[1:-1]] if part.startswith("{") else part
        pieces += value.pieces if isinstance(value, Prose) else [value]
    return Prose(tuple(pieces))


@cache
def words_of(language: Language) -> Words:
    """The words of a language."""
    text = (files("spondyl.evidence.aid") / "texts" / f"{language.value}.toml").read_text("utf-8")
    return Words(language, tomllib.loads(text))
