"""A publication as a reference manager exports it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """One reference; '' and None where the file says nothing. ``registry_ids`` are those named anywhere in it."""

    kind: str
    title: str
    authors: tuple[str, ...]
    year: int | None
    journal: str
    volume: str
    pages: str
    doi: str
    pubmed_id: str
    url: str
    abstract: str
    registry_ids: tuple[str, ...]

    @property
    def text(self) -> str:
        """The reference in one line."""
        names = self.authors[0].split(",")[0] if self.authors else "No author"
        others = " et al." if len(self.authors) > 1 else ""
        place = ":".join(part for part in (self.volume, self.pages) if part)
        year = str(self.year) if self.year else "no year"
        where = " ".join(part for part in (self.journal, f"{year};{place}" if place else year) if part)
        return f"{names}{others}. {self.title.rstrip('.')}. {where}."
