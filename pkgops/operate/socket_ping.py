"""Does a WebSocket API answer? One connection, one frame there and one back, with the standard library alone."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import struct
import time
from collections.abc import Mapping
from contextlib import closing
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from ipaddress import ip_address
from typing import Any
from urllib.parse import SplitResult, urlsplit
from urllib.request import getproxies, proxy_bypass

from pkgops.errors import AccessError, PkgopsError

_GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # RFC 6455, section 1.3
_CONTINUATION, _TEXT, _CLOSE, _PING, _PONG = 0x0, 0x1, 0x8, 0x9, 0xA
_FINAL = 0x80
_LARGEST = 2**20  # bytes of a frame; API Gateway's have 128 KB
_PATIENCE = 30.0  # seconds: API Gateway waits 29 s for each of the functions behind a connection and a frame
_NETWORK = "Check the network, the proxy and the stage's region."


def ping(url: str, message: Mapping[str, Any], answer: Mapping[str, Any], timeout: float = _PATIENCE) -> float:
    """Connects to ``url`` (ws or wss), sends ``message`` as JSON and waits for a frame with the members of ``answer``;
    the seconds from sending to answer, or those of connecting if both are empty. Other frames are passed over.

    AccessError if there is no connection; PkgopsError if it is refused, ended, or nothing answers in time."""
    parts, began = urlsplit(url), time.monotonic()
    with closing(_connection(parts, timeout)) as connection:
        try:
            response = _upgraded(connection, parts)
            if not message and not answer:
                return time.monotonic() - began
            began = time.monotonic()
            _send(connection, _TEXT, json.dumps(message).encode())
            while not _is_answer(_next_text(connection, response, began + timeout), answer):
                pass
            return time.monotonic() - began
        except TimeoutError:
            raise PkgopsError(f"{url} did not answer within {timeout:.0f} s.", "Look at its functions' logs.") from None
        except (OSError, HTTPException) as error:
            raise AccessError(f"{url} cannot be reached: {error}", _NETWORK) from error


def _connection(parts: SplitResult, timeout: float) -> HTTPConnection:
    """The connection, through the proxy of the environment where there is one; loopback needs none."""
    secure, host = parts.scheme == "wss", parts.hostname or ""
    port = parts.port or (443 if secure else 80)
    proxy = "" if _is_loopback(host) or proxy_bypass(host) else getproxies().get("https" if secure else "http", "")
    kind = HTTPSConnection if secure else HTTPConnection
    if not proxy:
        return kind(host, port, timeout=timeout)
    via = urlsplit(proxy if "//" in proxy else f"//{proxy}")
    connection = kind(via.hostname or "", via.port or 80, timeout=timeout)
    headers = {}
    if via.username:
        credentials = base64.b64encode(f"{via.username}:{via.password or ''}".encode()).decode()
        headers = {"Proxy-Authorization": f"Basic {credentials}"}
    connection.set_tunnel(host, port, headers)
    return connection


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _upgraded(connection: HTTPConnection, parts: SplitResult) -> HTTPResponse:
    """The response to the handshake, from which frames are read: it may have read the first of them already."""
    key = base64.b64encode(os.urandom(16)).decode()
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    asked = {"Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Key": key, "Sec-WebSocket-Version": "13"}
    connection.request("GET", path, headers=asked)
    response = connection.getresponse()
    if response.status != 101:
        raise PkgopsError(
            f"{parts.geturl()} refuses the connection: HTTP {response.status}.", "See its authorizer's log."
        )
    accepted = base64.b64encode(hashlib.sha1(f"{key}{_GUID}".encode(), usedforsecurity=False).digest()).decode()
    if response.getheader("Sec-WebSocket-Accept") != accepted:
        raise PkgopsError(f"What answers at {parts.geturl()} is no WebSocket API.", _NETWORK)
    return response


def _send(connection: HTTPConnection, kind: int, body: bytes) -> None:
    """Clients mask what they send."""
    mask = os.urandom(4)
    length = (
        struct.pack("!B", 0x80 | len(body)) if len(body) < 126 else struct.pack("!BH", 0x80 | 126, len(body))
    )  # a message of doctor's is far below 64 KB
    masked = bytes(byte ^ mask[at % 4] for at, byte in enumerate(body))
    connection.sock.sendall(bytes([_FINAL | kind]) + length + mask + masked)


def _next_text(connection: HTTPConnection, response: HTTPResponse, end: float) -> bytes:
    """The next message; pings in between are answered."""
    found = b""
    while True:
        left = end - time.monotonic()
        if left <= 0:
            raise TimeoutError
        connection.sock.settimeout(left)
        first, body = _frame(response)
        kind = first & 0x0F
        if kind == _CLOSE:
            code = f" ({int.from_bytes(body[:2])})" if len(body) > 1 else ""
            raise PkgopsError(f"The connection was closed without an answer{code}.", "Look at the functions' logs.")
        if kind == _PING:
            _send(connection, _PONG, body[:125])
        elif kind in (_TEXT, _CONTINUATION):
            found += body
            if first & _FINAL:
                return found


def _frame(response: HTTPResponse) -> tuple[int, bytes]:
    first, length = _read(response, 2)
    if length == 126:
        (length,) = struct.unpack("!H", _read(response, 2))
    elif length == 127:
        (length,) = struct.unpack("!Q", _read(response, 8))
    if length > _LARGEST:
        raise PkgopsError(f"A frame of {length:,} bytes was sent.", "A WebSocket API's have 128 KB at most.")
    return first, _read(response, length)


def _read(response: HTTPResponse, count: int) -> bytes:
    body = response.fp.read(count)
    if len(body) < count:
        raise PkgopsError("The connection broke without an answer.", "Look at the functions' logs.")
    return body


def _is_answer(text: bytes, answer: Mapping[str, Any]) -> bool:
    try:
        found = json.loads(text)
    except ValueError:
        return False
    return isinstance(found, dict) and found.items() >= answer.items()
