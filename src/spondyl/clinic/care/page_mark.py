"""What a page of writing carries of the documents that it was made from, so that it is known when one came since."""

from collections.abc import Sequence
from typing import Protocol

from spondyl.clinic.chart.canonical_json import canonical, digest_of


class Kept(Protocol):
    """A note or a plan in its newest version."""

    @property
    def document_id(self) -> str:
        """Its identifier, in every version."""
        ...

    @property
    def version(self) -> int:
        """The number of the version."""
        ...

    @property
    def is_signed(self) -> bool:
        """Whether this version is signed."""
        ...


def mark_of(kept: Sequence[Kept]) -> str:
    """What a page carries that was made from these: it is another one when one was kept or signed since."""
    return digest_of(canonical([[one.document_id, one.version, one.is_signed] for one in kept]))
