"""The grey scale that a DICOM header asks for: rescale or Modality LUT, window or VOI LUT, polarity."""

from collections.abc import Callable

import numpy as np

from spondyl.radiograph.dicom_fields import Fields
from spondyl.radiograph.grey_values import (
    FloatTable,
    GreyScale,
    Transform,
    exact_window,
    linear_window,
    look_up,
    rescale,
    sigmoid_window,
)

_WINDOWS: dict[str, tuple[Callable[..., Transform], float]] = {
    "LINEAR": (linear_window, 1.0),
    "LINEAR_EXACT": (exact_window, 1e-9),
    "SIGMOID": (sigmoid_window, 1e-9),
}
"""Each VOI LUT function with the least width that it allows."""


def grey_scale(fields: Fields, *, photometric: str, is_signed: bool) -> GreyScale:
    """What the header asks for; damaged tables and impossible windows are left out, with a note."""
    return GreyScale(
        modality=_modality(fields, is_signed=is_signed),
        voi=_voi(fields, is_signed=is_signed),
        is_inverted=_is_inverted(fields, photometric),
    )


def _modality(fields: Fields, *, is_signed: bool) -> Transform | None:
    for item in fields.items("ModalityLUTSequence")[:1]:
        table = _table(item, is_signed=is_signed)
        if table:
            return look_up(table[0], first=table[1])
    slope, intercept = fields.number("RescaleSlope"), fields.number("RescaleIntercept")
    if slope == 0.0:
        fields.note("RescaleSlope is 0 and was not used.")
        return None
    if slope is None and intercept is None:
        return None
    return rescale(slope=1.0 if slope is None else slope, intercept=intercept or 0.0)


def _voi(fields: Fields, *, is_signed: bool) -> Transform | None:
    items, centres, widths = (
        fields.items("VOILUTSequence"),
        fields.numbers("WindowCenter"),
        fields.numbers("WindowWidth"),
    )
    for item in items[:1]:
        table = _table(item, is_signed=is_signed)
        if table:
            _say_alternatives(fields, "VOI LUT", len(items) + len(centres))
            data, first, highest = table
            return look_up(data / highest, first=first)
    if not centres or not widths:
        return None
    _say_alternatives(fields, "window", len(centres))
    return _window(fields, centres[0], widths[0])


def _say_alternatives(fields: Fields, kind: str, count: int) -> None:
    if count > 1:
        fields.note(f"The header offers {count} ways to show the film; the first {kind} was used.")


def _window(fields: Fields, centre: float, width: float) -> Transform | None:
    function = fields.word("VOILUTFunction") or "LINEAR"
    if function not in _WINDOWS:
        fields.note(f"VOILUTFunction {function} is unknown; LINEAR was used.")
    make, least = _WINDOWS.get(function, _WINDOWS["LINEAR"])
    if width < least:
        fields.note(f"The window's width of {width:g} is impossible, so the window was not used.")
        return None
    return make(centre=centre, width=width)


def _table(item: Fields, *, is_signed: bool) -> tuple[FloatTable, int, float] | None:
    """A look-up table: its data, the value of its first entry, and its highest output (PS3.3 C.11.1.1.1)."""
    descriptor = [int(number) for number in item.numbers("LUTDescriptor")]
    if len(descriptor) != 3:
        item.note("A look-up table has no valid descriptor and was not used.")
        return None
    count, first, bits = descriptor[0] % 65536 or 65536, descriptor[1], descriptor[2]
    data = _table_data(item, count)
    if data is None or not 8 <= bits <= 16:
        item.note("A look-up table is damaged and was not used.")
        return None
    if is_signed and first >= 32768:
        first -= 65536
    return data, first, max(2.0**bits - 1.0, float(data.max()))


def _table_data(item: Fields, count: int) -> FloatTable | None:
    values = item.values("LUTData")
    if len(values) == 1 and isinstance(values[0], bytes):
        raw = values[0]
        order = "<u2" if item.dataset.original_encoding[1] is not False else ">u2"
        packed = len(raw) in (count, count + 1)
        data = np.frombuffer(raw[: count if packed else 2 * count], dtype="u1" if packed else order)
        return data.astype(np.float64) if len(data) == count else None
    if len(values) != count or not all(isinstance(value, int) for value in values):
        return None
    return np.array(values, dtype=np.float64)


def _is_inverted(fields: Fields, photometric: str) -> bool:
    """The polarity: PresentationLUTShape where it is given, else MONOCHROME1 (PS3.3 C.11.6.1.2 and C.7.6.3.1.2)."""
    by_kind = photometric == "MONOCHROME1"
    shape = fields.word("PresentationLUTShape")
    if shape not in ("IDENTITY", "INVERSE"):
        return by_kind
    if (shape == "INVERSE") != by_kind:
        fields.note(
            f"PresentationLUTShape {shape} and {photometric} contradict each other; the former was used."
        )
    return shape == "INVERSE"
