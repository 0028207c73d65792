"""From stored pixel values to display values: one table look-up, whatever the header asks for.

The order is that of DICOM PS3.4 N.2: Modality LUT, VOI LUT, Presentation LUT. Since a film stores at most 16 bits, all
of it is computed once for each possible value, in double precision, and the picture is looked up in that table.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

FloatTable = NDArray[np.float64]
GreyPixels = NDArray[np.uint8] | NDArray[np.uint16]
Transform = Callable[[FloatTable], FloatTable]


BLOCK_PIXELS = 1 << 18
"""Pixels looked up at a time: fresh memory costs more than the look-up itself, so temporaries stay small."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredPixels:
    """The words of a film as they were stored, and how a word means a value.

    * ``words``: (rows, columns) unsigned.
    * ``bits`` of each word, above its lowest ``shift`` bits, are the value; the others may hold anything.
    * ``is_signed``: two's complement.
    * ``padding``: the first and last value that mark "no film here", None when there are none.
    """

    words: GreyPixels
    bits: int
    shift: int = 0
    is_signed: bool = False
    padding: tuple[int, int] | None = None

    def values(self) -> FloatTable:
        """The value of each possible word, (256,) or (65536,)."""
        words = np.arange(256**self.words.dtype.itemsize)
        values = ((words >> self.shift) & (2**self.bits - 1)).astype(np.float64)
        if self.is_signed:
            values[values >= 2 ** (self.bits - 1)] -= 2**self.bits
        return values

    def is_film(self) -> NDArray[np.bool_]:
        """Which words occur in the picture and are not padding, (256,) or (65536,)."""
        present = np.zeros(256**self.words.dtype.itemsize, dtype=np.bool_)
        for block in _blocks(self.words):
            present[self.words[block]] = True
        if self.padding:
            values = self.values()
            film = present & ((values < self.padding[0]) | (values > self.padding[1]))
            return film if film.any() else present
        return present

    def look_up(self, table: GreyPixels) -> GreyPixels:
        """Each word's entry of ``table``."""
        found = np.empty(self.words.shape, dtype=table.dtype)
        for block in _blocks(self.words):
            table.take(self.words[block], out=found[block], mode="clip")
        return unsigned_grey(found)


def _blocks(words: GreyPixels) -> Iterator[slice]:
    rows, columns = words.shape
    step = max(BLOCK_PIXELS // columns, 1)
    return (slice(start, start + step) for start in range(0, rows, step))


@dataclass(frozen=True, slots=True, kw_only=True)
class GreyScale:
    """What the header asks for: modality transform, value-of-interest transform to 0 … 1, polarity."""

    modality: Transform | None = None
    voi: Transform | None = None
    is_inverted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Display:
    """Display values, and what was done to get them."""

    pixels: GreyPixels
    notes: tuple[str, ...] = ()


def show(stored: StoredPixels, scale: GreyScale, *, is_narrow: bool) -> Display:
    """Display values of ``stored``: uint8 for narrow films (8 bits or fewer), else uint16 over the whole range.

    Without a window, narrow films keep their values, and others are stretched from their least to their greatest. A
    window that leaves one grey only is not applied.
    """
    film = stored.is_film()
    values = stored.values()
    values = scale.modality(values) if scale.modality else values
    notes: tuple[str, ...] = ()
    table = _table(scale.voi(values), scale.is_inverted, is_narrow) if scale.voi else None
    if table is not None and np.ptp(table[film]) == 0:
        notes = ("The window in the header shows one grey only; the whole range of values is shown instead.",)
        table = None
    if table is None:
        table = _table(_own_range(values, film, is_narrow), scale.is_inverted, is_narrow)
        if not is_narrow and not notes:
            notes = ("No window in the file; its whole range of values is shown.",)
    return Display(pixels=stored.look_up(table), notes=notes)


def _table(share: FloatTable, is_inverted: bool, is_narrow: bool) -> GreyPixels:
    share = np.clip(share, 0.0, 1.0)
    share = 1.0 - share if is_inverted else share
    return np.rint(share * 255).astype(np.uint8) if is_narrow else np.rint(share * 65535).astype(np.uint16)


def _own_range(values: FloatTable, film: NDArray[np.bool_], is_narrow: bool) -> FloatTable:
    low, high = values[film].min(), values[film].max()
    if is_narrow and low >= 0 and high <= 255:
        return values / 255.0
    return (values - low) / (high - low if high > low else 1.0)


def rescale(*, slope: float, intercept: float) -> Transform:
    """The linear Modality LUT (PS3.3 C.11.1.1.2)."""
    return lambda values: values * slope + intercept


def look_up(data: FloatTable, *, first: int) -> Transform:
    """A table given in the header: ``first`` is the value of its first entry; beyond the ends the end entries hold."""

    def transform(values: FloatTable) -> FloatTable:
        index = np.clip(np.rint(values) - first, 0, len(data) - 1)
        return data[index.astype(np.intp)]

    return transform


def linear_window(*, centre: float, width: float) -> Transform:
    """VOI LUT function LINEAR (PS3.3 C.11.2.1.2.1), width at least 1."""

    def transform(values: FloatTable) -> FloatTable:
        if width == 1:
            return (values > centre - 0.5).astype(np.float64)
        return (values - (centre - 0.5)) / (width - 1.0) + 0.5

    return transform


def exact_window(*, centre: float, width: float) -> Transform:
    """VOI LUT function LINEAR_EXACT (PS3.3 C.11.2.1.3.2), width above 0."""
    return lambda values: (values - centre) / width + 0.5


def sigmoid_window(*, centre: float, width: float) -> Transform:
    """VOI LUT function SIGMOID (PS3.3 C.11.2.1.3.1), width above 0."""
    return lambda values: 1.0 / (1.0 + np.exp(np.clip(-4.0 * (values - centre) / width, -700.0, 700.0)))


def grey_of_colours(colours: NDArray[Any]) -> tuple[GreyPixels, bool]:
    """Grey values of (rows, columns, 3) RGB, and whether there was real colour.

    Three equal channels give their value itself, others the luma of ITU-R BT.601.
    """
    red, green, blue = colours[..., 0], colours[..., 1], colours[..., 2]
    if np.array_equal(red, green) and np.array_equal(green, blue):
        return unsigned_grey(red), False
    return unsigned_grey(np.rint(0.299 * red + 0.587 * green + 0.114 * blue).astype(colours.dtype)), True


def unsigned_grey(values: NDArray[np.generic]) -> GreyPixels:
    """``values`` as uint8 when they have 8 bits, else as uint16."""
    narrow = values.dtype.itemsize == 1
    return np.ascontiguousarray(values, np.uint8) if narrow else np.ascontiguousarray(values, np.uint16)
