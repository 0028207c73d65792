"""Start the clinic's server: open the chart, say where to go, run until stopped."""

import ipaddress
import secrets
import signal
import socket
import sys
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import uvicorn
from sqlalchemy.exc import SQLAlchemyError

from spondyl.clinic.chart.accounts import all_accounts
from spondyl.clinic.chart.attempts import PER_ADDRESS, WINDOW
from spondyl.clinic.chart.audit import newest_row_at
from spondyl.clinic.chart.engine import DatabaseUnusableError, utc_now
from spondyl.clinic.chart.keys import KeyFileUnusableError, anchor_signer
from spondyl.clinic.chart.postgres_log import log_warning
from spondyl.clinic.chart.transaction import reading
from spondyl.clinic.clinic_home import RESTORED, ClinicHome, open_chart, secret_of, settings_of
from spondyl.clinic.clinic_settings import ClinicSettings, SettingsInvalidError
from spondyl.clinic.films.network.peers import DicomSettings
from spondyl.clinic.keep_anchor import AnchorKeeper
from spondyl.clinic.keep_bookings import BookingKeeper
from spondyl.clinic.own_certificate import TlsFiles, own_certificate
from spondyl.clinic.report.day_text import moment_text
from spondyl.clinic.web import create_app
from spondyl.clinic.web.ready import make_ready_meanwhile
from spondyl.clinic.web.services import Services

CLOCK_SLACK = timedelta(minutes=2)
LOOPBACK, LOOPBACK_6 = "127.0.0.1", "::1"


class StartRefusedError(Exception):
    """The server cannot start; the message says why and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServeOptions:
    """What the command line says: where to listen, with which certificate, as a demo or not.

    ``own_tls`` makes a certificate; ``prepare_only`` stops before serving. ``shown_host`` is what is printed for it.
    ``key_file`` is named when it has to be copied.
    """

    host: str = LOOPBACK
    port: int = 8080
    certificate: Path | None = None
    certificate_key: Path | None = None
    own_tls: bool = False
    demo: bool = False
    prepare_only: bool = False
    shown_host: str = ""
    key_file: Path = Path("clinic.key")

    @property
    def in_addresses(self) -> str:
        """The host as it stands in addresses: one of IPv6 in brackets and as short as browsers write it (RFC 5952)."""
        try:
            address = ipaddress.ip_address(self.host)
        except ValueError:
            return self.host
        return f"[{address.compressed}]" if address.version == 6 else self.host

    @property
    def loopback(self) -> bool:
        """True when only this machine can reach the server."""
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"

    @property
    def tls(self) -> bool:
        """True when the server speaks TLS itself."""
        return self.own_tls or self.certificate is not None


def run_server(home: ClinicHome, options: ServeOptions) -> None:
    """Serve until interrupted. Prints where to go, and a new clinic's one-time set-up link."""
    services = build_services(home, options)
    files = tls_files(services, options)
    if options.demo:
        _seed(services)
    if not options.prepare_only:
        _listen_and_serve(home, services, options, files)
        return
    print(f"{services.data_dir} is ready.", file=sys.stderr)
    _keeper(home, services).write()
    services.engine.dispose()


def _listen_and_serve(
    home: ClinicHome, services: Services, options: ServeOptions, files: TlsFiles | None
) -> None:
    _refuse_taken_port(services.settings.dicom.network)
    listeners = open_listeners(options)
    options = replace(options, port=listeners[0].getsockname()[1], key_file=home.key_file)
    if "localhost" in services.settings.host_names and is_localhost(listeners):
        options = replace(options, shown_host="localhost")
    for line in welcome(services, options, files):
        print(line, file=sys.stderr, flush=True)
    keepers = (_keeper(home, services), BookingKeeper(services, base=own_address(options)))
    for keeper in keepers:
        keeper.start()
    try:
        _serve(services, listeners, files)
    finally:
        for keeper in keepers:
            keeper.stop()
        for listener in listeners:
            listener.close()
        services.engine.dispose()


def _keeper(home: ClinicHome, services: Services) -> AnchorKeeper:
    return AnchorKeeper(
        services.engine,
        home.anchor_file(services.settings),
        signer=anchor_signer(services.secret),
        every_s=services.settings.checkpoint_seconds,
    )


def open_listener(options: ServeOptions) -> socket.socket:
    """The socket to serve on; raises ``StartRefusedError``."""
    try:
        listener = _bound(options.host, options.port, backlog=512)
    except OSError as error:
        raise StartRefusedError(
            f"{options.host} port {options.port} cannot be listened on ({error.strerror}). Name another with --port."
        ) from error
    # Connections inherit it. Without it the body of an answer waits up to 40 ms for the other side to acknowledge its
    # head; asyncio sets it only on sockets that it made itself.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


def _bound(address: str, port: int, *, backlog: int | None = None) -> socket.socket:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    return socket.create_server((address, port), family=family, backlog=backlog)


def _refuse_taken_port(dicom: DicomSettings) -> None:
    """The receiver is a process of its own, and would say it in a traceback."""
    if not dicom.listens:
        return
    try:
        _bound(dicom.address, dicom.port).close()
    except OSError as error:
        raise StartRefusedError(
            f"Films cannot be received by DICOM at {dicom.address} port {dicom.port} ({error.strerror}). Stop the "
            "program that holds it, or name another port or address under [dicom] in settings.toml."
        ) from error


def open_listeners(options: ServeOptions) -> tuple[socket.socket, ...]:
    """The sockets to serve on: with 127.0.0.1 comes ::1, where browsers may look for localhost first.

    Raises ``StartRefusedError``.
    """
    first = open_listener(options)
    if options.host != LOOPBACK:
        return (first,)
    try:
        return (first, open_listener(replace(options, host=LOOPBACK_6, port=first.getsockname()[1])))
    except StartRefusedError:
        return (first,)


def is_localhost(listeners: tuple[socket.socket, ...]) -> bool:
    """True where localhost can be nobody but this server: it has both addresses, or this machine has no other.

    Passkeys need a name. But another program at ::1 would be asked for the passwords in our place.
    """
    if listeners[0].getsockname()[0] != LOOPBACK:
        return False
    return len(listeners) == 2 or not _has_loopback_6()


def _has_loopback_6() -> bool:
    try:
        with socket.create_server((LOOPBACK_6, 0), family=socket.AF_INET6):
            return True
    except OSError:
        return False


def build_services(home: ClinicHome, options: ServeOptions) -> Services:
    """The services of a clinic; raises ``StartRefusedError``."""
    _refuse_open_door(options)
    try:
        settings = settings_of(home)
        _refuse_unread_passwords(settings)
        secret = secret_of(home)
        engine = open_chart(home, secret=secret, survives_power_loss=settings.survives_power_loss)
        with reading(engine) as connection:
            new = not all_accounts(connection)
    except (KeyFileUnusableError, DatabaseUnusableError, SettingsInvalidError, OSError) as error:
        raise StartRefusedError(str(error)) from error
    except SQLAlchemyError as error:
        raise StartRefusedError(
            f"The database cannot be used: {error}. Check its address and that it runs."
        ) from error
    return Services(
        engine=engine,
        settings=_with_command_line(settings, options),
        clock=utc_now,
        secret=secret,
        data_dir=home.data_dir,
        setup_token=secrets.token_urlsafe(24) if new and not options.demo else None,
    )


def tls_files(services: Services, options: ServeOptions) -> TlsFiles | None:
    """The certificate to serve with; None for plain HTTP on this machine."""
    if options.own_tls:
        return own_certificate(
            services.data_dir / "tls", names=services.settings.host_names, now=services.clock()
        )
    if options.certificate is None or options.certificate_key is None:
        return None
    files = TlsFiles(certificate=options.certificate, key=options.certificate_key)
    for path in (files.certificate, files.key):
        if not path.is_file():
            raise StartRefusedError(
                f"There is no file {path}. Name the PEM files of the certificate and of its key."
            )
    return files


def own_address(options: ServeOptions) -> str:
    """The address of the pages as this machine sees them."""
    return (
        f"{'https' if options.tls else 'http'}://{options.shown_host or options.in_addresses}:{options.port}"
    )


def welcome(services: Services, options: ServeOptions, files: TlsFiles | None) -> list[str]:
    """What the terminal says at the start."""
    address = own_address(options)
    lines = [f"Spondyl serves {services.settings.clinic_name} at {address}  (Ctrl-C stops it)"]
    lines.append(f"Patients book a visit, and read what is known about each treatment, at {address}/book")
    if files and options.own_tls:
        lines.append(f"Browsers ask once about the certificate made here; its SHA-256 is {files.fingerprint}")
    if services.setup_token:
        link = f"{address}/setup/{services.setup_token}"
        lines.append(f"No account yet. Make the first administrator at: {link}")
        lines.append(
            f"Copy the key file {options.key_file} to another place now: without it neither the chart nor a backup "
            "opens."
        )
    lines += _of_database(services)
    if services.settings.behind_tls_proxy:
        wait = f"{int(WINDOW.total_seconds() // 60)} minutes"
        lines.append(
            "The proxy has to send Host, X-Forwarded-Proto and X-Forwarded-For; without the last, everybody counts as "
            f"one address, and {PER_ADDRESS} wrong sign-ins shut the door on all for {wait}."
        )
    if services.settings.restored:
        lines.append(
            "This is a restored copy: it sends no letters, receives no films by DICOM and writes checkpoints into its "
            f"own folder only. If it is the clinic from now on, delete {services.data_dir / RESTORED} and start again."
        )
    dicom = services.settings.dicom
    if dicom.network.listens:
        place = (
            f"{dicom.address}:{dicom.port}" if dicom.port else f"{dicom.address}, on a free port named below"
        )
        lines.append(f"Films come by DICOM to {dicom.ae_title} at {place}, from {', '.join(dicom.peers)}")
    mail = services.settings.mail
    if mail.server and not mail.pages_address and not services.settings.restored:
        lines.append(
            f"Letters go out by {mail.server}, and their links lead to {address}. Where patients reach the pages by "
            "another address, name it as pages_address under [mail] in settings.toml."
        )
    if options.demo:
        lines.extend(_demo_lines())
    return lines


def _of_database(services: Services) -> list[str]:
    lines: list[str] = []
    with reading(services.engine) as connection:
        written_at, of_log = newest_row_at(connection), log_warning(connection)
    if written_at and written_at > services.clock() + CLOCK_SLACK:
        lines.append(
            f"The newest row of the audit log was written at {moment_text(written_at)}, and this machine's clock says "
            f"{moment_text(services.clock())}: the clock is wrong now, or was then. Put it right before anybody works."
        )
    return [*lines, of_log] if of_log else lines


def _demo_lines() -> list[str]:
    from spondyl.clinic.demo import DEMO_PASSWORD, DEMO_STAFF

    names = ", ".join(f"{name} ({role.label.lower()})" for name, _, role in DEMO_STAFF)
    return [f"Demo accounts: {names}", f"Password of each: {DEMO_PASSWORD}"]


def _seed(services: Services) -> None:
    from spondyl.clinic.demo import DEMO_STAFF, seed_demo

    seed_demo(services)
    with reading(services.engine) as connection:
        names = {account.sign_in_name for account in all_accounts(connection)}
    if not {name for name, _, _ in DEMO_STAFF} <= names:
        raise StartRefusedError(
            f"{services.data_dir} holds a real clinic; the demo's known passwords have no place there. "
            "Name an empty folder with --data."
        )


def _refuse_open_door(options: ServeOptions) -> None:
    if (options.certificate is None) != (options.certificate_key is None):
        raise StartRefusedError("--cert and --cert-key belong together: name both or neither.")
    if options.demo and not options.loopback:
        raise StartRefusedError(
            f"All know the demo's passwords; it listens on 127.0.0.1, not on {options.host}."
        )
    if not (options.loopback or options.tls):
        raise StartRefusedError(
            f"On {options.host} passwords and charts would cross the network in the clear. "
            "Add --own-tls, or --cert and --cert-key; behind a proxy listen on 127.0.0.1."
        )


def _refuse_unread_passwords(settings: ClinicSettings) -> None:
    """Found out when it is needed, nobody would be told: letters would wait for ever.

    No backup holds these files, and a restored copy sends no letters.
    """
    if settings.restored:
        return
    named = {
        "mail.password_file": settings.mail.password_file,
        "oidc.client_secret_file": settings.oidc.client_secret_file,
    }
    for setting, name in named.items():
        try:
            _ = Path(name).read_text(encoding="utf-8") if name else ""
        except (OSError, UnicodeDecodeError) as error:
            raise StartRefusedError(
                f"{setting} in settings.toml names {name}, which cannot be read ({error}). Put the file there, or name "
                "its place; a path not from / begins in the data folder."
            ) from error


def _with_command_line(settings: ClinicSettings, options: ServeOptions) -> ClinicSettings:
    names = tuple(dict.fromkeys([*map(_as_sent, settings.host_names), options.in_addresses]))
    settings = replace(settings, host_names=names, tls=options.tls, demo=options.demo)
    if options.demo:  # whatever the file says: nobody but this machine reaches a demo, nor its DICOM port
        settings = replace(settings, dicom=replace(settings.dicom, address="127.0.0.1"))
    return settings


def _as_sent(name: str) -> str:
    """A host's name as browsers send it and certificates hold it (IDNA, RFC 3490)."""
    if name.isascii():
        return name
    try:
        return name.encode("idna").decode("ascii")
    except UnicodeError as error:
        raise StartRefusedError(
            f"host_names in settings.toml holds {name!r}, which can be no name of a host ({error}). Put it right."
        ) from error


def take_short_turns() -> None:
    """Let threads hand Python over after half a millisecond, not five: whoever writes comes back after each statement.

    Otherwise a booking waits five milliseconds a statement while other threads make pages.
    """
    sys.setswitchinterval(0.0005)


def _serve(services: Services, listeners: tuple[socket.socket, ...], files: TlsFiles | None) -> None:
    take_short_turns()
    app = create_app(services)
    make_ready_meanwhile(app.state.templates)
    config = uvicorn.Config(
        app,
        log_level="warning",
        server_header=False,
        # Only then does the proxy's word on the browser's address count; sign-ins are limited by address.
        proxy_headers=services.settings.behind_tls_proxy,
        forwarded_allow_ips=f"{LOOPBACK},{LOOPBACK_6}",
        ssl_certfile=files.certificate if files else None,
        ssl_keyfile=files.key if files else None,
    )
    try:
        config.load()
    except OSError as error:  # ssl.SSLError is one
        raise StartRefusedError(
            f"The certificate and its key cannot be used ({error}). Name with --cert and --cert-key the PEM files of a "
            "certificate and of the key that belongs to it."
        ) from error
    # What stopped it uvicorn raises again after a clean end: a service manager's SIGTERM then ends it as Ctrl-C does,
    # and what stands in temporary folders for child processes is taken away.
    signal.signal(signal.SIGTERM, _end)
    with suppress(KeyboardInterrupt):
        uvicorn.Server(config).run(sockets=list(listeners))


def _end(_number: int, _frame: object) -> None:
    sys.exit()
