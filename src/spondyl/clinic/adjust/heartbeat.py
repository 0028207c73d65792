"""Whether the page of a session is still there, told from its heartbeats and from how late those who hear it are."""

LOST_AFTER_S = 2.0
"""A page that says nothing for so long is lost: closed, hung, or its network is gone."""

FIRST_BEAT_S = 30.0
"""Nothing begins before the page says that it is there; a page that never comes ends the session."""

LOOK_S = 0.05
"""The watcher looks this often."""

MOST_CREDIT_S = 3.0
"""For so long at most may this program, or the server that hands the page's word on, have been too busy to hear it."""


class Heartbeat:
    """While a fit keeps the whole program from running, heartbeats wait unread; that time, which the watcher notices by
    waking late, is not held against the page. Nor is the time in which the server, through which the page speaks, says
    nothing itself. Times in seconds of one clock."""

    def __init__(
        self, now_s: float, *, lost_after_s: float = LOST_AFTER_S, first_beat_s: float = FIRST_BEAT_S
    ) -> None:
        self._lost_after_s = lost_after_s
        self._limit_s = first_beat_s
        self._heard_s = now_s
        self._looked_s = now_s
        self._served_s: float | None = None
        self._credit_s = 0.0

    def served(self, now_s: float) -> None:
        """The server gave a sign of life; from the first one on it is expected every :data:`LOOK_S`."""
        self._served_s = now_s

    def is_server_silent(self, now_s: float) -> bool:
        """Whether the server missed its own sign of life."""
        return self._served_s is not None and now_s - self._served_s > 2 * LOOK_S

    def heard(self, now_s: float) -> None:
        """The page said that it is there."""
        self._heard_s = now_s
        self._limit_s = self._lost_after_s
        self._credit_s = 0.0

    def is_lost(self, now_s: float) -> bool:
        """Ask every :data:`LOOK_S`; from an answer True on the page is lost."""
        since_s = now_s - self._looked_s
        late_s = max(0.0, since_s - 2 * LOOK_S)
        if self.is_server_silent(now_s) and self._served_s is not None:
            late_s = max(late_s, min(since_s, now_s - self._served_s - 2 * LOOK_S))
        self._looked_s = now_s
        self._credit_s = min(MOST_CREDIT_S, self._credit_s + late_s)
        return now_s - self._heard_s > self._limit_s + self._credit_s
