"""Who may send films, and where reports go back to."""

import ipaddress
import re
from dataclasses import dataclass
from typing import Any

AE_TITLE = re.compile(r"[A-Za-z0-9_.\- ]{1,16}")


def check_ae_title(title: str) -> None:
    """Raise ValueError for what is no application entity title (1 to 16 plain characters)."""
    if not AE_TITLE.fullmatch(title) or title != title.strip():
        raise ValueError(
            f"The AE title is {title!r}; it must have 1 to 16 letters, digits, spaces, dots, - or _."
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """One device or PACS: AE title *and* address must fit. ``port`` is where it listens; None: it only sends."""

    ae_title: str
    address: str
    port: int | None = None

    def __post_init__(self) -> None:
        check_ae_title(self.ae_title)
        try:
            ipaddress.ip_address(self.address)
        except ValueError:
            raise ValueError(
                f"The address of {self.ae_title} is {self.address!r}; give its IP address, not its name: a name can be "
                "made to lead elsewhere."
            ) from None
        if self.port is not None and not 0 < self.port < 65536:
            raise ValueError(f"The port of {self.ae_title} is {self.port}; it must lie between 1 and 65535.")


@dataclass(frozen=True, slots=True, kw_only=True)
class DicomSettings:
    """How films come by DICOM. Without a known peer nothing listens.

    ``port`` 0 takes a free one. ``reports_to`` is the AE title of the peer that signed reports are sent to.
    """

    ae_title: str = "SPONDYL"
    address: str = "0.0.0.0"
    port: int = 11112
    peers: tuple[Peer, ...] = ()
    reports_to: str | None = None

    def __post_init__(self) -> None:
        check_ae_title(self.ae_title)
        titles = [peer.ae_title for peer in self.peers if peer.port is not None]
        if self.reports_to is not None and self.reports_to not in titles:
            raise ValueError(
                f"Reports go to {self.reports_to!r}, which is no known peer with a port. Known: {titles or 'none'}."
            )

    @property
    def listens(self) -> bool:
        """True when somebody may send films."""
        return bool(self.peers)

    def peer(self, ae_title: str) -> Peer | None:
        """The peer of that title that listens itself."""
        return next((one for one in self.peers if one.ae_title == ae_title and one.port is not None), None)


def parse_peer(text: str) -> Peer:
    """A peer written as ``TITLE@ADDRESS`` or ``TITLE@ADDRESS:PORT`` (IPv6 addresses in brackets before a port).

    >>> parse_peer("XRAY1@192.168.1.20")
    Peer(ae_title='XRAY1', address='192.168.1.20', port=None)
    """
    found = re.fullmatch(
        r"([^@]+)@(?:\[([0-9a-fA-F:.]+)\]|([0-9.]+|[0-9a-fA-F:]+?))(?::(\d{1,5}))?", text.strip()
    )
    if found is None:
        raise ValueError(f"{text!r} is no DICOM peer; write TITLE@ADDRESS or TITLE@ADDRESS:PORT.")
    title, bracketed, plain, port = found.groups()
    return Peer(ae_title=title, address=bracketed or plain, port=int(port) if port else None)


def settings_from_json(saved: dict[str, Any]) -> DicomSettings:
    """The settings that ``dataclasses.asdict`` wrote."""
    values: dict[str, Any] = {**saved, "peers": tuple(Peer(**peer) for peer in saved["peers"])}
    return DicomSettings(**values)
