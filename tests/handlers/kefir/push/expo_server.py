"""Expo's push service on loopback: accepts messages, returns tickets and receipts, and fails on request."""

from __future__ import annotations

import gzip
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from typing import Any


@dataclass
class ExpoServer:
    """The state of the server at ``url``.

    ``failures`` are returned to the next requests instead of the right response: a status with a body, None to hang up.
    ``faults`` are the errors of tickets, by token; ``foreign`` the tokens of another project. ``receipts`` are by
    ticket. Without ``answers`` it accepts messages and says nothing. ``messages`` are the accepted ones, ``requests``
    all that arrived: path, headers, body.
    """

    url: str = ""
    failures: list[tuple[int, Any] | None] = field(default_factory=list)
    faults: dict[str, dict[str, Any]] = field(default_factory=dict)
    foreign: set[str] = field(default_factory=set)
    receipts: dict[str, dict[str, Any]] = field(default_factory=dict)
    messages: list[dict[str, Any]] = field(default_factory=list)
    requests: list[tuple[str, dict[str, str], Any]] = field(default_factory=list)
    answers: threading.Event = field(default_factory=threading.Event)
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def answer(self, path: str, headers: dict[str, str], body: Any) -> tuple[int, Any] | None:
        with self._lock:
            self.requests.append((path, headers, body))
            if self.failures:
                return self.failures.pop(0)
            return self._send(body) if path == "/--/api/v2/push/send" else self._receipts(path, body)

    def tokens(self) -> list[str]:
        """The tokens of the accepted messages."""
        return [message["to"] for message in self.messages]

    def _send(self, messages: list[dict[str, Any]]) -> tuple[int, Any]:
        if len(messages) > 100:
            return refusal("PUSH_TOO_MANY_NOTIFICATIONS")
        if len({message["to"] in self.foreign for message in messages}) > 1:
            return refusal("PUSH_TOO_MANY_EXPERIENCE_IDS")
        if any(len(json.dumps(message, ensure_ascii=False).encode()) > 4096 for message in messages):
            return refusal("VALIDATION_ERROR")
        return 200, {"data": [self._ticket(message) for message in messages]}

    def _ticket(self, message: dict[str, Any]) -> dict[str, Any]:
        if message["to"] in self.faults:
            return {"status": "error", "message": "It did not work", **self.faults[message["to"]]}
        self.messages.append(message)
        return {"status": "ok", "id": f"ticket-{next(self._numbers)}"}

    def _receipts(self, path: str, body: dict[str, Any]) -> tuple[int, Any]:
        assert path == "/--/api/v2/push/getReceipts"
        assert len(body["ids"]) <= 1000
        return 200, {"data": {one: self.receipts[one] for one in body["ids"] if one in self.receipts}}


def refusal(code: str) -> tuple[int, Any]:
    return 400, {"errors": [{"code": code, "message": "No."}]}


@contextmanager
def running() -> Iterator[ExpoServer]:
    """A server on a free port of loopback."""
    expo = ExpoServer()
    expo.answers.set()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            answer = expo.answer(self.path, {name.lower(): value for name, value in self.headers.items()}, body)
            if answer is None:
                self.close_connection = True
                return
            expo.answers.wait()
            status, content = answer
            sent = gzip.compress(content.encode() if isinstance(content, str) else json.dumps(content).encode())
            self.send_response(status)
            self.send_header("Content-Encoding", "gzip")
            self.send_header("Content-Length", str(len(sent)))
            self.end_headers()
            with suppress(BrokenPipeError, ConnectionResetError):
                self.wfile.write(sent)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    expo.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield expo
    finally:
        expo.answers.set()
        server.shutdown()
        thread.join()
        server.server_close()
