"""A radiograph as a message between the decoding process and its parent: plain JSON and raw pixels, no pickles.

The decoding process handles hostile bytes, so its parent believes nothing that cannot be checked.
"""

import dataclasses
import json
import socket
import struct
import time
from datetime import date
from typing import Any

import numpy as np

from spondyl.anatomy import ImageSide, View
from spondyl.provenance import Provenance
from spondyl.radiograph.errors import FilmRefused, Refusal
from spondyl.radiograph.film import FilmHeader, Radiograph, SpacingSource

Message = dict[str, Any]

DATES = ("study_date", "birth_date")
MAX_TEXT_BYTES = 1024 * 1024
_LENGTHS = struct.Struct("<IQ")


class ChannelClosedError(Exception):
    """The other side is gone."""


def send_message(channel: socket.socket, message: Message, body: "memoryview | bytes" = b"") -> None:
    """Send one message with its raw bytes."""
    text = json.dumps(message).encode()
    channel.sendall(_LENGTHS.pack(len(text), memoryview(body).nbytes) + text)
    channel.sendall(body)


def receive_message(
    channel: socket.socket, *, max_body_bytes: int = 0, deadline: float | None = None
) -> tuple[Message, bytearray]:
    """Receive one message. ``deadline`` is a :func:`time.monotonic` moment; TimeoutError after it.

    Raises ChannelClosedError when the other side is gone, or sends what cannot be a message.
    """
    lengths = _receive(channel, _LENGTHS.size, deadline)
    text_bytes, body_bytes = _LENGTHS.unpack(lengths)
    if text_bytes > MAX_TEXT_BYTES or body_bytes > max_body_bytes:
        raise ChannelClosedError(f"A message of {text_bytes} + {body_bytes} bytes is larger than agreed.")
    text = _receive(channel, text_bytes, deadline)
    return json.loads(text), _receive(channel, body_bytes, deadline)


def _receive(channel: socket.socket, count: int, deadline: float | None) -> bytearray:
    buffer = bytearray(count)
    view = memoryview(buffer)
    while view:
        if deadline is not None:
            channel.settimeout(max(deadline - time.monotonic(), 1e-3))
        try:
            got = channel.recv_into(view)
        except ConnectionError as error:
            raise ChannelClosedError(str(error)) from error
        if not got:
            raise ChannelClosedError("The channel was closed.")
        view = view[got:]
    return buffer


def film_message(film: Radiograph) -> tuple[Message, memoryview]:
    """The message that carries ``film``."""
    header = dataclasses.asdict(film.header)
    for name in DATES:
        header[name] = header[name].isoformat() if header[name] else None
    message: Message = {
        "dtype": film.pixels.dtype.name,
        "shape": film.pixels.shape,
        "spacing_mm": film.spacing_mm,
        "spacing_source": film.spacing_source.name,
        "view": film.view.name,
        "image_left": film.image_left.name,
        "sop_uid": film.sop_uid,
        "sha256": film.sha256,
        "header": header,
        "method": film.provenance.method,
        "inputs": film.provenance.inputs,
        "notes": film.notes,
    }
    return message, np.ascontiguousarray(film.pixels).data.cast("B")


def film_from_message(message: Message, body: bytearray) -> Radiograph:
    """The radiograph that ``message`` carries."""
    rows, columns = message["shape"]
    pixels = _pixels(body, message["dtype"]).reshape(rows, columns)
    pixels.flags.writeable = False
    spacing_mm = message["spacing_mm"]
    return Radiograph(
        pixels=pixels,
        spacing_mm=None if spacing_mm is None else (float(spacing_mm[0]), float(spacing_mm[1])),
        spacing_source=SpacingSource[message["spacing_source"]],
        view=View[message["view"]],
        image_left=ImageSide[message["image_left"]],
        sop_uid=message["sop_uid"],
        sha256=message["sha256"],
        header=header_from_message(message["header"]),
        provenance=Provenance(method=message["method"], inputs=tuple(message["inputs"])),
        notes=tuple(message["notes"]),
    )


def header_from_message(saved: Message) -> FilmHeader:
    """The header that a message carries."""
    values: dict[str, Any] = dict(saved)
    for name in DATES:
        values[name] = date.fromisoformat(values[name]) if values[name] else None
    return FilmHeader(**values)


def _pixels(body: bytearray, depth: str) -> Any:
    if depth not in ("uint8", "uint16"):
        raise ValueError(f"Pixels of type {depth} are not agreed.")
    return np.frombuffer(body, dtype=np.dtype(depth))


def refusal_message(refused: FilmRefused) -> Message:
    """The message that carries a refusal."""
    return {"refusal": refused.refusal.name, "what": refused.what, "why": refused.why, "do": refused.do}


def refusal_from_message(message: Message) -> FilmRefused:
    """The refusal that ``message`` carries."""
    return FilmRefused(
        Refusal[message["refusal"]], what=message["what"], why=message["why"], do=message["do"]
    )
