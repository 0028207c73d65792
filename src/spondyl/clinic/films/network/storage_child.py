"""The receiving process: a DICOM storage SCP for known peers. It parses no film.

It runs apart from the clinic's server, within limits on memory and open files, and ends with its parent. What it
receives goes encrypted into the film store under the hash of its content; one line of JSON then tells the parent. Only
after both is the sender told that the film is safe.
"""

import copy
import json
import logging
import os
import resource
import signal
import socket
import sys
import threading
import warnings
from pathlib import Path
from typing import Any

from pynetdicom import AE, evt
from pynetdicom.association import Association
from pynetdicom.transport import AssociationSocket, RequestHandler, ThreadedAssociationServer

from spondyl.clinic.films.network.arrivals import Arrival, note_arrival
from spondyl.clinic.films.network.peers import DicomSettings, settings_from_json
from spondyl.clinic.films.store import MAX_FILM_BYTES, FilmStore
from spondyl.radiograph.limits import MIB

MAX_PDU_BYTES = 128 * 1024
"""What a peer is told, and the longest PDU that is read at all."""

MAX_ASSOCIATIONS = 8
MEMORY_BYTES = 3072 * MIB
QUIET_S = 30
OUT_OF_RESOURCES, NOT_AUTHORIZED, CANNOT_UNDERSTAND, SUCCESS = 0xA700, 0x0124, 0xC000, 0x0000

VERIFICATION = "1.2.840.10008.1.1"
FILMS = {
    "Computed Radiography": "1.2.840.10008.5.1.4.1.1.1",
    "Digital X-Ray, for presentation": "1.2.840.10008.5.1.4.1.1.1.1",
    "Digital X-Ray, for processing": "1.2.840.10008.5.1.4.1.1.1.1.1",
    "X-Ray Radiofluoroscopic": "1.2.840.10008.5.1.4.1.1.12.2",
    "Secondary Capture": "1.2.840.10008.5.1.4.1.1.7",
}
SYNTAXES = (
    "1.2.840.10008.1.2.1",
    "1.2.840.10008.1.2",
    "1.2.840.10008.1.2.1.99",
    "1.2.840.10008.1.2.2",
    "1.2.840.10008.1.2.4.50",
    "1.2.840.10008.1.2.4.51",
    "1.2.840.10008.1.2.4.57",
    "1.2.840.10008.1.2.4.70",
    "1.2.840.10008.1.2.4.80",
    "1.2.840.10008.1.2.4.81",
    "1.2.840.10008.1.2.4.90",
    "1.2.840.10008.1.2.4.91",
    "1.2.840.10008.1.2.5",
)

log = logging.getLogger(__name__)


class CappedSocket(AssociationSocket):
    """Reads no PDU longer than agreed and no film longer than allowed: pynetdicom would read what a header claims."""

    received = 0

    def recv(self, nr_bytes: int) -> bytearray:
        """As in pynetdicom; raises OSError, upon which the connection is closed."""
        self.received += nr_bytes
        if nr_bytes > MAX_PDU_BYTES:
            self._refuse(f"A PDU of {nr_bytes} bytes was announced; {MAX_PDU_BYTES} were agreed.")
        if self.received > 1.1 * MAX_FILM_BYTES:
            self._refuse(f"One film has more than {MAX_FILM_BYTES} bytes.")
        return super().recv(nr_bytes)

    def _refuse(self, why: str) -> None:
        self.received = 0
        log.warning("A connection from %s is closed. %s", self.assoc.requestor.address, why)
        raise OSError(why)


class KnownPeers(RequestHandler):
    """One connection, from an address that a known peer has."""

    @property
    def ae(self) -> AE:
        """The entity that expects the titles of the peers at this address."""
        server = self.server
        assert isinstance(server, KnownAddresses)
        return server.ae_for(self.client_address[0])

    def _create_association(self) -> Association:
        association = super()._create_association()
        # A second socket object would announce the connection twice, so this one changes its class.
        connection = association.dul.socket
        assert connection is not None
        connection.__class__ = CappedSocket
        self.request.settimeout(QUIET_S)
        return association


class KnownAddresses(ThreadedAssociationServer):
    """Closes a connection from any other address before a byte of it is read."""

    settings: DicomSettings

    def verify_request(self, request: Any, client_address: Any) -> bool:  # noqa: ARG002 (socketserver's signature)
        """True for the address of a known peer."""
        is_known = any(peer.address == client_address[0] for peer in self.settings.peers)
        if not is_known:
            log.warning("A connection from %s was closed: no known peer has this address.", client_address[0])
        return is_known

    def ae_for(self, address: str) -> AE:
        """The application entity that expects the titles of the peers at one address."""
        entity = copy.copy(self.ae)
        entity.require_calling_aet = [p.ae_title for p in self.settings.peers if p.address == address]
        return entity


def make_entity(settings: DicomSettings) -> AE:
    """Our application entity: stores radiographs, answers C-ECHO, nothing else."""
    entity = AE(ae_title=settings.ae_title)
    entity.require_called_aet = True
    entity.maximum_pdu_size = MAX_PDU_BYTES - 6
    entity.maximum_associations = MAX_ASSOCIATIONS
    entity.acse_timeout = entity.dimse_timeout = entity.network_timeout = QUIET_S
    for film in FILMS.values():
        entity.add_supported_context(film, list(SYNTAXES))
    entity.add_supported_context(VERIFICATION)
    return entity


def store_film(event: "evt.Event", store: FilmStore, tell: "Teller") -> int:
    """Answer one C-STORE: the film is on the disk, named by its hash, before success is said."""
    connection = event.assoc.dul.socket
    if isinstance(connection, CappedSocket):
        connection.received = 0
    content = event.encoded_dataset()
    if len(content) > MAX_FILM_BYTES:
        return OUT_OF_RESOURCES
    try:
        arrival = Arrival(sha256=store.put(content), size=len(content), sender=event.assoc.requestor.ae_title)
        note_arrival(store.folder, arrival)
    except OSError as error:
        log.error("A film cannot be kept: %s", error)
        return OUT_OF_RESOURCES
    tell(arrival)
    return SUCCESS


class Teller:
    """Tells the parent of an arrival: one line of JSON."""

    def __init__(self) -> None:
        self._lock = threading.Lock()

    def __call__(self, arrival: Arrival) -> None:
        """Write the line."""
        with self._lock:
            print(json.dumps({"arrived": arrival.sha256}), flush=True)


def main() -> None:
    """Serve until the standard input closes. Its first line holds the settings, the folder and the key."""
    begin = json.loads(sys.stdin.readline())
    settings = settings_from_json(begin["settings"])
    store = FilmStore(folder=Path(begin["folder"]), key=bytes.fromhex(begin["key"]))
    _restrict()
    for library in ("pynetdicom", "pydicom"):
        logging.getLogger(library).setLevel(logging.CRITICAL)
    warnings.simplefilter("ignore")  # what a peer writes into its fields is no warning to the clinic
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="%(name)s: %(message)s")
    server = make_entity(settings).make_server(
        (settings.address, settings.port),
        evt_handlers=[(evt.EVT_C_STORE, store_film, [store, Teller()])],
        server_class=KnownAddresses,
        request_handler=KnownPeers,
    )
    assert isinstance(server, KnownAddresses) and server.socket is not None
    server.settings = settings
    threading.Thread(target=_end_with_the_parent, daemon=True).start()
    print(json.dumps({"port": server.socket.getsockname()[1]}), flush=True)
    server.serve_forever(poll_interval=0.2)


def _restrict() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    socket.setdefaulttimeout(QUIET_S)


def _end_with_the_parent() -> None:
    sys.stdin.read()
    os._exit(0)


if __name__ == "__main__":
    main()
