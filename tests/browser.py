"""A real browser that visits a page of a website made for the test."""

from __future__ import annotations

import json
import os
import queue
import shutil
import signal
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--no-proxy-server",
    "--host-resolver-rules=MAP *.example 127.0.0.1",
)
PATIENCE = 60.0  # seconds a page may take on a busy machine
SITE = "evil.example"


def browser() -> str:
    """The program; the test is skipped where there is none."""
    found = next(filter(None, map(shutil.which, NAMES)), "")
    if not found:
        pytest.skip("No browser is installed; with apt-get: apt-get install chromium")
    return found


class Site(ThreadingHTTPServer):
    """A website that serves one page at every address, redirects from ``/redirect/<address>`` and takes the page's
    report."""

    daemon_threads = True

    def __init__(self, page: str) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.page = page.encode()
        self.reports: queue.Queue[Any] = queue.Queue()

    @property
    def origin(self) -> str:
        return f"http://{SITE}:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    server: Site

    def do_GET(self) -> None:
        if self.path.startswith("/redirect/"):
            self._answer(302, b"", Location=unquote(self.path.removeprefix("/redirect/")))
        else:
            self._answer(200, self.server.page)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.path == "/report":
            self.server.reports.put(json.loads(body))
        self._answer(204, b"")

    def _answer(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in {
            "Content-Type": "text/html; charset=utf-8",
            "Content-Length": str(len(body)),
            **headers,
        }.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """What the page reports is enough."""


def visit(program: str, page: str, profile: Path) -> Any:
    """What the page at `SITE` reports: it has to POST a JSON document to ``/report``. Names below ``example`` lead to
    this machine."""
    site = Site(page)
    threading.Thread(target=site.serve_forever, daemon=True).start()
    try:
        with _running(program, site.origin + "/", profile):
            return site.reports.get(timeout=PATIENCE)
    finally:
        site.shutdown()
        site.server_close()


@contextmanager
def _running(program: str, address: str, profile: Path) -> Iterator[None]:
    command = [program, *FLAGS, f"--user-data-dir={profile}", address]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "start_new_session": True}
    with subprocess.Popen(command, env={**os.environ, "HOME": str(profile)}, **quiet) as process:
        try:
            yield
        finally:
            os.killpg(process.pid, signal.SIGKILL)
