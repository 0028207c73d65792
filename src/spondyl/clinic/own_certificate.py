"""A certificate that the clinic's server makes for itself, for use inside the house."""

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from spondyl.atomic_file import write_whole

VALID_FOR = timedelta(days=397)
RENEW_WITHIN = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class TlsFiles:
    """A certificate and its private key, as PEM files."""

    certificate: Path
    key: Path

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the certificate, as browsers show it: people compare it at their first visit."""
        found = x509.load_pem_x509_certificate(self.certificate.read_bytes())
        return found.fingerprint(SHA256()).hex(":").upper()


def own_certificate(folder: Path, *, names: Iterable[str], now: datetime) -> TlsFiles:
    """The certificate in ``folder``; makes a new one when there is none, it ends soon or lacks a name."""
    files = TlsFiles(certificate=folder / "certificate.pem", key=folder / "key.pem")
    wanted = frozenset(name.strip("[]") for name in names)
    if not _usable(files, wanted, now):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        _make(files, sorted(wanted), now)
    return files


def _usable(files: TlsFiles, wanted: frozenset[str], now: datetime) -> bool:
    """False too for a file that is torn, and for a key that belongs to another certificate."""
    try:
        found = x509.load_pem_x509_certificate(files.certificate.read_bytes())
        key = serialization.load_pem_private_key(files.key.read_bytes(), None)
        held = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (OSError, ValueError, TypeError, x509.ExtensionNotFound):
        return False
    if key.public_key() != found.public_key():
        return False
    names = {str(one.value) for one in held}
    return wanted <= names and found.not_valid_after_utc > now + RENEW_WITHIN


def _make(files: TlsFiles, names: list[str], now: datetime) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    title = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Spondyl clinic")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(title)
        .issuer_name(title)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + VALID_FOR)
        .add_extension(x509.SubjectAlternativeName([_name(one) for one in names]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(key, SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    write_whole(files.key, private, mode=0o600)
    write_whole(files.certificate, certificate.public_bytes(serialization.Encoding.PEM), mode=0o600)


def _name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)
