"""A bad network: an HTTP proxy in front of the emulator that fails at seeded random points.

What it does to a request, besides passing it on: refuses it as throttled, answers 5xx, resets the connection before or
after the service has done the work, cuts the answer short, or takes its time.
"""

from __future__ import annotations

import random
import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPResponse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

FAULTS = ("throttle", "unavailable", "reset before", "reset after", "truncate", "delay")
THROTTLED = (
    b"<ErrorResponse><Error><Type>Sender</Type><Code>Throttling</Code><Message>Rate exceeded</Message></Error>"
    b"<RequestId>0</RequestId></ErrorResponse>"
)
_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length"}


class Proxy(ThreadingHTTPServer):
    """Passes requests on to ``port``; each meets a fault with probability ``rate``, at most ``most`` of them."""

    daemon_threads = True

    def __init__(self, port: int, seed: int, rate: float, most: int, kinds: tuple[str, ...] = FAULTS) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.target = port
        self.rate = rate
        self.left = most
        self.kinds = kinds
        self.met: Counter[str] = Counter()
        self._chance = random.Random(seed)
        self._lock = threading.Lock()

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def fault(self) -> str:
        """What the next request meets, "" for nothing. Decided under a lock, in the order requests come."""
        with self._lock:
            if self.left <= 0 or self._chance.random() >= self.rate:
                return ""
            self.left -= 1
            kind = self._chance.choice(self.kinds)
            self.met[kind] += 1
            return kind

    def pause(self) -> float:
        with self._lock:
            return self._chance.uniform(0.01, 0.1)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Connections end badly here on purpose."""


@contextmanager
def proxied(port: int, seed: int, rate: float = 0.2, most: int = 3, kinds: tuple[str, ...] = FAULTS) -> Iterator[Proxy]:
    """A running proxy."""
    proxy = Proxy(port, seed, rate, most, kinds)
    thread = threading.Thread(target=proxy.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield proxy
    finally:
        proxy.shutdown()
        proxy.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Proxy

    def _serve(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        fault = self.server.fault()
        if fault == "reset before":
            return self._reset()
        if fault == "throttle":
            return self._say(400, THROTTLED)
        if fault == "unavailable":
            return self._say(503, b"")
        if fault == "delay":
            time.sleep(self.server.pause())
        answer, content = self._forward(body)
        if fault == "reset after":
            return self._reset()
        return self._pass_on(answer, content, cut=fault == "truncate")

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = _serve  # noqa: N815 - the names http.server looks for

    def log_message(self, *_: Any) -> None:
        """The tests tell what matters."""

    def _forward(self, body: bytes) -> tuple[HTTPResponse, bytes]:
        connection = HTTPConnection("127.0.0.1", self.server.target, timeout=60)
        headers = {name: value for name, value in self.headers.items() if name.lower() not in _HOP | {"expect"}}
        connection.request(self.command, self.path, body=body or None, headers=headers)
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        return answer, content

    def _pass_on(self, answer: HTTPResponse, content: bytes, *, cut: bool) -> None:
        self.send_response(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in _HOP:
                self.send_header(name, value)
        length = answer.getheader("Content-Length") if self.command == "HEAD" else str(len(content))
        self.send_header("Content-Length", length or "0")
        self.end_headers()
        if cut and len(content) > 1:
            self.wfile.write(content[: len(content) // 2])
            return self._reset()
        self.wfile.write(content)
        return None

    def _say(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "text/xml")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _reset(self) -> None:
        self.close_connection = True
        self.wfile.flush()
        linger = (1).to_bytes(4, "little") + (0).to_bytes(4, "little")
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.connection.shutdown(socket.SHUT_RDWR)
