"""The certificate with which distributions and WebSocket APIs speak TLS on loopback, made once for a home.

It signs nothing but itself and names loopback alone, so that trusting it opens nothing else.
"""

from __future__ import annotations

import ipaddress
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from pkgops.local.home import Home
from pkgops.own_files import replace_file

_VALID = timedelta(days=800)  # browsers take no more than 825
_RENEWED_BEFORE = timedelta(days=30)
_NAMES = ("localhost", "*.localhost")
_ADDRESSES = ("127.0.0.1", "::1")


def context(home: Home) -> ssl.SSLContext:
    """What a server needs to speak TLS with the home's certificate, which is made or renewed if need be."""
    if not _usable(home):
        _make(home)
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    made.load_cert_chain(home.certificate, home.certificate_key)
    made.set_alpn_protocols(["h2", "http/1.1"])
    return made


def _usable(home: Home) -> bool:
    """There is a certificate, with its key, and it is valid for a while."""
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        found = x509.load_pem_x509_certificate(home.certificate.read_bytes())
        key: Any = load_pem_private_key(home.certificate_key.read_bytes(), password=None)
    except (OSError, ValueError):
        return False
    valid = found.not_valid_after_utc - _RENEWED_BEFORE > datetime.now(UTC)
    return valid and found.public_key() == key.public_key()


def _make(home: Home) -> None:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
    from cryptography.x509.oid import ExtendedKeyUsageOID

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, f"pkgops emulator {home.identity}")])
    names: list[x509.GeneralName] = [x509.DNSName(one) for one in _NAMES]
    names += [x509.IPAddress(ipaddress.ip_address(one)) for one in _ADDRESSES]
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + _VALID)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    _write(home.certificate_key, secret)
    _write(home.certificate, made.public_bytes(Encoding.PEM))


def _write(path: Path, content: bytes) -> None:
    """For the owner alone: the server's umask is 077."""
    replace_file(path, content)
    path.chmod(0o600)
