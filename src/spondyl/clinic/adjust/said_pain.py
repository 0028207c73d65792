"""The patient's word of pain between whoever notes it and the session that hears it only now and then."""

from threading import Lock

from spondyl.treatment.adjustment import Told, judge_pain


class SaidPain:
    """Counts until it is said anew; but the worst that no session has heard yet is heard first, however it eased."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._unheard: int | None = None
        self._least: int | None = None
        self.newest: int | None = None

    def say(self, pain: int) -> None:
        """Pain now, 0 to 10."""
        with self._lock:
            self.newest = pain
            self._unheard = pain if self._unheard is None else max(self._unheard, pain)

    def heard(self) -> Told | None:
        """What the session has to know; None until it was said once."""
        with self._lock:
            pain = self.newest if self._unheard is None else self._unheard
            self._unheard = None
            if pain is not None:
                self._least = pain if self._least is None else min(self._least, pain)
        return None if pain is None else Told(pain=pain, wants_stop=False)

    def rise(self) -> str:
        """Why what was said since the session last heard ends it, in a sentence; empty while it does not.

        For a dose that waits: the tip rests on the patient, and the session itself hears only before the next pulse.
        """
        with self._lock:
            now, least = self._unheard, self._least
        if now is None:
            return ""
        verdict = judge_pain(now if least is None else least, now, wants_stop=False)
        return "" if verdict.stop is None else verdict.text
