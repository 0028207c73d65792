"""Hostile DICOM against a served clinic by upload and C-STORE: is it up, what is refused, where is written?

    python benchmarks/hostile_dicom.py [--json]

A clinic of its own is served on loopback in a folder of its own. Each hostile file is uploaded, and stored
by network under a UID that is a path; raw connections send oversized PDUs and garbage, unknown titles call. After each
the health page must answer, and an honest film must be received at the end.
"""

import argparse
import json
import multiprocessing
import re
import socket
import struct
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import httpx

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from dicom_peers import free_port, send_raw, storescu
from hostile_films import TRAVERSAL, hostile_films, syntax_of
from viewer_frames import make_small_film, prepare_clinic, serve_with, wait_for

MARK = Path("/tmp/spondyl-was-here")
READ_S = 240


class Clinic:
    """The served clinic as a hostile sender sees it."""

    def __init__(self, *, web: int, dicom: int, token: str, patient_id: str, data: Path) -> None:
        self.web, self.dicom, self.patient_id, self.data = web, dicom, patient_id, data
        self.client = httpx.Client(
            base_url=f"http://127.0.0.1:{web}", cookies={"spondyl_session": token}, timeout=60
        )

    def is_up(self) -> bool:
        """Whether the health page answers at once."""
        return self.client.get("/health").status_code == 200

    def upload(self, name: str, content: bytes) -> int:
        """The status of an upload."""
        page = self.client.get("/today").text
        token = re.search(r'<meta name="csrf" content="([0-9a-f]+)"', page)
        assert token
        sent = self.client.post(
            f"/patients/{self.patient_id}/films", data={"csrf": token[1]}, files={"film": (name, content)}
        )
        return sent.status_code

    def refusals(self) -> list[str]:
        """Every refusal in words, once all is read."""
        end = time.monotonic() + READ_S
        addresses = (f"/patients/{self.patient_id}/films", "/films")
        while time.monotonic() < end:
            pages = [self.client.get(address).text for address in addresses]
            if not any("<progress" in page for page in pages):
                break
            time.sleep(0.5)
        found = [re.findall(r"<strong>Refused:</strong> ([^<]*)<", page) for page in pages]
        return [" ".join(text.split()) for texts in found for text in texts]

    def connect(self, payload: bytes) -> bool:
        """Whether a raw connection that sent this was ended by the receiver within ten seconds."""
        with socket.create_connection(("127.0.0.1", self.dicom), timeout=10) as line:
            try:
                line.sendall(payload)
                while line.recv(65536):
                    pass
            except (ConnectionError, BrokenPipeError):
                return True
            except TimeoutError:
                return False
        return True


def files_outside(clinic: Clinic) -> list[str]:
    """Files below the data folder that are neither the store's nor the clinic's own; and the mark of a traversal."""
    own = ("chart.db", "films", "incoming", "phantom", "audit-anchor")
    found = [
        str(path.relative_to(clinic.data))
        for path in clinic.data.rglob("*")
        if path.is_file() and not path.relative_to(clinic.data).parts[0].startswith(own)
    ]
    strange = [
        str(path) for path in (clinic.data / "films").rglob("*") if path.is_file() and not _is_ours(path)
    ]
    return found + strange + ([str(MARK)] if MARK.exists() else [])


def _is_ours(path: Path) -> bool:
    return re.fullmatch(r"[0-9a-f]{64}\.(film|json)", path.name) is not None


def attack(clinic: Clinic, honest: Path, folder: Path) -> dict[str, Any]:
    """Everything once; what happened."""
    hostile = hostile_films(folder)
    rows: list[dict[str, Any]] = []
    for name, content in hostile.items():
        status = clinic.upload(f"../../../../{name}.dcm", content)
        rows.append({"trick": name, "by": "upload", "answer": status, "up": clinic.is_up()})
    for name, content in hostile.items():
        if content[128:132] == b"DICM":
            said = send_raw(content, port=clinic.dicom, syntax=syntax_of(name), sop_uid=TRAVERSAL)
            rows.append({"trick": name, "by": "C-STORE", "answer": said, "up": clinic.is_up()})
    raw = {
        "PDU of 4 GB announced": struct.pack(">BBL", 1, 0, 0xFFFFFFF0) + bytes(200_000),
        "PDU one byte too long": struct.pack(">BBL", 1, 0, 128 * 1024 + 1) + bytes(200_000),
        "HTTP": b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
        "noise": bytes(range(256)) * 400,
        "abort at once": b"\x07\0\0\0\0\x04\0\0\0\0",
    }
    for name, payload in raw.items():
        rows.append({"trick": name, "by": "socket", "answer": clinic.connect(payload), "up": clinic.is_up()})
    for calling, called in (("STRANGER", "SPONDYL"), ("XRAY1", "WRONG")):
        said = storescu(honest, port=clinic.dicom, calling=calling, called=called)
        rows.append(
            {
                "trick": f"{calling} to {called}",
                "by": "C-STORE",
                "answer": said.split()[0],
                "up": clinic.is_up(),
            }
        )
    received = storescu(honest, port=clinic.dicom).split()[0] == "0"
    return {"rows": rows, "refusals": clinic.refusals(), "honest_film_received_after_all": received}


def main() -> None:
    """Run and print; exit code 1 when anything was down or written outside."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    MARK.unlink(missing_ok=True)
    with tempfile.TemporaryDirectory() as data, tempfile.TemporaryDirectory() as scratch:
        token, patient_id = prepare_clinic(Path(data))
        web, dicom = free_port(), free_port()
        server = multiprocessing.get_context("spawn").Process(
            target=serve_with, args=(Path(data), web, dicom)
        )
        server.start()
        try:
            wait_for(web)
            clinic = Clinic(web=web, dicom=dicom, token=token, patient_id=patient_id, data=Path(data))
            result = attack(clinic, make_small_film(Path(scratch)), Path(scratch))
            result["written_outside"] = files_outside(clinic)
        finally:
            server.terminate()
            server.join()
    result["always_up"] = all(row["up"] for row in result["rows"])
    print(json.dumps(result, indent=None if options.json else 1))
    ok = result["always_up"] and not result["written_outside"] and result["honest_film_received_after_all"]
    sys.exit(0 if ok else 1)


if __name__ == "__main__":
    main()
