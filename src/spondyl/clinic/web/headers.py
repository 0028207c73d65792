"""Headers of every response: what the browser may load, keep and tell others; and a cap on what it may send."""

from collections.abc import Iterable

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

CONTENT_SECURITY_POLICY = (
    "default-src 'self'; img-src 'self' blob: data:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), interest-cohort=()",
}


def _raw(name: str, value: str) -> tuple[bytes, bytes]:
    return name.lower().encode("latin-1"), value.encode("latin-1")


_KEPT = _raw("Cache-Control", "public, max-age=31536000, immutable")
_NOT_KEPT = _raw("Cache-Control", "no-store")


class SafeHeaders:
    """ASGI middleware: adds the headers; pages are never kept by the browser, static files with a digest are."""

    def __init__(self, app: ASGIApp, *, tls: bool) -> None:
        self.app = app
        added = HEADERS | ({"Strict-Transport-Security": "max-age=31536000"} if tls else {})
        self.added = tuple(_raw(name, value) for name, value in added.items())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                keeps = scope["path"].startswith("/static/") and b"v=" in scope.get("query_string", b"")
                given = list(message.get("headers", ()))
                names = {name.lower() for name, _ in given}
                added = (*self.added, _KEPT if keeps else _NOT_KEPT)
                message = {**message, "headers": [*given, *(one for one in added if one[0] not in names)]}
            await send(message)

        await self.app(scope, receive, send_with_headers)


class KnownHosts:
    """ASGI middleware: answers only to the clinic's own host names, so that no other name can be bound to it."""

    def __init__(self, app: ASGIApp, *, names: Iterable[str]) -> None:
        self.app = app
        self.names = frozenset(names)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] in ("http", "websocket") and _host(scope) not in self.names:
            text = "This address is not one of the clinic's. Its names are in the setting host_names.\n"
            await PlainTextResponse(text, status_code=421)(scope, receive, send)
            return
        await self.app(scope, receive, send)


def _host(scope: Scope) -> str:
    for name, value in scope["headers"]:
        if name == b"host":
            host = value.decode("latin-1")
            return host.rpartition(":")[0] if host.rpartition(":")[2].isdigit() else host
    return ""


class CappedBody:
    """ASGI middleware: refuses a request whose body is larger than ``limit_bytes``, before reading it where it can."""

    def __init__(self, app: ASGIApp, *, limit_bytes: int) -> None:
        self.app = app
        self.limit_bytes = limit_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        declared = [value for name, value in scope.get("headers", []) if name == b"content-length"]
        if declared and (not declared[0].isdigit() or int(declared[0]) > self.limit_bytes):
            await self._refuse(scope, receive, send)
            return
        seen = 0

        async def capped_receive() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            # A chunked body has no declared length; beyond the cap the connection counts as broken.
            return {"type": "http.disconnect"} if seen > self.limit_bytes else message

        await self.app(scope, capped_receive if scope["type"] == "http" else receive, send)

    async def _refuse(self, scope: Scope, receive: Receive, send: Send) -> None:
        text = f"What was sent is larger than {self.limit_bytes // 1_000_000} MB, the limit here; nothing was kept.\n"
        await PlainTextResponse(text, status_code=413)(scope, receive, send)
