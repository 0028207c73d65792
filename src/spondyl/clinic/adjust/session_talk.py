"""What the server and the process of a session say to each other, over three pipes.

``commands``: from the server, answered. ``news``: from the session, never waited for by it while it runs. ``lane``:
beats, signs of life and the stop from the server, behind nothing else.
"""

from dataclasses import dataclass

from spondyl.clinic.adjust.answers import Proposal
from spondyl.clinic.adjust.live_session import Finished
from spondyl.clinic.adjust.live_watch import Watched
from spondyl.treatment.adjustment import Replay

BEAT, ALIVE, STOP = b"b", b"a", b"s"
"""First byte of what goes by the lane: the page beats, the server lives, stop (by whom follows in UTF-8)."""

MOST_LANE_BYTES = 1024
"""Short enough that the system writes it whole or not at all, from any thread, without a lock."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pain:
    """The patient's word, 0 to 10."""

    number: int
    pain: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Dose:
    """The clinician's word on the dose ``proposal``; None asks only whether it waits, and what it is."""

    number: int
    proposal: int
    accepts: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """The end of the session is in the chart."""


Command = Pain | Dose | Kept


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """The process has started and hears what is said to it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """The answer to the command of this number; ``refused`` says why it was not taken."""

    number: int
    proposal: Proposal | None = None
    refused: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Frames:
    """New frames of the feed."""

    frames: tuple[bytes, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stopped:
    """The session was stopped, by whom."""

    by: str


News = Ready | Said | Frames | Stopped | Watched | Finished | Replay
