"""Always Coder's own pages, served as files: what a distribution adds is the gate in front of them."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.repository import ROOT

FILES = ROOT / "sites" / "always_coder"
CONFIG = "/api/config.json"


class _Pages(SimpleHTTPRequestHandler):
    config: Any = None

    def do_GET(self) -> None:
        if self.path != CONFIG:
            super().do_GET()
            return
        body = json.dumps(self.config).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """What the browser sees is enough."""


@contextmanager
def served(config: Any) -> Iterator[str]:
    """The origin of the pages with that configuration."""
    handler = type("Configured", (_Pages,), {"config": config})
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(handler, directory=str(FILES)))
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
