"""Send a structured report back to the PACS by C-STORE."""

import io
import logging
import socket
import time
from dataclasses import dataclass

from spondyl.clinic.films.network.peers import Peer

QUIET_S = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What became of a report: ``is_kept`` when the peer said so; ``words`` tells a person, and what to do."""

    is_kept: bool
    words: str


def send_report(report: bytes, peer: Peer, *, ae_title: str) -> Sent:
    """Send one of our own DICOM files to a peer. Every failure is an answer, none an exception."""
    from pydicom import dcmread
    from pydicom.uid import ImplicitVRLittleEndian
    from pynetdicom import AE

    if not _answers(peer):
        return Sent(is_kept=False, words=_not_reached(peer, False))
    document = dcmread(io.BytesIO(report))
    entity = AE(ae_title=ae_title)
    entity.acse_timeout = entity.dimse_timeout = entity.network_timeout = QUIET_S
    entity.connection_timeout = QUIET_S
    # Implicit VR little endian is what every peer understands, and must be offered (PS3.5, 10.1).
    syntaxes = dict.fromkeys([document.file_meta.TransferSyntaxUID, ImplicitVRLittleEndian])
    entity.add_requested_context(document.SOPClassUID, list(syntaxes))
    logging.getLogger("pynetdicom").setLevel(logging.CRITICAL)
    begun_s = time.monotonic()
    association = entity.associate(peer.address, peer.port or 0, ae_title=peer.ae_title)
    if not association.is_established:
        # Some hang up instead of rejecting, and a rejection can be lost when the line is closed right behind it.
        hung_up = association.is_rejected or time.monotonic() - begun_s < QUIET_S
        return Sent(is_kept=False, words=_not_reached(peer, hung_up))
    try:
        status = association.send_c_store(document)
    except (RuntimeError, ValueError) as error:
        return Sent(is_kept=False, words=f"{peer.ae_title} does not take structured reports: {error}.")
    finally:
        association.release()
    return _answer(peer, status.get("Status") if status else None)


def _answers(peer: Peer) -> bool:
    """Whether anything listens there; pynetdicom leaves its socket open when nothing does."""
    try:
        with socket.create_connection((peer.address, peer.port or 0), timeout=QUIET_S):
            return True
    except OSError:
        return False


def _not_reached(peer: Peer, has_refused: bool) -> str:
    place = f"{peer.ae_title} at {peer.address}:{peer.port}"
    if has_refused:
        return f"{place} refused the connection. Enter Spondyl's AE title and address there, then send again."
    return f"{place} does not answer. Check that it runs and that the network lets Spondyl reach it, then send again."


def _answer(peer: Peer, status: int | None) -> Sent:
    if status == 0 or (status is not None and status & 0xF000 == 0xB000):
        return Sent(is_kept=True, words=f"{peer.ae_title} has kept the report.")
    said = "gave no answer" if status is None else f"answered with status 0x{status:04X}"
    return Sent(is_kept=False, words=f"{peer.ae_title} {said}. The report is safe here; send it again later.")
