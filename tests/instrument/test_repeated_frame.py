"""Claims: a frame that a hanging line or a dead host repeats for ever does not keep the tip on a patient."""

import pytest
from rigs import Rig

from spondyl.instrument import State
from spondyl.instrument.protocol import Frame, Kind, encode
from spondyl.instrument.timeouts import LINK_WATCHDOG

PARTS = 10


@pytest.mark.parametrize("state", [State.ARMED, State.PAUSED])
@pytest.mark.parametrize(
    ("kind", "values"),
    [(Kind.STATUS_ASK, {}), (Kind.SAMPLES_ASK, {}), (Kind.REACH, {"state": State.ARMED.value})],
)
def test_it_is_no_sign_of_life(state: State, kind: Kind, values: dict[str, int]) -> None:
    rig = Rig().armed()
    frame = Frame(kind=kind, epoch=rig.wire._epoch, number=next(rig.instrument._numbers), values={**values})
    answer = rig.wire.receive(encode(frame))
    if state is State.PAUSED:
        rig.firmware.reach(State.PAUSED)
    for _ in range(PARTS + 1):
        rig.firmware.advance(LINK_WATCHDOG.limit_us // PARTS)
        assert rig.wire.receive(encode(frame)) == answer
    rig.firmware.advance(5_000)
    assert rig.firmware.state is State.SAFE
    assert rig.firmware.bench.true_force_n == 0.0


def test_a_new_frame_is() -> None:
    rig = Rig().armed()
    for _ in range(5 * PARTS):
        rig.firmware.advance(LINK_WATCHDOG.limit_us // PARTS)
        rig.instrument.status()
    assert rig.firmware.state is State.ARMED
