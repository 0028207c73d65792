"""The address of the pages, as it stands in links: that of the browser that asks, or the one that patients use."""

from fastapi import Request

from spondyl.clinic.web.services import services_of


def site_address(request: Request) -> str:
    """Scheme and host of this request. By the settings, not by what a proxy says or leaves out, browsers speak TLS."""
    scheme = "https" if services_of(request).settings.secure else "http"
    return f"{scheme}://{request.headers['host']}"


def patients_address(request: Request) -> str:
    """Where a patient reaches the pages from outside: the setting ``mail.pages_address``, else where staff do."""
    return services_of(request).settings.mail.pages_address.rstrip("/") or site_address(request)
