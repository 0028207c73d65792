"""Routes whose work is done by two threads at most, so that a rush of visitors takes turns instead of Python's lock.

Forty threads that make pages at once hand Python to each other after every statement: each page then costs twice the
processor time, and none is ready before the last. In line each is as quick as alone, and staff, whose requests stand in
no line, do not wait behind sixty visitors.
"""

from collections.abc import Awaitable, Callable
from functools import partial, wraps
from inspect import iscoroutinefunction
from typing import Any

import anyio.to_thread
from anyio import CapacityLimiter
from anyio.lowlevel import RunVar
from fastapi.routing import APIRoute

MOST_AT_ONCE = 2  # while one waits for the disk, the other works
_LINE: RunVar[CapacityLimiter] = RunVar("visitors in line")


class FewAtOnce(APIRoute):
    """A route that stands in line with all others of its kind, once the request has come in whole.

    Raises ``TypeError`` for an async endpoint: it runs on the event loop, where nothing may stand in line.
    """

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        super().__init__(path, _in_line(endpoint), **options)


def _in_line(endpoint: Callable[..., Any]) -> Callable[..., Awaitable[Any]]:
    if iscoroutinefunction(endpoint):
        raise TypeError(f"{endpoint.__name__} is async and takes no thread; give it a plain APIRouter.")

    @wraps(endpoint)
    async def stand_in_line(*given: Any, **named: Any) -> Any:
        return await anyio.to_thread.run_sync(partial(endpoint, *given, **named), limiter=_line())

    return stand_in_line


def _line() -> CapacityLimiter:
    try:
        return _LINE.get()
    except LookupError:
        _LINE.set(CapacityLimiter(MOST_AT_ONCE))
        return _LINE.get()
