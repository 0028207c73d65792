"""Films that came by the network and that the chart does not know yet: one small file each, so that none is lost."""

import contextlib
import json
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from spondyl.atomic_file import write_whole

FOLDER = "arrivals"


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """A stored film that came from ``sender`` (an AE title); ``size`` in bytes."""

    sha256: str
    size: int
    sender: str

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[0-9a-f]{64}", self.sha256):
            raise ValueError(f"{self.sha256[:80]!r} is no SHA-256.")


def note_arrival(folder: Path, arrival: Arrival) -> None:
    """Write the note of an arrival, whole and flushed to the disk."""
    place = folder / FOLDER
    place.mkdir(parents=True, exist_ok=True, mode=0o700)
    write_whole(place / f"{arrival.sha256}.json", json.dumps(asdict(arrival)).encode())


def waiting_arrivals(folder: Path) -> Iterator[Arrival]:
    """The notes that lie there."""
    for path in sorted((folder / FOLDER).glob("*.json")):
        with contextlib.suppress(FileNotFoundError, ValueError, TypeError):
            yield Arrival(**json.loads(path.read_text()))


def forget_arrival(folder: Path, arrival: Arrival) -> None:
    """The chart knows the film: take the note away."""
    (folder / FOLDER / f"{arrival.sha256}.json").unlink(missing_ok=True)
