"""Pictures that are no AP spine film, as make_negatives.py wrote them."""

from pathlib import Path

import numpy as np

from canvases import reduced_canvas


def load_negatives(path: Path) -> list[tuple[np.ndarray, int]]:
    """(picture as float16 0..1 near canvas resolution, class) of every made negative."""
    store = np.load(path)
    return [(reduced_canvas(store[f"p{n}"])[0], int(kind)) for n, kind in enumerate(store["kinds"])]
