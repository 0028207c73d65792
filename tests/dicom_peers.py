"""Real DICOM peers for tests: dcmtk's storescu, and Orthanc as a PACS on loopback."""

import io
import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pynetdicom import AE
from pynetdicom.dimse_primitives import C_STORE

from hostile_films import DX


def dcmtk(name: str) -> str:
    """The path of one of dcmtk's programs: in an active venv pynetdicom's of the same names come first."""
    path = os.pathsep.join(one for one in os.get_exec_path() if Path(one) != Path(sys.executable).parent)
    program = shutil.which(name, path=path)
    assert program, "dcmtk is missing: apt-get install dcmtk"
    return program


def storescu(
    path: Path, *, port: int, calling: str = "XRAY1", called: str = "SPONDYL", syntax: str = ""
) -> str:
    """Send a file with dcmtk; what it said, beginning with its exit code."""
    options = [syntax] if syntax else []
    done = subprocess.run(
        [
            dcmtk("storescu"),
            "-v",
            *options,
            "-aet",
            calling,
            "-aec",
            called,
            "127.0.0.1",
            str(port),
            str(path),
        ],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return f"{done.returncode} {done.stdout}{done.stderr}"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass(frozen=True, slots=True, kw_only=True)
class Orthanc:
    """A running Orthanc."""

    web: int
    dicom: int

    def ask(self, path: str, body: Any = None, *, method: str | None = None) -> Any:
        """A request to its REST interface, a text body as it is: JSON, or bytes for files."""
        data = body.encode() if isinstance(body, str) else None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"http://127.0.0.1:{self.web}{path}", data, method=method)
        with urllib.request.urlopen(request, timeout=30) as answer:
            content = answer.read()
            return json.loads(content) if "json" in answer.headers["Content-Type"] else content


@contextmanager
def orthanc(folder: Path, *, spondyl_port: int = 104, plugins: tuple[str, ...] = ()) -> Iterator[Orthanc]:
    """Orthanc in a folder of its own, with Spondyl as a known modality; stopped by its process id."""
    program = shutil.which("Orthanc") or "/usr/sbin/Orthanc"
    web, dicom = free_port(), free_port()
    settings = {
        "Name": "PACS",
        "StorageDirectory": str(folder / "storage"),
        "IndexDirectory": str(folder / "index"),
        "HttpPort": web,
        "DicomPort": dicom,
        "DicomAet": "PACS",
        "RemoteAccessAllowed": False,
        "AuthenticationEnabled": False,
        "DicomCheckCalledAet": True,
        "DicomModalities": {"spondyl": ["SPONDYL", "127.0.0.1", spondyl_port]},
        "DicomAlwaysAllowStore": False,
        "Plugins": list(plugins),
    }
    file = folder / "orthanc.json"
    file.write_text(json.dumps(settings))
    with (folder / "orthanc.log").open("wb") as log:
        process = subprocess.Popen([program, str(file)], stdout=log, stderr=log)
    try:
        running = Orthanc(web=web, dicom=dicom)
        _wait(running, process)
        yield running
    finally:
        process.terminate()
        process.wait(timeout=60)


def _wait(running: Orthanc, process: "subprocess.Popen[bytes]") -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        assert process.poll() is None, "Orthanc ended at once"
        try:
            running.ask("/system")
            return
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.1)
    raise AssertionError("Orthanc did not start")


def send_raw(content: bytes, *, port: int, syntax: str, sop_uid: str) -> int | None:
    """Store a data set that no honest program would send, from a whole file; the status, None for no answer."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # pydicom warns of the UID; that is the point
        return _send_raw(content, port=port, syntax=syntax, sop_uid=sop_uid)


def _send_raw(content: bytes, *, port: int, syntax: str, sop_uid: str) -> int | None:
    entity = AE(ae_title="XRAY1")
    entity.dimse_timeout = 10
    entity.add_requested_context(DX, syntax)
    association = entity.associate("127.0.0.1", port, ae_title="SPONDYL")
    assert association.is_established
    request = C_STORE()
    request.MessageID, request.Priority = 1, 2
    request.AffectedSOPClassUID, request.AffectedSOPInstanceUID = DX, sop_uid
    request.DataSet = io.BytesIO(content[144 + int.from_bytes(content[140:144], "little") :])
    association._reactor_checkpoint.clear()  # as pynetdicom's own senders do: the answer is ours to take
    while not association._is_paused:
        time.sleep(0.01)
    association.dimse.send_msg(request, association.accepted_contexts[0].context_id)
    _, answer = association.dimse.get_msg(block=True)
    association._reactor_checkpoint.set()
    association.release()
    return None if answer is None else answer.Status
