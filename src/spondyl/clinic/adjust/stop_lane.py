"""The stop on its own way to an instrument behind an address, past the session's link and its queue."""

import socket
from threading import Thread

from spondyl.clinic.adjust.address import tcp_place
from spondyl.instrument.protocol import STOP_BYTES

REACH_S = 0.5


def send_stop(address: str | None) -> None:
    """Send the stop over a link of its own, beside the caller; without an address there is no other way to go.

    Anybody may stop an instrument; only who said HELLO first commands it (docs/reference/instrument-protocol.md).
    """
    if at := tcp_place(address or ""):
        Thread(target=_send, args=at, daemon=True).start()


def _send(host: str, port: int) -> None:
    try:
        with socket.create_connection((host, port), timeout=REACH_S) as link:
            link.sendall(STOP_BYTES)
            # Let the instrument read before the link closes.
            link.settimeout(REACH_S)
            link.recv(1)
    except OSError:
        # The session's own link carries the stop too, and without any link the watchdog takes the force away.
        return
