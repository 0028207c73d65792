"""The decoding process: reads films for its parent, one after another, within limits, and never outlives it.

It is started by :mod:`spondyl.radiograph.decode_process`. Decoders are C libraries that meet hostile bytes; when one
loops, swells or crashes, only this process is lost.
"""

import fcntl
import json
import os
import resource
import signal
import socket
import sys
from pathlib import Path

from spondyl.radiograph.decode import decode_file
from spondyl.radiograph.errors import FilmRefused
from spondyl.radiograph.film_message import (
    ChannelClosedError,
    film_message,
    receive_message,
    refusal_message,
    send_message,
)
from spondyl.radiograph.limits import DecodeLimits

EXIT_OUT_OF_MEMORY = 77


def main() -> None:
    """Serve films until the channel closes. Arguments: package root, channel, lifeline, limits as JSON."""
    channel_fd, lifeline_fd = int(sys.argv[2]), int(sys.argv[3])
    limits = DecodeLimits(**json.loads(sys.argv[4]))
    _end_with_the_parent(lifeline_fd)
    _restrict(limits)
    _warm_up()
    try:
        with socket.socket(fileno=channel_fd) as channel:
            send_message(channel, {"ready": True})
            while True:
                _serve(channel, limits)
    except (ChannelClosedError, ConnectionError):
        os._exit(0)
    except MemoryError:
        os._exit(EXIT_OUT_OF_MEMORY)


def _serve(channel: socket.socket, limits: DecodeLimits) -> None:
    request, _ = receive_message(channel)
    _allow_cpu(limits.cpu_s)
    try:
        message, pixels = film_message(decode_file(Path(request["path"]), limits))
    except FilmRefused as refused:
        send_message(channel, refusal_message(refused))
    else:
        send_message(channel, message, pixels)


def _end_with_the_parent(lifeline_fd: int) -> None:
    """Let the kernel end this process when the parent's end of the pipe closes, even inside a C library's loop."""
    fcntl.fcntl(lifeline_fd, fcntl.F_SETOWN, os.getpid())
    flags = fcntl.fcntl(lifeline_fd, fcntl.F_GETFL)
    signal.signal(signal.SIGIO, signal.SIG_DFL)
    fcntl.fcntl(lifeline_fd, fcntl.F_SETFL, flags | os.O_ASYNC)


def _restrict(limits: DecodeLimits) -> None:
    # Ctrl-C in a terminal reaches the whole group; the parent decides what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (limits.memory_bytes, limits.memory_bytes))


def _allow_cpu(cpu_s: int) -> None:
    used = resource.getrusage(resource.RUSAGE_SELF)
    soft = int(used.ru_utime + used.ru_stime) + 1 + cpu_s
    resource.setrlimit(resource.RLIMIT_CPU, (soft, resource.getrlimit(resource.RLIMIT_CPU)[1]))


def _warm_up() -> None:
    """Load what every film needs before saying "ready"; pydicom waits for the first DICOM film."""
    import PIL.Image  # noqa: F401  # pyright: ignore[reportUnusedImport]
