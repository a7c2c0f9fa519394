"""How is a PostgreSQL database reached that may still be asleep?

A cluster that pauses keeps its first client waiting for 15 seconds or more, or refuses it meanwhile: connecting is
tried again until it answers. What waiting does not mend (a wrong password, no such database) fails at once.
"""

from __future__ import annotations

import json
import os
import socket
import ssl
import struct
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from urllib.parse import parse_qs, unquote, urlsplit

import pg8000.native
from pg8000.exceptions import DatabaseError, InterfaceError

PORT = 5432
WAIT_SECONDS = 120.0  # for a paused cluster: about 15, and up to 30 after a day
_ATTEMPT_SECONDS = 40.0
_PAUSE_SECONDS = 1.0
_SSL_REQUEST = struct.pack("!ii", 8, 80877103)  # the length of the request and its code
# The server is there and takes no connections yet (57P03), has been stopped meanwhile (57P01), or is full (53300).
_PASSING = {"57P03", "57P01", "53300"}

Say = Callable[[str], None]


class UnreachableError(Exception):
    """There is no connection; the text says why, and never the password."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where a database is. ``tls`` is one of libpq's modes: ``disable``, ``prefer``, or ``require``, which encrypts and
    takes any certificate; the stricter ones check it against this machine's authorities."""

    host: str
    user: str
    password: str = field(repr=False)
    database: str
    port: int = PORT
    tls: str = "require"


def address_of_url(url: str) -> Address:
    """The address in ``postgresql://user:password@host:port/database?sslmode=require``. ValueError if it is none."""
    parts = urlsplit(url)
    if parts.scheme not in ("postgresql", "postgres") or not parts.hostname:
        raise ValueError("DATABASE_URL is no postgresql:// URL")
    mode = parse_qs(parts.query).get("sslmode", ["prefer"])[0]
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    return Address(parts.hostname, user, password, unquote(parts.path.lstrip("/")), parts.port or PORT, mode)


def address_of_function() -> Address:
    """The address that a function's environment names: DATABASE_URL, or the secret DATABASE_SECRET_ARN with
    DATABASE_HOST, DATABASE_PORT, DATABASE_NAME and DATABASE_SSLMODE."""
    if url := os.environ.get("DATABASE_URL", ""):
        return address_of_url(url)
    from handlers.common.aws import client

    answer = client("secretsmanager").get_secret_value(SecretId=os.environ["DATABASE_SECRET_ARN"])
    secret = json.loads(answer["SecretString"])
    return Address(
        host=os.environ.get("DATABASE_HOST") or secret["host"],
        user=secret["username"],
        password=secret["password"],
        database=os.environ.get("DATABASE_NAME") or secret["dbname"],
        port=int(os.environ.get("DATABASE_PORT") or secret.get("port") or PORT),
        tls=os.environ.get("DATABASE_SSLMODE", "require"),
    )


def connect(address: Address, say: Say, seconds: float = WAIT_SECONDS) -> pg8000.native.Connection:
    """A connection, waited for up to ``seconds``. `UnreachableError`."""
    deadline, told = time.monotonic() + seconds, False
    while True:
        left = deadline - time.monotonic()
        try:
            return _connected(address, min(_ATTEMPT_SECONDS, max(left, 1.0)))
        except (InterfaceError, OSError, DatabaseError) as error:
            if not _passes(error) or left < _PAUSE_SECONDS:
                raise UnreachableError(f"no connection to {address.host}:{address.port}: {reason(error)}") from None
        if not told:
            say("The database does not answer yet; a cluster that has paused needs half a minute. Trying again.")
            told = True
        time.sleep(_PAUSE_SECONDS)


@contextmanager
def connected(address: Address, say: Say) -> Iterator[pg8000.native.Connection]:
    """A connection as `connect` makes it, until the end of the block."""
    connection = connect(address, say)
    try:
        yield connection
    finally:
        with suppress(InterfaceError, OSError):  # it may have ended already, and why is said elsewhere
            connection.close()


def reason(error: BaseException) -> str:
    """What an error says, in one line: of the server's answers the message, its detail and its code."""
    told = error.args[0] if error.args else ""
    if isinstance(told, dict):
        detail = f" {told['D']}" if told.get("D") else ""
        return f"{told.get('M', 'error')}.{detail} ({told.get('C', '')})".replace("..", ".")
    return getattr(error, "strerror", None) or str(error) or type(error).__name__


def _passes(error: BaseException) -> bool:
    """Whether another attempt may succeed."""
    if isinstance(error, DatabaseError):
        return isinstance(error.args[0], dict) and error.args[0].get("C") in _PASSING
    if isinstance(error, socket.gaierror):
        return error.errno != socket.EAI_NONAME
    return not isinstance(error, ssl.SSLCertVerificationError) and "SSL" not in str(error)


def _connected(address: Address, seconds: float) -> pg8000.native.Connection:
    connection = _secured(socket.create_connection((address.host, address.port), seconds), address)
    try:
        made = pg8000.native.Connection(
            address.user,
            database=address.database,
            password=address.password,
            sock=connection,
            ssl_context=False,
            application_name="migrations",
        )
    except BaseException:
        connection.close()
        raise
    connection.settimeout(None)  # a migration takes as long as it takes
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    return made


def _secured(connection: socket.socket, address: Address) -> socket.socket:
    """The connection, with TLS where the address wants it."""
    if address.tls == "disable":
        return connection
    connection.sendall(_SSL_REQUEST)
    if connection.recv(1) == b"S":
        return _context(address.tls).wrap_socket(connection, server_hostname=address.host)
    if address.tls == "prefer":
        return connection
    connection.close()
    raise InterfaceError("the server has no TLS (SSL)")


def _context(mode: str) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if mode in ("prefer", "require", "verify-ca"):
        context.check_hostname = False
    if mode in ("prefer", "require"):
        context.verify_mode = ssl.CERT_NONE
    return context
