"""The newest practice that an engine has seen, so that its long description is not read at every booking."""

from spondyl.booking import Practice


class PracticeMemory:
    """One version of the practice and its number; versions are never changed, so a number says it all.

    Only what is committed may be kept here: the number of a version that is undone is given again to another.
    """

    def __init__(self) -> None:
        self._seen: tuple[int, Practice] | None = None

    @property
    def latest(self) -> Practice | None:
        """The practice that was seen last; there may be a newer one."""
        return self._seen[1] if self._seen else None

    def version(self, number: int | None) -> Practice | None:
        """The practice of this version, or None when it must be read."""
        return self._seen[1] if self._seen and self._seen[0] == number else None

    def keep(self, number: int, practice: Practice) -> None:
        """Keep a committed version in place of the one before."""
        self._seen = (number, practice)
