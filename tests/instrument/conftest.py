import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))


def pytest_addoption(parser):
    parser.addoption("--instrument", help="tcp://host:port of an instrument to run the contract suite on")
