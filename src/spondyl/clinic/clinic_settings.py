"""Everything a person decides about the running clinic: one typed object, read from settings.toml."""

import tomllib
from dataclasses import dataclass, field, fields, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, get_type_hints

from spondyl.clinic.chart.sessions import Lifetime
from spondyl.clinic.films.network.peers import DicomSettings, parse_peer

TABLES = ("oidc", "dicom", "mail")
"""Settings that are a table of their own in the file."""


class SettingsInvalidError(ValueError):
    """settings.toml holds something that cannot be; the message names the line's key and what is allowed."""


def _said(default: Any, text: str, allowed: tuple[float, float] | None = None) -> Any:
    """A field with its default, its line on the reference page, and the range of a number."""
    return field(default=default, metadata={"help": text, "allowed": allowed})


@dataclass(frozen=True, slots=True, kw_only=True)
class OidcSettings:
    """Single sign-on with an OpenID Connect provider, such as the hospital's."""

    issuer: str = _said(
        "", "Address of the provider; its /.well-known/openid-configuration is read from there."
    )
    client_id: str = _said("", "The name under which the provider knows this clinic's server.")
    client_secret_file: str = _said(
        "", "File with the secret that belongs to it, mode 0600; a path not from / begins in the data folder."
    )
    label: str = _said("Single sign-on", "The words on the button of the sign-in page.")

    @property
    def used(self) -> bool:
        """True when a provider is named."""
        return bool(self.issuer)


@dataclass(frozen=True, slots=True, kw_only=True)
class DicomTable:
    """Films and reports over the network. Without a peer nothing listens."""

    ae_title: str = _said("SPONDYL", "Our AE title, as entered in the X-ray unit and the PACS.")
    address: str = _said(
        "0.0.0.0", "Network address on which films are received; the demo's is always 127.0.0.1."
    )
    port: int = _said(11112, "Port on which films are received; 0 takes a free one.", (0, 65_535))
    peers: tuple[str, ...] = _said(
        (),
        "Who may send films: TITLE@ADDRESS, and with :PORT who also receives reports. Nobody else is heard.",
    )
    reports_to: str = _said(
        "", "AE title of the peer that gets signed reports by the button; it needs a port."
    )

    @property
    def network(self) -> DicomSettings:
        """The same, checked; raises ValueError for what cannot be."""
        return DicomSettings(
            ae_title=self.ae_title,
            address=self.address,
            port=self.port,
            peers=tuple(parse_peer(text) for text in self.peers),
            reports_to=self.reports_to or None,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class MailTable:
    """Letters to patients about their visits. Without a server each becomes a file in the data folder."""

    server: str = _said(
        "",
        "Name of the mail server; STARTTLS with a trusted certificate is used unless it is this very machine.",
    )
    port: int = _said(587, "Port of the mail server.", (1, 65_535))
    from_address: str = _said("clinic@localhost", "Address that the letters come from.")
    user: str = _said("", "Name to sign in with at the mail server; empty: none.")
    password_file: str = _said(
        "",
        "File with the password that belongs to it, mode 0600; a path not from / begins in the data folder.",
    )
    pages_address: str = _said(
        "", "Address under which patients reach the clinic's pages, such as https://book.clinic.example."
    )

    @property
    def password(self) -> str:
        """The password in its file; empty without one."""
        return Path(self.password_file).read_text(encoding="utf-8").strip() if self.password_file else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClinicSettings:
    """How the clinic's server behaves; docs/reference/settings.md lists every key."""

    clinic_name: str = _said("Spine clinic", "Name on every page and letter.")
    host_names: tuple[str, ...] = _said(
        ("localhost", "127.0.0.1", "[::1]"),
        "Names under which browsers reach the server; any other is refused.",
    )
    behind_tls_proxy: bool = _said(
        False, "A proxy on this machine speaks TLS for the server; cookies are then marked for TLS only."
    )
    max_upload_mb: int = _said(600, "Largest request body, in megabytes.", (1, 10_000))
    requests_per_minute: int = _said(
        6000, "Requests that one network address may send in a minute.", (10, 10_000_000)
    )
    session_idle_minutes: int = _said(30, "Minutes without use after which a session ends.", (1, 1440))
    session_hours: int = _said(12, "Hours after which a session ends in any case.", (1, 168))
    retention_years: int = _said(
        10,
        "Years after the last entry in which a chart must be kept; erasing earlier needs a reason.",
        (0, 100),
    )
    checkpoint_seconds: int = _said(60, "Seconds between checkpoints of the audit log.", (1, 86_400))
    anchor_file: str = _said(
        "",
        "File for these checkpoints, best on another machine's disk; a path not from / begins in the data folder, "
        "where it lies too when empty.",
    )
    survives_power_loss: bool = _said(
        True,
        "Wait for the disk at every change of the embedded database; without it a power cut may lose the last ones.",
    )
    instrument_address: str = _said(
        "",
        "Where the adjusting instrument answers: tcp://host:port or serial:///dev/name; empty: only dry runs.",
    )
    instrument_is_simulated: bool = _said(
        True,
        "What stands at that address is a simulator; a real instrument needs false, and is refused else.",
    )
    oidc: OidcSettings = field(
        default_factory=OidcSettings, metadata={"help": "Single sign-on.", "allowed": None}
    )
    dicom: DicomTable = field(
        default_factory=DicomTable, metadata={"help": "Films over the network.", "allowed": None}
    )
    mail: MailTable = field(
        default_factory=MailTable, metadata={"help": "Letters to patients.", "allowed": None}
    )
    # What the command line or a restore decides, not the file.
    tls: bool = field(default=False, metadata={"command_line": True})
    demo: bool = field(default=False, metadata={"command_line": True})
    restored: bool = field(default=False, metadata={"command_line": True})
    """Not yet said to be the clinic: no letters, no films by DICOM, checkpoints in the data folder only."""

    @property
    def secure(self) -> bool:
        """True when browsers reach the server by TLS."""
        return self.tls or self.behind_tls_proxy

    @property
    def session_lifetime(self) -> Lifetime:
        """How long a session lasts."""
        return Lifetime(
            idle=timedelta(minutes=self.session_idle_minutes), absolute=timedelta(hours=self.session_hours)
        )


def read_settings(path: Path) -> ClinicSettings:
    """The settings in a TOML file, or the defaults when there is none; raises ``SettingsInvalidError``."""
    if not path.is_file():
        return ClinicSettings()
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsInvalidError(f"{path} is no TOML: {error}") from error
    inner = {name: _inner_table(table.pop(name, {}), name) for name in TABLES}
    settings = replace(ClinicSettings(), **_checked(ClinicSettings, table))
    oidc = replace(OidcSettings(), **_checked(OidcSettings, inner["oidc"], prefix="oidc."))
    dicom = replace(DicomTable(), **_checked(DicomTable, inner["dicom"], prefix="dicom."))
    try:
        _ = dicom.network
    except ValueError as error:
        raise SettingsInvalidError(f"dicom: {error}") from error
    mail = replace(MailTable(), **_checked(MailTable, inner["mail"], prefix="mail."))
    return replace(
        settings,
        oidc=replace(oidc, client_secret_file=_beginning_in(path.parent, oidc.client_secret_file)),
        dicom=dicom,
        mail=replace(mail, password_file=_beginning_in(path.parent, mail.password_file)),
    )


def _beginning_in(folder: Path, name: str) -> str:
    """The path of a file with a password: the same wherever a command is called from."""
    return str(folder / name) if name else ""


def _inner_table(value: Any, name: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise SettingsInvalidError(f"{name!r} must be a table: begin its lines with [{name}].")
    return value


def _checked(kind: type, table: dict[str, Any], *, prefix: str = "") -> dict[str, Any]:
    known = {
        one.name: one
        for one in fields(kind)
        if not one.metadata.get("command_line") and one.name not in TABLES
    }
    kinds = get_type_hints(kind)
    for name in table:
        if name not in known:
            raise SettingsInvalidError(
                f"There is no setting {prefix + name!r}; known ones: {', '.join(known)}."
            )
    return {
        name: _value(prefix + name, value, kinds[name], known[name].metadata["allowed"])
        for name, value in table.items()
    }


def _value(name: str, value: Any, kind: Any, allowed: tuple[float, float] | None) -> Any:
    if kind == tuple[str, ...]:
        if isinstance(value, list) and all(isinstance(one, str) for one in value):
            return tuple(value)
        raise SettingsInvalidError(f"{name} is {value!r}; it must be a list of texts.")
    if type(value) is not kind:
        raise SettingsInvalidError(f"{name} is {value!r}; it must be of type {kind.__name__}.")
    if allowed and not allowed[0] <= value <= allowed[1]:
        raise SettingsInvalidError(f"{name} is {value}; it must lie between {allowed[0]} and {allowed[1]}.")
    return value
