"""Count requests and their time, and hold back an address that sends too many."""

import time
from collections import Counter
from collections.abc import Callable
from threading import Lock

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from spondyl.clinic.web.csrf import DONE_ALREADY

BUCKETS_S = (0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1.0, 2.5, 10.0)
FORGET_ABOVE = 10_000


class Traffic:
    """The numbers that /metrics shows, and a bucket of allowed requests for each address."""

    def __init__(self, *, per_minute: int, seconds: Callable[[], float] = time.monotonic) -> None:
        self.per_minute = per_minute
        self.seconds = seconds
        self._lock = Lock()
        self._statuses: Counter[int] = Counter()
        self._slower: Counter[float] = Counter()
        self._total_s = 0.0
        self._left: dict[str, tuple[float, float]] = {}

    def allows(self, address: str) -> bool:
        """Take one request from the address's bucket, which fills at ``per_minute``; False when it is empty."""
        now = self.seconds()
        with self._lock:
            if len(self._left) > FORGET_ABOVE:
                self._left.clear()
            left, then = self._left.get(address, (float(self.per_minute), now))
            left = min(self.per_minute, left + (now - then) * self.per_minute / 60)
            self._left[address] = (max(left - 1, 0.0), now)
            return left >= 1

    def count(self, status: int, took_s: float) -> None:
        """Add one request."""
        with self._lock:
            self._statuses[status] += 1
            self._total_s += took_s
            self._slower.update(bucket for bucket in BUCKETS_S if took_s <= bucket)

    def lines(self) -> list[str]:
        """The numbers in the text form of Prometheus."""
        with self._lock:
            total = sum(self._statuses.values())
            return [
                "# TYPE spondyl_requests counter",
                *(
                    f'spondyl_requests{{status="{status}"}} {n}'
                    for status, n in sorted(self._statuses.items())
                ),
                "# TYPE spondyl_request_seconds histogram",
                *(
                    f'spondyl_request_seconds_bucket{{le="{bucket}"}} {self._slower[bucket]}'
                    for bucket in BUCKETS_S
                ),
                f'spondyl_request_seconds_bucket{{le="+Inf"}} {total}',
                f"spondyl_request_seconds_sum {self._total_s:.6f}",
                f"spondyl_request_seconds_count {total}",
            ]


class Counted:
    """ASGI middleware: counts every request in a ``Traffic`` and answers 429 beyond its limit."""

    def __init__(self, app: ASGIApp, *, traffic: Traffic) -> None:
        self.app = app
        self.traffic = traffic

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        begun = self.traffic.seconds()
        status = 500

        async def watched_send(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        address = (scope.get("client") or ("unknown", 0))[0]
        app = (
            self.app
            if self.traffic.allows(address) or DONE_ALREADY in scope
            else PlainTextResponse(
                "Too many requests from this address; wait a minute and try again.\n",
                429,
                {"Retry-After": "60"},
            )
        )
        try:
            await app(scope, receive, watched_send)
        finally:
            self.traffic.count(status, self.traffic.seconds() - begun)
