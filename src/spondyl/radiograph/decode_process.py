"""The parent's handle on a decoding process: start it, ask it, kill it."""

import contextlib
import dataclasses
import json
import os
import signal
import socket
import subprocess
import sys
import time
import weakref
from pathlib import Path

from spondyl.radiograph.decode_child import EXIT_OUT_OF_MEMORY
from spondyl.radiograph.errors import FilmRefused, Refusal
from spondyl.radiograph.film import Radiograph
from spondyl.radiograph.film_message import (
    ChannelClosedError,
    film_from_message,
    receive_message,
    refusal_from_message,
    send_message,
)
from spondyl.radiograph.limits import DecodeLimits

START_S = 60.0
"""How long a decoding process may take to start on a busy machine."""

REAP_S = 5.0
"""How long to wait for a killed process: one stuck in a network file system cannot die, and must not hold us."""

_PACKAGE_ROOT = str(Path(__file__).resolve().parents[2])
# -P: a folder of films must not offer its own "numpy.py". The root is appended, so it shadows nothing.
_START = "import sys; sys.path.append(sys.argv[1]); from spondyl.radiograph.decode_child import main; main()"


class DecodeProcess:
    """One running decoding process. It may be used by one thread at a time, in the process that started it."""

    def __init__(self, limits: DecodeLimits) -> None:
        self._limits = limits
        self._ready = False
        self.films = 0
        self._channel, theirs = socket.socketpair()
        lifeline_read, self._lifeline = os.pipe()
        try:
            self._process = _start(theirs.fileno(), lifeline_read, limits)
        finally:
            theirs.close()
            os.close(lifeline_read)
        self._finalizer = weakref.finalize(
            self, _stop, self._process, self._channel, self._lifeline, os.getpid()
        )

    @property
    def pid(self) -> int:
        """The process's id."""
        return self._process.pid

    @property
    def is_alive(self) -> bool:
        """Whether the process runs and its channel is open."""
        return self._finalizer.alive and self._process.poll() is None

    @property
    def is_open(self) -> bool:
        """Whether the process was neither stopped nor abandoned."""
        return self._finalizer.alive

    def stop(self) -> None:
        """Kill the process and wait for its end."""
        self._finalizer()

    def abandon(self) -> None:
        """Forget the process without touching it: this is a forked copy, and the process belongs to the original."""
        self._finalizer.detach()
        self._process.returncode = 0
        self._channel.close()
        os.close(self._lifeline)

    def read(self, path: Path) -> Radiograph:
        """Have one film decoded. Raises FilmRefused; after anything but a plain answer the process is stopped."""
        self.films += 1
        try:
            message, body = self._ask(path)
            if "refusal" in message:
                raise refusal_from_message(message)
            return film_from_message(message, body)
        except FilmRefused:
            raise
        except TimeoutError:
            self.stop()
            raise _out_of_time(path, f"{self._limits.wall_s:g} seconds") from None
        except (ChannelClosedError, ConnectionError, ValueError, KeyError, TypeError, RecursionError):
            raise self._post_mortem(path) from None
        except BaseException:
            self.stop()  # an interrupted answer would be taken for the next film's
            raise

    def _ask(self, path: Path) -> "tuple[dict[str, object], bytearray]":
        if not self._ready:
            receive_message(self._channel, deadline=time.monotonic() + START_S)
            self._ready = True
        deadline = time.monotonic() + self._limits.wall_s
        self._channel.settimeout(self._limits.wall_s)
        send_message(self._channel, {"path": str(path)})
        return receive_message(self._channel, max_body_bytes=2 * self._limits.max_pixels, deadline=deadline)

    def _post_mortem(self, path: Path) -> FilmRefused:
        """Why the process ended, from the way it ended."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=1.0)
        code = self._process.returncode
        self.stop()
        if code == EXIT_OUT_OF_MEMORY:
            return _out_of_memory(path)
        if code == -signal.SIGXCPU:
            return _out_of_time(path, f"{self._limits.cpu_s} processor seconds")
        return _died(path, code)


def _start(channel_fd: int, lifeline_fd: int, limits: DecodeLimits) -> "subprocess.Popen[bytes]":
    arguments = [_PACKAGE_ROOT, str(channel_fd), str(lifeline_fd), json.dumps(dataclasses.asdict(limits))]
    return subprocess.Popen(
        [sys.executable, "-P", "-W", "ignore", "-c", _START, *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        pass_fds=(channel_fd, lifeline_fd),
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
    )


def _stop(process: "subprocess.Popen[bytes]", channel: socket.socket, lifeline: int, owner: int) -> None:
    if os.getpid() != owner:
        return
    process.kill()
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(timeout=REAP_S)
    channel.close()
    os.close(lifeline)


def _out_of_time(path: Path, limit: str) -> FilmRefused:
    return FilmRefused(
        Refusal.TIME_LIMIT,
        what=f"{path.name} took longer than {limit} to decode and was stopped.",
        why="Damaged films can keep a decoder busy for ever; a very large film on a busy machine can take long.",
        do="Export the film again; if it is sound, raise the limit in DecodeLimits.",
    )


def _out_of_memory(path: Path) -> FilmRefused:
    return FilmRefused(
        Refusal.MEMORY_LIMIT,
        what=f"{path.name} needs more memory than a film may take.",
        why="The decoding process ran out of its memory limit.",
        do="Export the film again; for a very large film raise DecodeLimits.memory_bytes.",
    )


def _died(path: Path, code: int | None) -> FilmRefused:
    return FilmRefused(
        Refusal.DECODER_DIED,
        what=f"The decoder died on {path.name}.",
        why=f"The decoding process {_ending(code)}; damaged films and a machine short of memory do this.",
        do="Export or copy the film again, and try it alone.",
    )


def _ending(code: int | None) -> str:
    if code is None:
        return "gave an answer that makes no sense"
    if code < 0:
        return f"was ended by signal {signal.Signals(-code).name}"
    return f"ended with exit code {code}"
