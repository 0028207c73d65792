"""The ONNX networks as shipped in the wheel, loaded once and run on the CPU."""

import hashlib
import json
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

F32 = NDArray[np.float32]
Asked = TypeVar("Asked")
Said = TypeVar("Said")

WEIGHTS = Path(__file__).parent / "weights"


class WeightsMissingError(Exception):
    """The model files are not where they should be, or not the ones the card describes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Networks:
    """Sessions of the locators and refiners, and what ``model.json`` says of them.

    Several of a kind are an ensemble: each learnt on other films, and what they say is averaged. With a ``pool``
    networks run side by side, each on one thread: a second thread within a network saved nothing on two cores (55 ms
    before it, 61 with it), and changed the last bits of what it says.
    """

    locators: tuple[Any, ...]
    refiners: tuple[Any, ...]
    card: dict[str, Any]
    model_id: str
    pool: ThreadPoolExecutor | None

    def side_by_side(self, work: Callable[[Asked], Said], asked: Iterable[Asked]) -> list[Said]:
        """What ``work`` says of each, in their order; ``work`` runs one network and asks for nothing side by side."""
        return [*map(work, asked)] if self.pool is None else [*self.pool.map(work, asked)]

    def locate(self, canvas: F32) -> tuple[F32, F32, F32]:
        """Canvas (1, 2, 512, 256) → log share of heat (17, 64, 32) and of "not on the film" (17,), film class
        logits (3,): means over the locators."""
        said = self.side_by_side(
            lambda net: net.run(["heat", "null", "film"], {"canvas": canvas}), self.locators
        )
        shares = np.stack([_log_shares(heat[0], null[0]) for heat, null, _ in said]).mean(0)
        film = np.concatenate([film for _, _, film in said]).mean(0)
        return shares[:, :-1].reshape(said[0][0][0].shape), shares[:, -1], film

    def refine(self, member: int, inputs: dict[str, F32]) -> tuple[F32, F32, F32]:
        """Strip, guide and prior (see :mod:`spondyl.radiograph.corners`) → corners (17, 4, 2), log scales (17, 2) and
        logits (3,) of the chain lying a level too high, right, a level too low, as one refiner says."""
        corners, logs, shift = self.refiners[member].run(["corners", "logs", "shift"], inputs)
        return corners[0], logs[0], shift[0]


def _log_shares(heat: F32, null: F32) -> F32:
    """(17, cells + 1) log probabilities of each level: in a cell, or (last) not on the film."""
    flat = np.concatenate([heat.reshape(len(heat), -1), null[:, None]], axis=1)
    peak = flat.max(1, keepdims=True)
    return flat - peak - np.log(np.exp(flat - peak).sum(1, keepdims=True))


def load_networks(folder: Path = WEIGHTS, *, threads: int = 2) -> Networks:
    """Load every network of a folder, ``threads`` of which run side by side.

    Raises :class:`WeightsMissingError` with what to do.
    """
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    digest = hashlib.sha256()

    def session(path: Path) -> Any:
        content = path.read_bytes()
        digest.update(content)
        return onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])

    paths = {name: sorted(folder.glob(f"{name}*.onnx")) for name in ("locator", "refiner")}
    for name, found in paths.items():
        if not found:
            raise WeightsMissingError(
                f"No model file {name}*.onnx in {folder}. Reinstall spondyl, or name the folder that holds it."
            )
    sessions = {name: tuple(session(path) for path in found) for name, found in paths.items()}
    card = json.loads((folder / "model.json").read_text(encoding="utf-8"))
    return Networks(
        locators=sessions["locator"],
        refiners=sessions["refiner"],
        card=card,
        model_id=f"{card['name']}-{digest.hexdigest()[:12]}",
        pool=ThreadPoolExecutor(threads, thread_name_prefix="network") if threads > 1 else None,
    )
