"""While the server runs: let go of kept times that nobody took, offer them to the waitlist, send what is due."""

import logging
import threading
from collections.abc import Callable

from spondyl.clinic.chart.practice import has_practice
from spondyl.clinic.chart.transaction import reading, writing
from spondyl.clinic.chart.waitlist import end_past_waits, sweep
from spondyl.clinic.messages.clinic import clinic_of
from spondyl.clinic.messages.send import LETTERS, FolderSender, Sender, SmtpSender, send_due
from spondyl.clinic.web.services import Services

_LOG = logging.getLogger(__name__)
EVERY_S = 10.0


def sender_of(services: Services) -> Sender:
    """The mail server of the settings; without one every letter becomes a file in the data folder's "letters"."""
    mail = services.settings.mail
    if not mail.server:
        return FolderSender(folder=services.data_dir / LETTERS)
    return SmtpSender(
        host=mail.server,
        port=mail.port,
        from_address=mail.from_address,
        user=mail.user,
        password=mail.password,
    )


class BookingKeeper:
    """Two threads that look at once, then every few seconds: one after the kept times, one after the letters, so that
    no time waits for a mail server. ``base`` is the address of the pages in letters."""

    def __init__(self, services: Services, *, base: str, every_s: float = EVERY_S) -> None:
        self._services, self._every_s = services, every_s
        self._base = services.settings.mail.pages_address.rstrip("/") or base
        self._stop = threading.Event()
        self._works = {"bookings": self._look_after_times, "letters": self._send_letters}
        if services.settings.restored:  # the clinic that it is a copy of may have sent them
            del self._works["letters"]
        self._threads = [
            threading.Thread(target=self._run, args=(work,), name=name, daemon=True)
            for name, work in self._works.items()
        ]

    def start(self) -> None:
        """Begin."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """End; what is due then goes at the next start."""
        self._stop.set()
        for thread in self._threads:
            thread.join(timeout=30)

    def look(self) -> None:
        """Do what is due now; what fails is logged and tried again."""
        for work in self._works.values():
            self._do(work)

    def _look_after_times(self) -> None:
        with writing(self._services.engine) as connection:
            end_past_waits(connection)
            sweep(connection)

    def _send_letters(self) -> None:
        key = self._services.key_for("patient link")
        clinic = clinic_of(self._services.settings)
        send_due(self._services.engine, sender_of(self._services), key=key, base=self._base, clinic=clinic)

    def _do(self, work: Callable[[], None]) -> None:
        try:
            with reading(self._services.engine) as connection:
                is_open = has_practice(connection)
            if is_open:
                work()
        except Exception:  # whatever it is (the driver's own error too): the thread must look again
            _LOG.exception("Kept times or letters could not be looked after.")

    def _run(self, work: Callable[[], None]) -> None:
        self._do(work)
        while not self._stop.wait(self._every_s):
            self._do(work)
