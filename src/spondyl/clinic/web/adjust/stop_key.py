"""The secret of a STOP on another page: it says whose page that is, and stops one session, however old the page is."""

import hmac
from collections.abc import Mapping
from urllib.parse import parse_qs, urlencode

from spondyl.clinic.adjust.desk import Desk
from spondyl.clinic.adjust.session_process import SessionProcess
from spondyl.clinic.web.csrf import STOP_PATH
from spondyl.clinic.web.viewer import Viewer

STOPPED_BY = "spondyl.stopped_by"
"""In the scope of a request that stopped by this secret: the sign-in name of whoever its page was made for."""


def stop_address(person_id: str, run: str, session: SessionProcess, *, viewer: Viewer) -> str:
    """Where the STOP of a page that was made for ``viewer`` is sent."""
    who = {"by": viewer.name, "as": viewer.actor}
    return f"/patients/{person_id}/adjust/{run}/stop?{urlencode({**who, 'key': _key(session, who)})}"


def stop_by_key(desk: Desk, path: str, query: str) -> str | None:
    """Stop the session that the address names, where the secret fits; asks no database and takes no lock. The sign-in
    name of whoever the page was made for; None where nothing was stopped by it."""
    found = STOP_PATH.fullmatch(path)
    session = desk.of_run(found[1]) if found else None
    if session is None:
        return None
    sent = {key: values[0] for key, values in parse_qs(query).items()}
    who = {"by": sent.get("by", ""), "as": sent.get("as", "")}
    if not hmac.compare_digest(sent.get("key", "").encode(), _key(session, who).encode()):
        return None
    session.press_stop(f"{who['by']}, from another page")
    return who["as"]


def _key(session: SessionProcess, who: Mapping[str, str]) -> str:
    # Made from the session's secret, which it does not give away: it stops, and is no heartbeat.
    return hmac.digest(session.token.encode(), f"stop {urlencode(who)}".encode(), "sha256").hex()
