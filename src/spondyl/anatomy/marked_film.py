"""Which film a landmark file says it is for: the line of ``spondyl measure --json`` names its film's pixels."""

import json
from dataclasses import dataclass
from typing import cast


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkedFilm:
    """What a file says about its film; None where it says nothing. ``sha256`` is that of the pixels."""

    sha256: object = None
    rows: object = None
    columns: object = None

    def to_json(self) -> dict[str, object]:
        """What is known, under the keys of the file."""
        known = {"sha256": self.sha256, "rows": self.rows, "columns": self.columns}
        return {key: value for key, value in known.items() if value is not None}

    def why_not(self, *, sha256: str, rows: int, columns: int) -> str | None:
        """Why the film with these pixels is another one, in a sentence; None where nothing speaks against it."""
        pairs = ((self.rows, rows, "rows"), (self.columns, columns, "columns"))
        for said, found, of_what in pairs:
            if said not in (None, found):
                return f"It is for a film of {str(said)[:40]} {of_what}, and this one has {found}."
        if self.sha256 not in (None, sha256):
            return "It names the pixels of another film (sha256)."
        return None


def marked_film(text: str) -> MarkedFilm:
    """Read what JSON text that was read as landmarks says about its film.

    >>> marked_film('{"rows": 900, "landmarks": []}').to_json()
    {'rows': 900}
    """
    said = cast(dict[str, object], json.loads(text))
    return MarkedFilm(sha256=said.get("sha256"), rows=said.get("rows"), columns=said.get("columns"))
