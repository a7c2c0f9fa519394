"""Kept connections to services on the internet, over urllib3, which the AWS SDK has loaded."""

from __future__ import annotations

import ssl
import time
from functools import cache
from typing import Any
from urllib.parse import unquote, urlsplit
from urllib.request import getproxies, proxy_bypass

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError

_MOST = 32  # connections to one service
_IDLE = 20.0  # seconds after which a connection is not used again: what is between us and the service may have lost it


class _Kept:
    """What a connection of urllib3 also does: it ages, and says of whatever fails before it stands, TLS included, that
    it could not connect. No request was sent then."""

    _used = 0.0

    def connect(self: Any) -> None:
        """Connects."""
        try:
            super().connect()  # type: ignore[misc]
        except OSError as error:
            kind = ConnectTimeoutError if isinstance(error, TimeoutError) else NewConnectionError
            raise kind(self, f"Failed to connect: {error}") from error
        self._used = time.monotonic()

    def getresponse(self: Any) -> Any:
        """The next response."""
        response = super().getresponse()  # type: ignore[misc]
        self._used = time.monotonic()
        return response

    @property
    def is_connected(self: Any) -> bool:
        """Whether it can be used once more."""
        return time.monotonic() < self._used + _IDLE and bool(super().is_connected)  # type: ignore[misc]


class _Plain(_Kept, HTTPConnection):
    pass


class _Encrypted(_Kept, HTTPSConnection):
    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **{"ssl_context": _authorities(), **options})


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _Plain


class _EncryptedPool(HTTPSConnectionPool):
    ConnectionCls = _Encrypted


@cache
def _authorities() -> ssl.SSLContext:
    """Those that the system trusts. Reading them takes longer than a handshake, so it is done once."""
    return ssl.create_default_context()


def kept_connections(proxy: str) -> urllib3.PoolManager:
    """A pool that keeps connections, made through ``proxy`` unless that is "". Who finds all of them in use waits."""
    options: dict[str, Any] = {"maxsize": _MOST, "block": True}
    made = through(proxy, **options) if proxy else urllib3.PoolManager(**options)
    made.pool_classes_by_scheme = {"http": _PlainPool, "https": _EncryptedPool}
    return made


def through(proxy: str, **options: Any) -> urllib3.PoolManager:
    """A pool whose connections are made through a proxy."""
    parts = urlsplit(proxy)
    user = f"{unquote(parts.username or '')}:{unquote(parts.password or '')}"
    known = urllib3.make_headers(proxy_basic_auth=user) if parts.username else None
    return urllib3.ProxyManager(proxy, proxy_headers=known, **options)


def proxy_of(url: str) -> str:
    """The proxy that the environment names for an address, "" if none or if the address is to be reached without."""
    parts = urlsplit(url)
    proxies = getproxies()
    found = proxies.get(parts.scheme) or proxies.get("all") or ""
    if not found or proxy_bypass(parts.hostname or "") or proxy_bypass(parts.netloc):
        return ""
    return found if "://" in found else f"http://{found}"
