"""A web server that remembers what it was asked, as an origin that is no part of the emulator."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Recorder:
    """``asked`` are (method, path with query, headers, body); ``status`` is what it answers."""

    port: int = 0
    status: int = 200
    asked: list[tuple[str, str, dict[str, str], bytes]] = field(default_factory=list)

    def origin(self, id: str = "server", **settings: Any) -> dict[str, Any]:
        """The server as an origin."""
        custom = {"OriginProtocolPolicy": "http-only", "HTTPPort": self.port}
        return {"Id": id, "DomainName": "127.0.0.1", "CustomOriginConfig": custom} | settings


@contextmanager
def recording() -> Iterator[Recorder]:
    """Runs one."""
    recorder = Recorder()

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            recorder.asked.append((self.command, self.path, headers, body))
            self.send_response(recorder.status)
            self.send_header("Content-Type", "text/plain")
            self.send_header("Set-Cookie", "a=1")
            self.send_header("Set-Cookie", "b=2")
            self.send_header("Content-Length", "6")
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(b"served")

        do_GET = do_HEAD = do_POST = do_OPTIONS = answer  # noqa: N815 - the names http.server looks for

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        recorder.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield recorder
        server.shutdown()
        thread.join()
