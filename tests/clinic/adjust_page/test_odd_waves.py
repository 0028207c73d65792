"""Claim: a pulse that was cut short at once, and one whose accelerometer is dead, are drawn like any other: neither
page nor report fails over them, and the peak that is written is the measured one.

Source: waveforms of no, one and three points, written down here.
"""

import json
import math

import numpy as np
import pytest

from spondyl.clinic.adjust.feed import Feed
from spondyl.clinic.report.session.gathered import Pulse
from spondyl.clinic.report.session.picture import Line
from spondyl.clinic.report.session.pictures import wave_picture
from spondyl.clinic.web.adjust.pictures import wave_svg
from spondyl.clinic.web.adjust.stream import unpacked
from spondyl.instrument import Waveform
from spondyl.treatment.adjustment import Fire, Fired


@pytest.mark.parametrize("force_n", [(), (21.5,), (20.0, 31.5, 20.0)], ids=len)
def test_a_wave_with_few_points_and_no_acceleration_is_drawn(force_n: tuple[float, ...]) -> None:
    wave = Waveform(
        sequence=1,
        interval_us=100,
        duration_us=2_500,
        preload_n=20.0,
        completed=False,
        simulated=True,
        force_n=np.array(force_n),
        acceleration_m_s2=np.zeros(len(force_n)),
    )
    fire = Fire(segment="L3", purpose="treat", commanded_n=20.0, duration_us=2_500)
    page = wave_svg(fire, Fired(cap_n=60.0, charged_ns=0.03, waveform=wave))
    assert f"peak {max(force_n, default=0.0):.1f} N" in page
    pulse = Pulse(segment="L3", purpose="treat", commanded_n=20.0, cap_n=60.0, charged_ns=0.03, waveform=wave)
    shapes = wave_picture((pulse,)).shapes
    points = [point for shape in shapes if isinstance(shape, Line) for point in shape.points]
    assert np.isfinite(points).all()


def test_what_is_no_number_is_null_in_the_feed() -> None:
    feed = Feed()
    feed.event("pulse", peak_n=math.nan, rows=({"low": -math.inf, "high": 1.5},), cap_n=60.0)
    ((_, _, data),) = unpacked(feed.after(0)[2])

    def refuse(word: str) -> None:
        raise AssertionError(f"no browser reads {word}")

    said = json.loads(data, parse_constant=refuse)
    assert said == {"kind": "pulse", "peak_n": None, "rows": [{"low": None, "high": 1.5}], "cap_n": 60.0}
