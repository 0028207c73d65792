"""The secret of a STOP on another page: it says whose page that is, and stops one session, however old the page is."""

import hmac
from urllib.parse import parse_qs, urlencode

from spondyl.clinic.adjust.desk import Desk
from spondyl.clinic.adjust.session_process import SessionProcess
from spondyl.clinic.web.csrf import STOP_PATH


def stop_address(person_id: str, run: str, session: SessionProcess, *, name: str) -> str:
    """Where the STOP of a page that was made for ``name`` is sent."""
    query = urlencode({"by": name, "key": _key(session, name)})
    return f"/patients/{person_id}/adjust/{run}/stop?{query}"


def stop_by_key(desk: Desk, path: str, query: str) -> bool:
    """Stop the session that the address names, where the secret fits; asks no database and takes no lock."""
    found = STOP_PATH.fullmatch(path)
    session = desk.of_run(found[1]) if found else None
    if session is None:
        return False
    sent = {key: values[0] for key, values in parse_qs(query).items()}
    name = sent.get("by", "")
    if not hmac.compare_digest(sent.get("key", "").encode(), _key(session, name).encode()):
        return False
    session.press_stop(f"{name}, from another page")
    return True


def _key(session: SessionProcess, name: str) -> str:
    # Made from the session's secret, which it does not give away: it stops, and is no heartbeat.
    return hmac.digest(session.token.encode(), f"stop by {name}".encode(), "sha256").hex()
