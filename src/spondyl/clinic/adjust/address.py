"""Where an instrument is, as a person writes it: ``tcp://host:port`` or ``serial:///dev/name``."""

from urllib.parse import urlsplit


class AddressError(ValueError):
    """An address that is not one."""

    def __init__(self, address: str) -> None:
        super().__init__(f"{address} is not an address; write tcp://host:port or serial:///dev/name.")


def tcp_place(address: str) -> tuple[str, int] | None:
    """Host and port of a TCP address; None for any other words.

    >>> tcp_place("tcp://[::1]:7000"), tcp_place("tcp://[::1:7000"), tcp_place("tcp://bench:70000")
    (('::1', 7000), None, None)
    """
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return None
    return (parts.hostname, port) if parts.scheme == "tcp" and parts.hostname and port else None
