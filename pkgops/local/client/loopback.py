"""One plain HTTP request to a server on 127.0.0.1.

A socket and twenty lines instead of http.client, whose import costs more than most commands may take.
"""

from __future__ import annotations

import socket
from collections.abc import Mapping

from pkgops.local.credentials import Credentials
from pkgops.local.sigv4 import signed


def fetch(
    port: int, path: str, method: str = "GET", timeout: float = 5.0, credentials: Credentials | None = None
) -> tuple[int, bytes]:
    """Status and body of a request signed with ``credentials``, unsigned without. OSError if nothing listens, the
    answer takes longer than ``timeout`` seconds between two packets, or it is no HTTP."""
    host = f"127.0.0.1:{port}"
    proofs: Mapping[str, str] = {}
    if credentials is not None:
        proofs = signed(credentials.key, credentials.secret, method, path, host)
    lines = "".join(f"{name}: {value}\r\n" for name, value in proofs.items())
    request = f"{method} {path} HTTP/1.0\r\nHost: {host}\r\nContent-Length: 0\r\n{lines}\r\n"
    with socket.create_connection(("127.0.0.1", port), timeout=timeout) as connection:
        connection.sendall(request.encode("ascii"))
        received = bytearray()
        while packet := connection.recv(65536):
            received += packet
    head, _, body = bytes(received).partition(b"\r\n\r\n")
    words = head.split(b" ", 2)
    if len(words) < 2 or not words[0].startswith(b"HTTP/") or not words[1].isdigit():
        raise OSError(f"no HTTP answer on port {port}")
    return int(words[1]), body
