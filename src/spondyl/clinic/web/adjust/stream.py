"""The running feed of a session as one long response."""

import asyncio
import struct
from collections.abc import AsyncIterator

from spondyl.clinic.adjust.feed import HEAD, LOST, SIGN_OF_LIFE, Feed
from spondyl.clinic.adjust.session_process import SessionProcess

LOOK_S = 0.03


async def frames_of(feed: Feed) -> AsyncIterator[bytes]:
    """Every frame from the beginning, as it comes, until the feed is over."""
    read = 0
    while True:
        is_over = feed.is_over
        read, lost, data = feed.after(read)
        if lost:
            yield HEAD.pack(LOST, 0, float(lost))
        if data:
            yield data
        elif is_over:
            return
        await asyncio.sleep(LOOK_S)


async def watched(session: SessionProcess) -> AsyncIterator[bytes]:
    """The feed for the page that holds the session: when its connection breaks, the session stops at once.

    The page lets nothing begin until a frame has come, and stops a session whose feed is silent; so while the
    instrument is opened, and there is nothing to tell, it gets signs of life, which later come from the session itself.
    """
    is_whole, feed = False, session.feed
    try:
        while not (feed.is_over or feed.after(0)[0]):
            yield SIGN_OF_LIFE
            await asyncio.sleep(LOOK_S)
        async for data in frames_of(feed):
            yield data
        is_whole = True
    finally:
        if not is_whole:
            session.press_stop("the page, whose connection broke")


def unpacked(data: bytes) -> list[tuple[int, float, bytes]]:
    """The frames in some bytes: kind, number, payload. Raises ValueError for bytes that are not whole frames."""
    frames: list[tuple[int, float, bytes]] = []
    at = 0
    while at < len(data):
        try:
            kind, length, number = HEAD.unpack_from(data, at)
        except struct.error as error:
            raise ValueError(f"Byte {at} begins no frame: {error}.") from error
        frames.append((kind, number, data[at + HEAD.size : at + HEAD.size + length]))
        at += HEAD.size + length + -length % 8
    return frames
