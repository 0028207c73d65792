"""What a page is told of a session while it runs: events and blocks of measurements, in one numbered row of frames.

A frame is 16 bytes, then its payload, then zeros up to a multiple of 8: kind and payload length as unsigned 32-bit
integers and a number as a 64-bit float, little-endian. Kind 1 is an event (JSON; the number counts events), kind 2 a
block of measurements (float32, channel after channel; the number is that of its first sample, in milliseconds of the
instrument's clock), kind 3 has no payload and says how many frames this reader lost; 0 of them is a sign of life.
"""

import json
import struct
from collections import deque
from collections.abc import Iterable
from math import isfinite
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

HEAD = struct.Struct("<IId")
EVENT, BLOCK, LOST = 1, 2, 3
SIGN_OF_LIFE = HEAD.pack(LOST, 0, 0.0)
CHANNELS = ("force", "acceleration", "preload", "cap", "commanded", "segment impulse", "impulse", "pulses")
_END = b'{"kind":"end"'
KEPT_FRAMES = 4096
"""Blocks older than these are forgotten; a page that reads so late is told how many frames it lost."""


class Feed:
    """Written by the session, read by pages at their own pace; neither waits for the other."""

    def __init__(self, *, kept: int = KEPT_FRAMES) -> None:
        self._frames: deque[bytes] = deque(maxlen=kept)
        self._written = 0
        self._events = 0
        self._is_over = False
        self._has_told_end = False
        self._lock = Lock()

    @property
    def has_told_end(self) -> bool:
        """Whether the end was told: it is kept by then."""
        return self._has_told_end

    @property
    def is_over(self) -> bool:
        """Whether nothing more comes."""
        return self._is_over

    def event(self, kind: str, **values: Any) -> None:
        """Tell something: JSON with the key ``kind``, null for what is no number."""
        said = _said({"kind": kind, **values})
        text = json.dumps(said, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
        with self._lock:
            self._add(EVENT, self._events, text.encode())
            self._events += 1
        self._has_told_end = self._has_told_end or kind == "end"

    def block(self, first_ms: int, values: NDArray[np.float32]) -> None:
        """Measurements, shape (channels, samples), 1 ms apart from ``first_ms``; NaN where nothing was measured."""
        with self._lock:
            self._add(BLOCK, first_ms, values.astype("<f4").tobytes())

    def take(self, frames: Iterable[bytes]) -> None:
        """Frames that another feed made, as they are."""
        with self._lock:
            for frame in frames:
                self._frames.append(frame)
                self._written += 1
                self._has_told_end = self._has_told_end or frame.startswith(_END, HEAD.size)

    def close(self) -> None:
        """Nothing more comes."""
        self._is_over = True

    def after(self, read: int) -> tuple[int, int, bytes]:
        """What was written after the first ``read`` frames: how many there are now, how many of them are lost to this
        reader, and the bytes of the rest."""
        written, lost, frames = self.frames_after(read)
        return written, lost, b"".join(frames)

    def frames_after(self, read: int) -> tuple[int, int, list[bytes]]:
        """The same, frame by frame."""
        with self._lock:
            fresh = self._written - read
            kept = min(fresh, len(self._frames))
            frames = list(self._frames)[len(self._frames) - kept :] if kept else []
            return self._written, fresh - kept, frames

    def _add(self, kind: int, number: float, payload: bytes) -> None:
        padding = bytes(-len(payload) % 8)
        self._frames.append(HEAD.pack(kind, len(payload), number) + payload + padding)
        self._written += 1


def _said(value: Any) -> Any:
    """No reader of JSON knows NaN or infinity."""
    if isinstance(value, dict):
        return {key: _said(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_said(one) for one in value]
    return None if isinstance(value, float) and not isfinite(value) else value
