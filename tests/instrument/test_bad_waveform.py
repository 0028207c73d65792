"""Claim: what cannot have been measured never becomes a waveform; the pulse stays charged, for it was given."""

from collections.abc import Callable
from dataclasses import replace
from math import inf, nan

import pytest
from rigs import SHAPE, Rig

from spondyl.instrument import BadWaveformError
from spondyl.instrument.protocol import Frame


def values(**changes: float) -> Callable[[Frame], Frame]:
    return lambda part: replace(part, values={**part.values, **changes})


def nothing(part: Frame) -> Frame:
    return values(total=0)(replace(part, rows=()))


def one_bad(value: float, column: int) -> Callable[[Frame], Frame]:
    def spoil(part: Frame) -> Frame:
        row = list(part.rows[0])
        row[column] = value
        return replace(part, rows=(tuple(row), *part.rows[1:]))

    return spoil


@pytest.mark.parametrize(
    "spoil",
    [
        values(interval_us=0),
        values(preload_n=nan),
        values(sequence=99),
        values(duration_us=0),
        values(duration_us=2**31),
        values(total=50),
        nothing,
        one_bad(nan, 0),
        one_bad(-inf, 1),
    ],
)
def test_a_waveform_that_cannot_be_is_refused_and_its_pulse_charged(
    spoil: Callable[[Frame], Frame], monkeypatch: pytest.MonkeyPatch
) -> None:
    rig = Rig().armed()
    ask = rig.instrument._waveform_part
    monkeypatch.setattr(rig.instrument, "_waveform_part", lambda *part: spoil(ask(*part)))
    with pytest.raises(BadWaveformError, match="pulse 1 cannot be used"):
        rig.interlock.deliver("T7", SHAPE)
    assert rig.interlock.ledger.count() == 1 and rig.interlock.ledger.is_open
    assert rig.interlock.rest().pulse_count == 1
