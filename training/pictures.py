"""Pictures beside the supplied films, as make_pictures.py wrote them."""

from pathlib import Path

import numpy as np

from canvases import reduced_canvas

Picture = tuple[np.ndarray, np.ndarray | None, int]
"""A picture (float16 0..1 near canvas resolution), corners (17, 4, 2) in its px if it shows an AP spine, its class."""


def load_pictures(path: Path) -> list[Picture]:
    """Every made picture."""
    store = np.load(path)
    known = set(store.files)
    out = []
    for n, kind in enumerate(store["kinds"]):
        whole = store[f"p{n}"]
        grey, _ = reduced_canvas(whole)
        corners = store[f"c{n}"] if f"c{n}" in known else None
        if corners is not None:
            corners = (corners + 0.5) * np.array(grey.shape[::-1]) / whole.shape[::-1] - 0.5
        out.append((grey, corners, int(kind)))
    return out
