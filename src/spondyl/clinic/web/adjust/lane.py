"""The way of heartbeat and stop: ahead of every queue, database, sign-in and limit of requests."""

import json
from urllib.parse import parse_qs

from starlette.types import ASGIApp, Receive, Scope, Send

from spondyl.clinic.adjust.desk import Desk
from spondyl.clinic.web.adjust.stop_key import STOPPED_BY, stop_by_key
from spondyl.clinic.web.csrf import DONE_ALREADY

LANE = "/adjust/lane/"
BY = {
    "key": "the STOP key",
    "button": "the STOP button",
    "page": "the page, which was closed or hidden",
    "broken": "the page, whose connection broke",
    "unsaid": "the page, which could not hand on how much it hurts",
    "declined": "the clinician, who declined the dose",
}


class FastLane:
    """ASGI middleware. A page's secret is in the address: whoever holds it may stop that session, and no other.

    It answers on the event loop itself: a stop waits for no thread, no lock, no database and no count of requests. A
    STOP from another page is obeyed here by its own secret, and then goes on to its route, which logs it and answers.
    """

    def __init__(self, app: ASGIApp, *, desk: Desk) -> None:
        self.app = app
        self.desk = desk

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http" or scope["method"] != "POST":
            await self.app(scope, receive, send)
            return
        query = scope.get("query_string", b"").decode("latin-1")
        if not scope["path"].startswith(LANE):
            stopped_by = stop_by_key(self.desk, scope["path"], query)
            if stopped_by is not None:
                scope[DONE_ALREADY] = "The session was stopped."
                scope[STOPPED_BY] = stopped_by
            await self.app(scope, receive, send)
            return
        token, _, what = scope["path"].removeprefix(LANE).partition("/")
        status, answer = obey(self.desk, token, what, by=parse_qs(query).get("by", ["button"])[0])
        body = json.dumps(answer).encode()
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})


def obey(desk: Desk, token: str, what: str, *, by: str) -> tuple[int, dict[str, object]]:
    """A heartbeat or a stop; status and answer."""
    session = desk.by_token(token)
    if session is None:
        return 404, {"error": "No session has this page any more; nothing is delivered for it."}
    if what == "beat":
        return 200, {"runs": session.beat()}
    if what == "stop":
        session.press_stop(BY.get(by, BY["button"]))
        return 200, {"stopped": True, "by": session.stop.by}
    return 404, {"error": "A page beats or stops."}
