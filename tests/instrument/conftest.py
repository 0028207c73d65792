import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))


def pytest_addoption(parser):
    parser.addoption(
        "--instrument", help="tcp://host:port or serial:///dev/name to run the contract suite on"
    )
    parser.addoption("--device", action="store_true", help="that instrument is a device, not a simulator")
