"""The digest of a film's pixels: the key under which every result is kept."""

import hashlib

import numpy as np
from numpy.typing import NDArray


def pixel_digest(pixels: "NDArray[np.uint8] | NDArray[np.uint16]") -> str:
    """Return the SHA-256 (hex) of dtype, shape and little-endian bytes of ``pixels``, (rows, columns).

    Two pictures with the same bytes but another shape or depth differ.

    >>> import numpy as np
    >>> pixel_digest(np.zeros((2, 3), np.uint8)) == pixel_digest(np.zeros((3, 2), np.uint8))
    False
    """
    ordered = np.ascontiguousarray(pixels, dtype=pixels.dtype.newbyteorder("<"))
    digest = hashlib.sha256(f"{ordered.dtype.str}{ordered.shape}".encode())
    digest.update(ordered.data)
    return digest.hexdigest()
