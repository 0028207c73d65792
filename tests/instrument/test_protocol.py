"""Claims: what is encoded is decoded; nothing else is a frame; the stop is seen however the bytes are cut."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spondyl.instrument.protocol import (
    STOP_BYTES,
    Frame,
    FrameError,
    FrameReader,
    Kind,
    decode,
    encode,
    stuff,
    unstuff,
)

PING = Frame(kind=Kind.REACH, epoch=3, number=7, values={"state": 1})


@given(st.binary(max_size=1200))
def test_stuffing_round_trips_without_a_zero(data: bytes) -> None:
    assert 0 not in stuff(data)
    assert unstuff(stuff(data)) == data


@pytest.mark.parametrize(
    ("plain", "stuffed"),
    [
        # Examples of the COBS page of Wikipedia, table "Encoding examples".
        (b"\x00", b"\x01\x01"),
        (b"\x00\x00", b"\x01\x01\x01"),
        (b"\x00\x11\x00", b"\x01\x02\x11\x01"),
        (b"\x11\x22\x00\x33", b"\x03\x11\x22\x02\x33"),
        (bytes(range(1, 255)), b"\xff" + bytes(range(1, 255))),
        (b"\x00" + bytes(range(1, 255)), b"\x01\xff" + bytes(range(1, 255))),
        (bytes(range(1, 256)), b"\xff" + bytes(range(1, 255)) + b"\x02\xff"),
    ],
)
def test_stuffing_matches_published_examples(plain: bytes, stuffed: bytes) -> None:
    assert stuff(plain) == stuffed


@given(st.integers(0, 2**16 - 1), st.integers(0, 2**32 - 1), st.integers(0, 255))
def test_frames_round_trip(epoch: int, number: int, state: int) -> None:
    frame = Frame(kind=Kind.REACH, epoch=epoch, number=number, values={"state": state})
    assert decode(encode(frame)[:-1]) == frame


@given(st.integers(0, len(encode(PING)) - 2), st.integers(1, 255))
def test_one_changed_byte_is_never_a_frame(at: int, change: int) -> None:
    data = bytearray(encode(PING)[:-1])
    data[at] ^= change
    with pytest.raises(FrameError):
        decode(bytes(data))


@given(st.lists(st.integers(0, 40), max_size=6))
def test_frames_are_found_however_the_bytes_are_cut(cuts: list[int]) -> None:
    data = b"\x07rubbish\0" + encode(PING) * 2
    edges = [0, *sorted(cuts), len(data)]
    reader = FrameReader()
    found = [reader.feed(data[a:b]) for a, b in pairwise(edges)]
    assert [frame for _, frames in found for frame in frames] == [PING, PING]
    assert not any(has_stop for has_stop, _ in found)
    assert reader.dropped == 1


@given(st.integers(0, 8), st.binary(max_size=50))
def test_the_stop_is_seen_however_it_is_cut(cut: int, before: bytes) -> None:
    reader = FrameReader()
    reader.feed(before)
    first, _ = reader.feed(STOP_BYTES[:cut])
    second, _ = reader.feed(STOP_BYTES[cut:])
    assert first or second


def test_an_endless_frame_does_not_fill_the_memory() -> None:
    reader = FrameReader()
    for _ in range(100):
        reader.feed(b"\x01" * 1000)
    assert len(reader._rest) <= 4096
