"""How the house is reached: under which names, and with a certificate that this machine makes itself."""

from __future__ import annotations

import ipaddress
import os
import socket
import ssl
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import click
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from shelter.calendar import now
from shelter.config import LOOPBACK, Settings
from shelter.texts import say as _

AUTHORITY_LASTS = timedelta(days=3650)
LASTS = timedelta(days=397)
"""Browsers refuse a certificate of more than 398 days."""
RENEWED_BEFORE = timedelta(days=30)
LOOKED_AT = timedelta(hours=1)
NEARBY = ("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "::1/128", "fc00::/7",
          "fe80::/10")
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


@dataclass(frozen=True)
class Door:
    """What the application and the server must know of it."""

    scheme: str
    settings: dict[str, Any]
    options: dict[str, Any]


def door(found: Settings, host: str, *, with_tls: bool) -> Door:
    """The names that are answered to (those set, else this machine's own), and HTTPS when it is asked for.

    Makes or renews the certificate; OSError when its folder cannot be written.
    """
    names = machine_names(host) if with_tls else [*LOOPBACK, *([host] if host and not _is_any(host) else [])]
    answered = tuple(dict.fromkeys(name for name in names if ":" not in name))
    settings: dict[str, Any] = {} if found.trusted_hosts else {"trusted_hosts": answered}
    if not with_tls:
        if found.tls and not found.trusted_hosts:
            click.echo(_("Only %(names)s will be answered: set SHELTER_TRUSTED_HOSTS to the proxy's name",
                         names=", ".join(answered)))
        return Door("https" if found.tls else "http", settings, {})
    certificate = Certificate(found.instance / "tls", (*names, *found.trusted_hosts))
    certificate.renew()
    return Door("https", {**settings, "tls": True}, {
        "certfile": str(certificate.file), "ssl_context": certificate.context,
    })


def explain(found: Settings) -> None:
    """Say how a telephone comes to trust the certificate."""
    file = found.instance / "tls" / "authority.crt"
    digest = x509.load_pem_x509_certificate(file.read_bytes()).fingerprint(SHA256()).hex(":").upper()
    click.echo(_("Install %(file)s once on each device as a certificate authority. Its SHA-256 must be %(digest)s",
                 file=file, digest=f"\n  {digest}"))


class Certificate:
    """The house's certificate on disk, made again before it ends or when the machine has another name.

    An authority of the machine's own signs it, so that a device which trusts the authority need not be asked again.
    It is confined to this machine's names and to private addresses: it can vouch for no other site.
    """

    def __init__(self, folder: Path, names: Iterable[str]) -> None:
        self.folder, self.names = folder, tuple(dict.fromkeys(name.lstrip(".") for name in names if name))
        self.file = folder / "house.pem"
        self._context: ssl.SSLContext | None = None
        self._looked_at: datetime | None = None

    def renew(self) -> bool:
        """Make what is missing, about to end, or made for other names; whether anything was made."""
        if self._is_good():
            return False
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        authority, signing = self._authority()
        key = generate_private_key(SECP256R1())
        made = (
            _begun(self.names[0], authority.subject, key, LASTS)
            .add_extension(x509.SubjectAlternativeName([_general(name) for name in self.names]), critical=False)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .add_extension(_told_by(authority), critical=False)
            .sign(signing, SHA256())
        )
        _write(self.file, _pem(key) + made.public_bytes(Encoding.PEM))
        return True

    def context(self, _conf: Any, _default: Callable[[], ssl.SSLContext]) -> ssl.SSLContext:
        """For Gunicorn, which asks at each connection: read once an hour, and renewed then when it is about to end."""
        if self._context is None or self._looked_at is None or now() - self._looked_at > LOOKED_AT:
            with suppress(OSError):  # a full disk does not shut the door while the old one holds
                self.renew()
            found = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            found.minimum_version = ssl.TLSVersion.TLSv1_2
            found.load_cert_chain(self.file)
            self._context, self._looked_at = found, now()
        return self._context

    def _is_good(self) -> bool:
        try:
            found = x509.load_pem_x509_certificate(self.file.read_bytes())
            authority = x509.load_pem_x509_certificate((self.folder / "authority.crt").read_bytes())
            found.verify_directly_issued_by(authority)
        except (OSError, ValueError, TypeError, InvalidSignature):
            return False
        said = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        return {_general(name) for name in self.names} <= set(said) and _holds(found) and _holds(authority)

    def _authority(self) -> tuple[x509.Certificate, EllipticCurvePrivateKey]:
        """The machine's own authority; another one when it ends or may not vouch for these names."""
        certificate, key = self.folder / "authority.crt", self.folder / "authority.key"
        with suppress(OSError, ValueError):
            found = x509.load_pem_x509_certificate(certificate.read_bytes())
            signing = load_pem_private_key(key.read_bytes(), None)
            if isinstance(signing, EllipticCurvePrivateKey) and _holds(found) and _may_vouch(found, self.names):
                return found, signing
        signing = generate_private_key(SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"{self.names[0]} {now():%Y-%m-%d}")])
        made = (
            _begun(subject, subject, signing, AUTHORITY_LASTS)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(_SIGNS_ONLY, critical=True)
            .add_extension(x509.NameConstraints(_confines(self.names), None), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(signing.public_key()), critical=False)
            .sign(signing, SHA256())
        )
        _write(key, _pem(signing))
        _write(certificate, made.public_bytes(Encoding.PEM))
        return made, signing


_SIGNS_ONLY = x509.KeyUsage(
    digital_signature=False, content_commitment=False, key_encipherment=False, data_encipherment=False,
    key_agreement=False, key_cert_sign=True, crl_sign=True, encipher_only=False, decipher_only=False,
)


def machine_names(host: str) -> list[str]:
    """The names and addresses by which this machine is reached, without asking any other machine."""
    name = socket.gethostname().lower()
    names = [name, f"{name.partition('.')[0]}.local", *LOOPBACK[:2], "::1", *_addresses(name)]
    if host and not _is_any(host):
        names.append(host)
    return list(dict.fromkeys(filter(None, names)))


def _addresses(name: str) -> list[str]:
    found = []
    with suppress(OSError):
        found += [str(each[4][0]) for each in socket.getaddrinfo(name, None)]
    for family, elsewhere in ((socket.AF_INET, "192.0.2.1"), (socket.AF_INET6, "2001:db8::1")):
        with suppress(OSError), socket.socket(family, socket.SOCK_DGRAM) as way:
            way.connect((elsewhere, 9))  # sends nothing: asks which of its addresses the machine would use
            found.append(way.getsockname()[0])
    return [each for each in found if "%" not in each]


def _is_any(host: str) -> bool:
    address = _address(host)
    return address is not None and address.is_unspecified


def _address(name: str) -> Address | None:
    try:
        return ipaddress.ip_address(name)
    except ValueError:
        return None


def _general(name: str) -> x509.GeneralName:
    address = _address(name)
    return x509.DNSName(name) if address is None else x509.IPAddress(address)


def _confines(names: Sequence[str]) -> list[x509.GeneralName]:
    """What the authority may vouch for: these names, `.local`, and addresses that no other network knows."""
    own = [f"{name}/{address.max_prefixlen}" for name in names if (address := _address(name))]
    return [
        *(x509.DNSName(name) for name in dict.fromkeys([*(each for each in names if not _address(each)), "local"])),
        *(x509.IPAddress(ipaddress.ip_network(each)) for each in dict.fromkeys([*NEARBY, *own])),
    ]


def _may_vouch(authority: x509.Certificate, names: Sequence[str]) -> bool:
    allowed = authority.extensions.get_extension_for_class(x509.NameConstraints).value.permitted_subtrees or []
    return all(any(_covers(each, name) for each in allowed) for name in names)


def _covers(allowed: x509.GeneralName, name: str) -> bool:
    address = _address(name)
    if isinstance(allowed, x509.IPAddress):
        return address is not None and address in ipaddress.ip_network(str(allowed.value))
    return address is None and f".{name}".endswith(f".{allowed.value}")


def _told_by(authority: x509.Certificate) -> x509.AuthorityKeyIdentifier:
    said = authority.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    return x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(said)


def _begun(
    subject: str | x509.Name, issuer: x509.Name, key: EllipticCurvePrivateKey, lasts: timedelta,
) -> x509.CertificateBuilder:
    if isinstance(subject, str):
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject[:64])])
    day_before = now() - timedelta(days=1)  # telephones whose clock is late
    return (
        x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(day_before).not_valid_after(now() + lasts)
    )


def _holds(certificate: x509.Certificate) -> bool:
    return certificate.not_valid_after_utc - now() > RENEWED_BEFORE


def _pem(key: EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _write(file: Path, content: bytes) -> None:
    """Whole or not at all, and for its owner alone: another worker may be reading or writing it."""
    aside = file.with_name(f"{file.name}.{os.getpid()}")
    aside.unlink(missing_ok=True)
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())
    aside.replace(file)
