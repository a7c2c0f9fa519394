"""What `pkgops smoke` says of answers that are as declared, and of others."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from pkgops.config import Project, load
from pkgops.declarations import SmokeCheck
from pkgops.errors import UsageError
from pkgops.operate.outputs import OutputRow
from pkgops.operate.smoke import SmokeResult, smoke
from pkgops.testing.deployed import free_port
from tests.repository import ROOT

DOCUMENT = {"status": "ok", "at": None, "page": {"number": 1}}
# Path -> status, headers, body.
ANSWERS: dict[str, tuple[int, dict[str, str], bytes]] = {
    "/": (200, {"Content-Type": "text/html; charset=utf-8"}, b"<html>"),
    "/health": (200, {"Content-Type": "application/json"}, json.dumps(DOCUMENT).encode()),
    "/list": (200, {}, b"[]"),
    "/private": (307, {"Location": "/login"}, b""),
    "/broken": (500, {}, b'{"error": "database"}'),
}


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """A server with those answers; what is posted comes back."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.answer(*ANSWERS.get(self.path, (404, {}, b"")))

        def do_POST(self) -> None:
            self.answer(201, {}, self.rfile.read(int(self.headers["Content-Length"])))

        def answer(self, status: int, headers: dict[str, str], body: bytes) -> None:
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """Nothing is logged."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}/"
    server.shutdown()
    server.server_close()
    thread.join(10)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return replace(load("local", "pkgwatch", ROOT, environ={}), root=tmp_path)


def tried(project: Project, url: str, *checks: SmokeCheck) -> list[SmokeResult]:
    system = replace(project.system, smoke=checks)
    return smoke(replace(project, system=system), [OutputRow("web", "Url", url)], timeout=10)


@pytest.mark.parametrize(
    "check",
    [
        SmokeCheck("web.Url", headers={"Content-Type": "text/html"}),
        SmokeCheck("web.Url", "/health", members={"status": "ok", "at": ..., "page.number": 1}),
        SmokeCheck("web.Url", "/health", members={"at": None}),
        SmokeCheck("web.Url", "/private", 307, headers={"Location": "/login"}),
        SmokeCheck("web.Url", "/nowhere", 404),
        SmokeCheck("web.Url", "/orders", 201, {"name": "tea"}, method="POST", body={"name": "tea"}),
    ],
    ids=lambda check: f"{check.path} {list(check.members)}",
)
def test_what_is_as_declared_is_well(project: Project, url: str, check: SmokeCheck) -> None:
    (found,) = tried(project, url, check)
    assert (found.wrong, found.status) == ("", check.status)
    assert found.url == url.rstrip("/") + check.path


@pytest.mark.parametrize(
    ("check", "wrong"),
    [
        (SmokeCheck("web.Url", "/broken"), "status 500 instead of 200"),
        (SmokeCheck("web.Url", "/health", members={"status": "well"}), 'status is "ok" instead of "well"'),
        (SmokeCheck("web.Url", "/health", members={"page.size": ...}), "page.size is missing"),
        (SmokeCheck("web.Url", "/list", members={"status": ...}), "status is missing"),
        (SmokeCheck("web.Url", "/", members={"status": ...}), "its body is not JSON"),
        (SmokeCheck("web.Url", "/private", 307, headers={"Location": "/home"}), "header Location is '/login'"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_not_is_told_in_a_phrase(project: Project, url: str, check: SmokeCheck, wrong: str) -> None:
    (found,) = tried(project, url, check)
    assert found.wrong.startswith(wrong)


def test_no_answer_is_a_result_too(project: Project) -> None:
    (found,) = tried(project, f"http://127.0.0.1:{free_port()}", SmokeCheck("web.Url"))
    assert (found.status, found.wrong.startswith("no answer: ")) == (0, True)


def test_a_system_without_checks_or_without_the_output_is_told_so(project: Project, url: str) -> None:
    with pytest.raises(UsageError, match="pkgwatch declares no smoke checks"):
        tried(project, url)
    with pytest.raises(UsageError, match=r"web\.Address"):
        tried(project, url, SmokeCheck("web.Address"))
