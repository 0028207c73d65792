"""Claims: the command of docs/how-to/check-an-instrument.md passes on an instrument in another process that keeps the
protocol, however often it is run, and fails on one that does not."""

import socket
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.alone  # tokens and watchdogs of the suite that it runs go by real time

CONTRACT = Path(__file__).with_name("test_contract.py")
ROOT = Path(__file__).parents[2]


def checked(address: str, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", "-q", "--confcutdir", str(CONTRACT.parent), str(CONTRACT)]
    told = [*command, "--instrument", address, *words]
    return subprocess.run(told, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)


def test_the_simulator_in_another_process_passes_and_does_not_pass_for_a_device() -> None:
    command = [sys.executable, "-m", "spondyl.instrument.simulator"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as simulator:
        assert simulator.stdout is not None
        address = simulator.stdout.readline().split()[0]
        try:
            said = checked(address)
            again = [checked(address, "-k", "a_token_gives_one_pulse") for _ in range(2)]
            as_device = checked(address, "--device", "-k", "whether_it_is_simulated")
        finally:
            simulator.kill()
    assert said.returncode == 0, said.stdout
    assert "13 passed" in said.stdout
    assert [one.returncode for one in again] == [0, 0], again[1].stdout
    assert as_device.returncode == 1


def test_an_instrument_that_answers_nothing_fails() -> None:
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        said = checked(f"tcp://127.0.0.1:{deaf.getsockname()[1]}", "-k", "starts_safe")
    assert said.returncode == 1
    assert "HELLO had no answer in 3 tries of 250 ms" in said.stdout
