"""The stop of a session, which remembers who pressed it first."""

from threading import Event


class StopSwitch(Event):
    """Once pressed it stays pressed. ``by`` is empty until then."""

    def __init__(self) -> None:
        super().__init__()
        self.by = ""

    def press(self, by: str) -> None:
        """Press it; only the first to press is remembered."""
        if not self.is_set():
            self.by = by
        self.set()


def by_of(stop: Event) -> str:
    """Who pressed a stop, in words; the host for a plain event."""
    return stop.by if isinstance(stop, StopSwitch) and stop.by else "the host"
