"""An HTTP server that stands in for one on the internet: it answers, remembers what it was asked, or injects a fault.

Its control paths begin with ``/_``: faults are switched on by ``POST /_faults`` (a `Fault` or several as JSON) and off
by ``DELETE /_faults``, and ``GET /_requests`` is what it was asked.
"""

from __future__ import annotations

import json
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from companions.common.faults import Fault, Faults
from pkgops.local.companion import Context

_RECORDED = 100_000  # requests that are kept
_ENDLESS = 4096  # pieces of 64 KB: no client reads that far


@dataclass(frozen=True, slots=True)
class Request:
    """One request; ``target`` is its path and query, ``headers`` have names in lower case."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer: JSON, unless ``headers`` say otherwise."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


def document(content: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Answer:
    """An answer of JSON."""
    return Answer(status, json.dumps(content).encode(), headers or {})


class Service:
    """What a server stands in for: subclasses answer."""

    methods = frozenset({"GET"})

    def answer(self, request: Request) -> Answer:
        """The answer to a request for anything but a control path."""
        raise NotImplementedError

    def failure(self, request: Request, status: int) -> Any:
        """The document of an injected answer with that status, if the fault has none of its own."""
        return {"message": HTTPStatus(status).phrase}

    def record(self, request: Request) -> Any:
        """What is remembered of a request."""
        return request.target


class StandIn(ThreadingHTTPServer):
    """``service`` on ``listening``, a socket of loopback. ``requests`` is what it was asked so far (see
    `Service.record`); ``authorization`` are the headers of that name; ``connections`` is how many connections were
    made, ``max_concurrent`` how many requests there were at most at the same time."""

    daemon_threads = True

    def __init__(
        self,
        listening: socket.socket,
        service: Service,
        allows: Callable[[str, Mapping[str, str]], bool] = lambda *_: True,
    ) -> None:
        super().__init__(listening.getsockname()[:2], _Handler, bind_and_activate=False)
        self.socket.close()
        self.socket = listening
        self.service = service
        self.allows = allows
        self.faults = Faults()
        self.requests: list[Any] = []
        self.authorization: set[str] = set()
        self.max_concurrent = 0
        self.connections = 0
        self._active = 0
        self._lock = threading.Lock()

    @property
    def url(self) -> str:
        """Its address, without a slash at the end."""
        return f"http://127.0.0.1:{self.socket.getsockname()[1]}"

    def forget(self) -> None:
        """No faults any more, nothing asked yet."""
        self.faults.clear()
        self.requests.clear()
        self.authorization.clear()
        self.max_concurrent = self.connections = 0

    def begin(self, request: Request) -> None:
        """Counts a request; `end` must follow."""
        with self._lock:
            if len(self.requests) < _RECORDED:
                self.requests.append(self.service.record(request))
            self.authorization.add(request.headers.get("authorization", ""))
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


@contextmanager
def serving(server: StandIn, poll_seconds: float = 0.1) -> Iterator[StandIn]:
    """Runs the server in a thread of its own; it is closed afterwards."""
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": poll_seconds})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def stand_in(context: Context, service: Service) -> StandIn:
    """The server of a companion that was started with ``context``."""
    return StandIn(context.listening, service, context.allows)


class _Handler(BaseHTTPRequestHandler):
    server: StandIn
    protocol_version = "HTTP/1.1"
    # Head and body are written at once, so that a client that finds the one need not wait for the other; what is
    # longer than that does not wait for the client to acknowledge its beginning.
    wbufsize = 1 << 16
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def do_DELETE(self) -> None:
        self._serve()

    def log_message(self, *_: Any) -> None:
        pass

    def _serve(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        if not self.server.allows(self.path, headers):
            self._send(403, b'{"message":"Refused: this server answers only to this machine."}')
            return
        request = Request(self.command, self.path, headers, body)
        if self.path in ("/_faults", "/_requests"):
            self._control(request)
        elif self.command not in self.server.service.methods:
            self._send(405, b'{"message":"Method Not Allowed"}')
        else:
            self._count(request)

    def _control(self, request: Request) -> None:
        asked = (request.method, request.target)
        if asked == ("GET", "/_requests"):
            self._send(200, json.dumps(self.server.requests).encode())
        elif asked == ("DELETE", "/_faults"):
            self.server.faults.clear()
            self._send(200, b"{}")
        elif asked == ("POST", "/_faults"):
            self._switch_on(request.body)
        else:
            self._send(405, b'{"message":"Method Not Allowed"}')

    def _switch_on(self, body: bytes) -> None:
        try:
            given = json.loads(body)
            for one in [Fault(**one) for one in (given if isinstance(given, list) else [given])]:
                self.server.faults.add(one)
        except (ValueError, TypeError, re.error) as error:
            self._send(400, json.dumps({"message": str(error)}).encode())
            return
        self._send(200, b"{}")

    def _count(self, request: Request) -> None:
        self.server.begin(request)
        try:
            fault = self.server.faults.take(request.target)
            if fault:
                self._inject(request, fault)
            else:
                self._answer(request)
        finally:
            self.server.end()

    def _answer(self, request: Request) -> None:
        answer = self.server.service.answer(request)
        self._send(answer.status, answer.body, answer.headers)

    def _inject(self, request: Request, fault: Fault) -> None:
        time.sleep(fault.seconds)
        if fault.regular:
            self._answer(request)
        elif fault.kind == "answer":
            content = self.server.service.failure(request, fault.status) if fault.document is None else fault.document
            self._send(fault.status, json.dumps(content).encode(), fault.headers)
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
            self.wfile.flush()
            time.sleep(0.02 if slowly else 0)

    def _send(self, status: int, body: bytes, headers: Mapping[str, str] | None = None) -> None:
        sent = {"Content-Type": "application/json", "Content-Length": str(len(body)), **(headers or {})}
        self.send_response(status)
        for name, value in sent.items():
            self.send_header(name, value)
        self.end_headers()
        if status not in (204, 304):
            self.wfile.write(body)
