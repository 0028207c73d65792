"""While the server runs: let go of kept times that nobody took, offer them to the waitlist, send what is due."""

import logging
import threading

from spondyl.clinic.chart.practice import has_practice
from spondyl.clinic.chart.transaction import reading, writing
from spondyl.clinic.chart.waitlist import end_past_waits, sweep
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
    """A thread that looks at once, then every few seconds. ``base`` is the address of the pages in letters."""

    def __init__(self, services: Services, *, base: str, every_s: float = EVERY_S) -> None:
        self._services, self._every_s = services, every_s
        self._base = services.settings.mail.pages_address.rstrip("/") or base
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="bookings", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End; what is due then goes at the next start."""
        self._stop.set()
        self._thread.join(timeout=30)

    def look(self) -> None:
        """Do what is due now; what fails is logged and tried again."""
        try:
            with reading(self._services.engine) as connection:
                if not has_practice(connection):
                    return
            with writing(self._services.engine) as connection:
                end_past_waits(connection)
                sweep(connection)
            key = self._services.key_for("patient link")
            send_due(self._services.engine, sender_of(self._services), key=key, base=self._base)
        except Exception:  # whatever it is (the driver's own error too): the thread must look again
            _LOG.exception("Kept times or letters could not be looked after.")

    def _run(self) -> None:
        self.look()
        while not self._stop.wait(self._every_s):
            self.look()
