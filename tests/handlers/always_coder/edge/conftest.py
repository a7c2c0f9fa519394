"""The functions at the edge as one pool's: its keys and its token endpoint over HTTP."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from handlers.always_coder.edge import auth_gate
from handlers.always_coder.site import settings
from tests.handlers.always_coder.tokens.signer import Signer

SIGNER = Signer()


class Cognito(ThreadingHTTPServer):
    """A pool's addresses. ``published`` are its keys; ``answer`` is the status and body for a code; ``asked`` are the
    paths and bodies of requests. ``missing`` bytes are announced and never sent."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self.published: list[dict[str, Any]] = [SIGNER.jwk]
        self.answer: tuple[int, Any] = (200, {})
        self.asked: list[tuple[str, str]] = []
        self.missing = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Answer(BaseHTTPRequestHandler):
    server: Cognito

    def do_GET(self) -> None:
        self.server.asked.append((self.path, ""))
        self._answer(200, {"keys": self.server.published})

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.server.asked.append((self.path, body))
        self._answer(*self.server.answer)

    def _answer(self, status: int, content: Any) -> None:
        body = content.encode() if isinstance(content, str) else json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body) + self.server.missing))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Says nothing."""


@pytest.fixture
def cognito(monkeypatch: pytest.MonkeyPatch) -> Iterator[Cognito]:
    with Cognito() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        values = {"COGNITO_REGION": "us-east-1", "USER_POOL_ID": "us-east-1_abc", "CLIENT_ID": "client-1"}
        for name, value in {**values, "AWS_ENDPOINT_URL": server.url}.items():
            monkeypatch.setenv(name, value)
        monkeypatch.delenv("AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER", raising=False)
        _forget()
        yield server
        server.shutdown()
        _forget()


def _forget() -> None:
    for kept in (settings.pool, settings.app, auth_gate._visitors):
        kept.cache_clear()
