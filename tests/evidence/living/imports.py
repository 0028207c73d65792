"""The synthetic files of the import tests; none is a real trial."""

import copy
import json
from pathlib import Path
from typing import Any

FILES = Path(__file__).parent / "files"
TRIAL = FILES / "NCT99000001.json"


def trial_json() -> dict[str, Any]:
    """A fresh copy of the synthetic trial with results, to break in a test."""
    return copy.deepcopy(json.loads(TRIAL.read_text()))


def as_bytes(value: object) -> bytes:
    return json.dumps(value).encode()
