"""Claims: a report reaches peers that take explicit VR, and those that take only the default transfer syntax of PS3.5,
10.1. Peer: dcmtk's storescp."""

import io
import socket
import subprocess
import time
from pathlib import Path

import pytest
from pydicom import Dataset, dcmread
from pydicom.dataset import FileMetaDataset
from pydicom.uid import ComprehensiveSRStorage, ExplicitVRLittleEndian

from dicom_peers import dcmtk, free_port
from spondyl.clinic.films.network.peers import Peer
from spondyl.clinic.films.network.send import send_report


def small_report() -> bytes:
    """As much of a structured report as a peer looks at."""
    report, out = Dataset(), io.BytesIO()
    report.SOPClassUID, report.SOPInstanceUID = ComprehensiveSRStorage, "1.2.3.4"
    report.StudyInstanceUID, report.SeriesInstanceUID = "1.2.3", "1.2.3.5"
    report.Modality, report.PatientName, report.PatientID = "SR", "Ruiz^Ana", "1001"
    report.file_meta = FileMetaDataset()
    report.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    report.save_as(out, enforce_file_format=True)
    return out.getvalue()


@pytest.mark.parametrize("takes", ["+xi", "+xe", "+x="])
def test_a_report_is_sent_in_a_syntax_that_the_peer_takes(takes: str, tmp_path: Path) -> None:
    port = free_port()
    peer = subprocess.Popen([dcmtk("storescp"), takes, "-aet", "PACS", "-od", str(tmp_path), str(port)])
    try:
        wait_for(port)
        sent = send_report(
            small_report(), Peer(ae_title="PACS", address="127.0.0.1", port=port), ae_title="SPONDYL"
        )
    finally:
        peer.terminate()
        peer.wait(timeout=30)
    assert sent.is_kept, sent.words
    (kept,) = tmp_path.iterdir()
    assert dcmread(kept).PatientName == "Ruiz^Ana"


def wait_for(port: int) -> None:
    end_s = time.monotonic() + 30
    while time.monotonic() < end_s:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.05)
    raise AssertionError("storescp did not start")
