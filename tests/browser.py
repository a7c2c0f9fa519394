"""A real browser, and a website for it to visit."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# Those that Playwright does not set itself. Names below "example" lead to this machine.
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-proxy-server",
    "--host-resolver-rules=MAP *.example 127.0.0.1",
)
PATIENCE = 60_000.0  # milliseconds a page may take on a busy machine
SITE = "evil.example"


def program() -> str:
    """The browser; the test is skipped where there is none."""
    found = next(filter(None, map(shutil.which, NAMES)), "")
    if not found:
        pytest.skip("No browser is installed; with apt-get: apt-get install chromium")
    return found


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """The browser of a test module, with a profile of its own. While it runs, the thread of the tests has an event
    loop: connections of a test's own need another thread."""
    found = program()
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=PATIENCE)
    home = {**os.environ, "HOME": str(tmp_path_factory.mktemp("browser"))}
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=found, args=FLAGS, env=home, timeout=PATIENCE)
        yield running
        running.close()


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A page with nothing in it and no cookies, whose user accepts the emulator's certificate. An error that the page
    does not handle fails the test."""
    errors: list[str] = []
    with chromium.new_context(ignore_https_errors=True) as context:
        context.set_default_timeout(PATIENCE)
        made = context.new_page()
        made.on("pageerror", lambda error: errors.append(str(error)))
        yield made
    assert errors == []


class Site(ThreadingHTTPServer):
    """A website that serves one page at every address, and redirects from ``/redirect/<address>``."""

    daemon_threads = True

    def __init__(self, page: str) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.page = page.encode()

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

    def _answer(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        own = {"Content-Type": "text/html; charset=utf-8", "Content-Length": str(len(body))}
        for name, value in {**own, **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """What the page finds is enough."""


@contextmanager
def site(page: str) -> Iterator[Site]:
    """A website with that page."""
    running = Site(page)
    threading.Thread(target=running.serve_forever, daemon=True).start()
    try:
        yield running
    finally:
        running.shutdown()
        running.server_close()
