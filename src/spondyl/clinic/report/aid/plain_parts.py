"""Lines of plain text: 78 signs wide, headings ruled, each sentence with the numbers of its sources in brackets."""

from collections.abc import Iterable, Iterator
from textwrap import fill

from spondyl.clinic.report.aid.sources import Sources
from spondyl.evidence.aid import AidContent, Said, words_of

WIDTH = 78


class PlainLines:
    """Says what an aid holds, and numbers its sources as they are first used."""

    def __init__(self, content: AidContent, sources: Sources) -> None:
        self._sources = sources
        self._words = words_of(content.language)

    def text(self, key: str) -> str:
        """The fixed words of a page."""
        return self._words.text(f"page.{key}")

    def heading(self, key: str) -> tuple[str, str, str]:
        """A heading, ruled."""
        return ruled(self.text(key))

    def plain(self, one: Said) -> str:
        """A few words without their sources, with a capital at their start."""
        words = one.prose.text
        return words[:1].upper() + words[1:]

    def said(self, items: Iterable[Said], mark: str = "- ") -> Iterator[str]:
        """A line for each."""
        for one in items:
            yield self.together((one,), mark)

    def together(self, items: Iterable[Said], mark: str = "", *, before: str = "") -> str:
        """Sentences in one paragraph after the words ``before``, their sources at its end."""
        said = tuple(items)
        words = " ".join(one.prose.text for one in said)
        numbers = self._sources.cite(origin for one in said for origin in one.origins)
        return wrapped(before + words + "".join(f" [{number}]" for number in numbers), mark)


def ruled(text: str) -> tuple[str, str, str]:
    """A heading, ruled."""
    return "", text.upper(), "-" * len(text)


def wrapped(text: str, mark: str = "") -> str:
    """A paragraph that hangs under its mark."""
    return fill(text, WIDTH, initial_indent=mark, subsequent_indent=" " * len(mark), break_on_hyphens=False)
