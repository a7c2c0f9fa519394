"""The HTTP server of the upstreams, which answers or injects a fault."""

from __future__ import annotations

import json
import re
import socket
import threading
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from companions.pkgwatch.upstreams.answers import answer
from companions.pkgwatch.upstreams.faults import Fault, Faults

_TARGET = re.compile(r"/(\w+)(/.*)")
_RECORDED = 100_000  # requests that are kept
_ENDLESS = 4096  # pieces of 64 KB: no client reads that far


class Upstreams(ThreadingHTTPServer):
    """The server on ``listening``, a socket of loopback. ``requests`` are the targets requested so far, without those
    of the control paths (``/_...``); ``authorization`` are their headers of that name; ``connections`` is how many
    connections were made, ``max_concurrent`` how many requests there were at most at the same time."""

    daemon_threads = True

    def __init__(
        self,
        listening: socket.socket,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        allows: Callable[[str, Mapping[str, str]], bool] = lambda *_: True,
    ) -> None:
        super().__init__(listening.getsockname()[:2], _Handler, bind_and_activate=False)
        self.socket.close()
        self.socket = listening
        self.clock = clock
        self.allows = allows
        self.faults = Faults()
        self.requests: list[str] = []
        self.authorization: set[str] = set()
        self.max_concurrent = 0
        self.connections = 0
        self._active = 0
        self._lock = threading.Lock()

    @property
    def url(self) -> str:
        """Its address, without a slash at the end."""
        return f"http://127.0.0.1:{self.socket.getsockname()[1]}"

    def begin(self, target: str, authorization: str | None) -> None:
        """Counts a request; `end` must follow."""
        with self._lock:
            if len(self.requests) < _RECORDED:
                self.requests.append(target)
            self.authorization.add(authorization or "")
            self._active += 1
            self.max_concurrent = max(self.max_concurrent, self._active)

    def end(self) -> None:
        """The request is over."""
        with self._lock:
            self._active -= 1

    def process_request(self, request: Any, client_address: Any) -> None:
        """Counts a connection."""
        self.connections += 1
        super().process_request(request, client_address)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients that hang up are expected."""


class _Handler(BaseHTTPRequestHandler):
    server: Upstreams
    protocol_version = "HTTP/1.1"
    # An answer is two writes; without this the second waits for the client to acknowledge the first.
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        if not self._allowed():
            return
        if self.path == "/_requests":
            self._send(200, json.dumps(self.server.requests).encode())
            return
        self.server.begin(self.path, self.headers.get("Authorization"))
        try:
            fault = self.server.faults.take(self.path)
            if fault:
                self._inject(fault)
            else:
                self._answer()
        finally:
            self.server.end()

    def do_POST(self) -> None:
        if not self._allowed():
            return
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        try:
            if self.path != "/_faults":
                raise ValueError("only /_faults accepts POST")
            given = json.loads(body)
            for one in given if isinstance(given, list) else [given]:
                self.server.faults.add(Fault(**one))
        except (ValueError, TypeError, re.error) as error:
            self._send(400, json.dumps({"message": str(error)}).encode())
            return
        self._send(200, b"{}")

    def do_DELETE(self) -> None:
        if self._allowed():
            self.server.faults.clear()
            self._send(200, b"{}")

    def log_message(self, *_: Any) -> None:
        pass

    def _allowed(self) -> bool:
        """As the emulator's guard: no other Host, no web page."""
        allowed = self.server.allows(self.path, dict(self.headers.items()))
        if not allowed:
            self._send(403, b'{"message":"Refused: this server answers only to this machine."}')
        return allowed

    def _answer(self) -> None:
        found = _TARGET.fullmatch(self.path)
        body = answer(found[1], found[2], self.server.clock()) if found else None
        if body is None:
            self._send(404, b'{"message":"Not Found"}')
        else:
            self._send(200, body)

    def _inject(self, fault: Fault) -> None:
        time.sleep(fault.seconds)
        if fault.regular:
            self._answer()
        elif fault.kind == "answer":
            document = {"message": HTTPStatus(fault.status).phrase} if fault.document is None else fault.document
            self._send(fault.status, json.dumps(document).encode(), fault.headers)
        elif fault.kind == "garbage":
            self._send(200, b"<html>It is not JSON")
        else:
            self.close_connection = True
            if fault.kind != "closed":
                self._send(200, b'{"name": "', {"Content-Length": str(2**40)})
            if fault.kind in ("endless", "drip"):
                self._send_endless(slowly=fault.kind == "drip")

    def _send_endless(self, slowly: bool) -> None:
        for _ in range(_ENDLESS):
            self.wfile.write(b"x" * (1 if slowly else 65_536))
            time.sleep(0.02 if slowly else 0)

    def _send(self, status: int, body: bytes, headers: Any = None) -> None:
        sent = {"Content-Type": "application/json", "Content-Length": str(len(body)), **(headers or {})}
        self.send_response(status)
        for name, value in sent.items():
            self.send_header(name, value)
        self.end_headers()
        if status not in (204, 304):
            self.wfile.write(body)
