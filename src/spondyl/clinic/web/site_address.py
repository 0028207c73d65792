"""The address of the pages, as it stands in links: that of the browser that asks, or the one that patients use."""

import ipaddress
from typing import Literal

from fastapi import Request

from spondyl.clinic.web.services import services_of


def site_address(request: Request) -> str:
    """Scheme and host of this request. By the settings, not by what a proxy says or leaves out, browsers speak TLS."""
    scheme = "https" if services_of(request).settings.secure else "http"
    return f"{scheme}://{request.headers['host']}"


def patients_address(request: Request) -> str:
    """Where a patient reaches the pages from outside: the setting ``mail.pages_address``, else where staff do."""
    return services_of(request).settings.mail.pages_address.rstrip("/") or site_address(request)


def host_is_number(request: Request) -> Literal["loopback", "other"] | None:
    """Whether this page's address is a number: browsers refuse passkeys at one (WebAuthn level 2, 5.1.2)."""
    try:
        address = ipaddress.ip_address(request.url.hostname or "")
    except ValueError:
        return None
    return "loopback" if address.is_loopback else "other"


def at_localhost(request: Request, path: str) -> str:
    """A page under the name that this very machine has for itself."""
    return str(request.url.replace(hostname="localhost", path=path))
