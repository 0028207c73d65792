"""One whole session on the simulator in its own process, run once for all tests that only look at it."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from adjust_program import Said, spondyl


@pytest.fixture(scope="session")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Said:
    """A session of three segments that treats one."""
    record = tmp_path_factory.mktemp("session") / "session.tar"
    options = ("--segments", "L2-L4", "--max-n", "70", "--record", record, "--json")
    return spondyl("adjust", "run", "--simulated", "--seed", "3", *options)
