"""The two ONNX networks as shipped in the wheel, loaded once and run on the CPU."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

F32 = NDArray[np.float32]

WEIGHTS = Path(__file__).parent / "weights"


class WeightsMissingError(Exception):
    """The model files are not where they should be, or not the ones the card describes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Networks:
    """Sessions of locator and refiner, and what ``model.json`` says of them."""

    locator: Any
    refiner: Any
    card: dict[str, Any]
    model_id: str

    def locate(self, canvas: F32) -> tuple[F32, F32, F32]:
        """Canvas (1, 2, 512, 256) → heat (17, 64, 32), null (17,), film class logits (3,)."""
        heat, null, film = self.locator.run(None, {"canvas": canvas})
        return heat[0], null[0], film[0]

    def refine(self, inputs: dict[str, F32]) -> tuple[F32, F32]:
        """Strip, guide and prior (see :mod:`spondyl.radiograph.corners`) → corners (17, 4, 2), log scales (17, 2)."""
        corners, logs = self.refiner.run(["corners", "logs"], inputs)
        return corners[0], logs[0]


def load_networks(folder: Path = WEIGHTS, *, threads: int = 2) -> Networks:
    """Load both networks; raises :class:`WeightsMissingError` with what to do."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    digest = hashlib.sha256()
    sessions: list[Any] = []
    for name in ("locator", "refiner"):
        path = folder / f"{name}.onnx"
        if not path.is_file():
            raise WeightsMissingError(
                f"The model file {path.name} is missing from {folder}. Reinstall spondyl."
            )
        content = path.read_bytes()
        digest.update(content)
        sessions.append(onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"]))
    card = json.loads((folder / "model.json").read_text(encoding="utf-8"))
    return Networks(
        locator=sessions[0],
        refiner=sessions[1],
        card=card,
        model_id=f"{card['name']}-{digest.hexdigest()[:12]}",
    )
