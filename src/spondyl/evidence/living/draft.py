"""A draft record: what a machine copied from a registry, a table or a reference, seen by nobody until verified."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Any

from spondyl.evidence.living.toml_text import toml_text

_HEAD = """\
# Draft made by 'spondyl evidence import' from {origin}. It is shown to nobody.
# To verify: compare every value with the source; correct options, roles and outcomes, which were guessed; then set
# tag = "read", verified_by and verified_on (now the day of the import), and move the file into the records folder.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """One study as a record in the library's form; ``record`` is its table without the source.

    ``registry_ids`` and ``doi`` tell whether two drafts are one study; ``origin`` names the file it came from.
    ``to_check`` lists what was guessed or could not be placed.
    """

    id: str
    record: dict[str, Any]
    registry_ids: tuple[str, ...]
    doi: str
    citation: str
    locator: str
    origin: str
    to_check: tuple[str, ...] = ()

    def to_toml(self, *, imported_on: str, updates: str = "") -> str:
        """The file: a comment that says what it is, the record, and a source that nobody has verified yet.

        ``updates`` names the record of the library that is about the same trial.
        """
        checks = (
            f"# Check: the library has this trial as {updates}.toml; change that record.\n" if updates else ""
        )
        checks += "".join(f"# Check: {line}\n" for line in self.to_check)
        plain = {key: value for key, value in self.record.items() if not _holds_tables(value)}
        tables = {key: value for key, value in self.record.items() if _holds_tables(value)}
        source = {
            "tag": "unknown",
            "citation": self.citation,
            "locator": self.locator,
            "verified_by": "nobody",
            "verified_on": imported_on,
        }
        return (
            _comment(_HEAD.format(origin=" ".join(self.origin.split())) + checks)
            + "\n"
            + toml_text({**plain, "source": source, **tables})
        )


def reads_alike(one: bytes, other: bytes) -> bool:
    """Whether two files of drafts say the same, whichever file they were imported from, and on whichever day."""
    return _but_for_the_import(one) == _but_for_the_import(other)


def _but_for_the_import(text: bytes) -> list[bytes]:
    return [line for line in text.splitlines() if not line.startswith((b"# Draft made by", b"verified_on ="))]


def only_named(registry_ids: tuple[str, ...]) -> str:
    """A line to check, for a review: a registry number that it names is that of a trial in it."""
    return f"the review names these trials; it is none of them: {', '.join(registry_ids)}"


def _comment(text: str) -> str:
    """The text without the control characters that TOML forbids in comments."""
    return re.sub(r"[\x00-\x08\x0b-\x1f\x7f]", "\ufffd", text)


def _holds_tables(value: object) -> bool:
    return isinstance(value, dict) or (isinstance(value, list) and bool(value) and isinstance(value[0], dict))


def record_id(text: str) -> str:
    """A file name from a title or number: lower case, ASCII, hyphens, at most 60 characters.

    >>> record_id("NCT03737461"), record_id("Noriega 2017: células madre")
    ('nct03737461', 'noriega-2017-celulas-madre')
    """
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:60].strip("-") or "unnamed"
