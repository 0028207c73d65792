"""From what was asked and what was measured to the pulse that took place."""

from spondyl.treatment.adjustment.commands import Fire
from spondyl.treatment.adjustment.outcome import Delivered
from spondyl.treatment.adjustment.readings import Fired


def delivered_of(fire: Fire, fired: Fired) -> Delivered:
    """The pulse that a command asked for, as it was measured."""
    waveform = fired.waveform
    return Delivered(
        sequence=waveform.sequence,
        segment=fire.segment,
        purpose=fire.purpose,
        peak_n=round(waveform.peak_n, 4),
        impulse_ns=round(waveform.impulse_ns, 6),
        cap_n=fired.cap_n,
        preload_n=round(waveform.preload_n, 4),
        commanded_n=fire.commanded_n,
        predicted_n=fire.predicted_n,
        completed=waveform.completed,
        simulated=waveform.simulated,
        charged_ns=round(fired.charged_ns, 6),
    )
