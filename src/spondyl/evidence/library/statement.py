"""Words read in a source."""

from dataclasses import dataclass
from typing import Annotated

from spondyl.evidence.library.figure import Quote
from spondyl.evidence.library.origin import Origin


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """A sentence whose content, numbers included, was read in its source."""

    text: Annotated[str, "The sentence"]
    origin: Origin

    @property
    def quote(self) -> Quote:
        """The sentence for an answer. Raises UnverifiedValueError when it may not be shown."""
        return Quote(text=self.text, origin=self.origin)
