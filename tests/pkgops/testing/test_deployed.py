"""The deployed system of a project's tests: what they reach, what they leave alone, and how its emulator ends."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

from pkgops.local.home import Home
from pkgops.testing.deployed import Deployed, deployment, free_port
from tests.processes import ended, family
from tests.repository import ROOT

UP = """
import sys, time
from pathlib import Path
from pkgops.testing.deployed import Deployed
Deployed(Path(sys.argv[1])).pkgops("local", "up")
print("up", flush=True)
time.sleep(600)
"""


def server(root: Path) -> int:
    """The pid of the emulator of the project at ``root``."""
    return int(json.loads(Home(root / ".pkgops" / "local").info.read_text())["pid"])


@pytest.mark.emulator
def test_a_system_is_deployed_seeded_and_reached_next_to_the_projects_own(shop: Path, tmp_path: Path) -> None:
    known = Path(".pkgops", "cache", "lint", "of-a-template.json")
    (shop / known).parent.mkdir(parents=True)
    (shop / known).write_text("[]")
    with deployment(shop, tmp_path) as system:
        assert (tmp_path / known).exists(), "What the project has built is not built again"
        listed = system.request("GET", "/notebooks/welcome/notes")
        assert (listed.status, len(listed.json()["notes"])) == (200, 2)
        assert listed.headers["content-type"] == "application/json"
        refused = system.request("POST", "/notebooks/welcome/notes", {"text": "x"}, headers={"X-Api-Key": "wrong"})
        assert (refused.status, "X-Api-Key" in refused.text) == (401, True)
        assert system.output("NotesTableName") == "shop-notes-local"
        assert system.secret("shop/api-key")
        assert {row["current"] for row in system.rows("status")} == {True}
        processes = family(server(tmp_path))
        assert not (shop / ".pkgops" / "local").exists()
    assert all(ended(pid) for pid in processes)


@pytest.mark.emulator
def test_the_emulator_ends_with_the_tests_even_if_these_are_killed(shop: Path, tmp_path: Path) -> None:
    (tmp_path / "templates").symlink_to(shop / "templates")
    (tmp_path / "stages.toml").write_text(f"[local]\nport = {free_port()}\n")
    command = [sys.executable, "-c", UP, str(tmp_path)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as tests:
        assert tests.stdout
        try:
            assert tests.stdout.readline() == "up\n"
            processes = family(server(tmp_path))
        finally:
            tests.send_signal(signal.SIGKILL)
    assert all(ended(pid) for pid in processes)


def test_a_command_that_fails_shows_what_it_has_written(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match=r"pkgops status: 2\n\nError: This is not a pkgops project") as failed:
        Deployed(tmp_path).pkgops("status")
    assert str(tmp_path) in str(failed.value)


def test_a_redirect_is_an_answer(tmp_path: Path) -> None:
    """It may lead to the internet."""
    with serving(302, {"Location": "http://nowhere.invalid/"}) as address:
        system = Deployed(tmp_path, {"ApiUrl": address})
        answer = system.request("GET", "/short")
    assert (answer.status, answer.headers["location"]) == (302, "http://nowhere.invalid/")


@contextmanager
def serving(status: int, headers: dict[str, str]) -> Iterator[str]:
    """The address of a server that answers everything alike."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_waiting_ends_with_the_last_look(tmp_path: Path) -> None:
    looks = iter(range(1_000_000))
    system = Deployed(tmp_path)
    assert system.until(lambda: next(looks), lambda seen: seen == 2) == 2
    with pytest.raises(AssertionError, match="Not after 0 s: 3"):
        system.until(lambda: next(looks), lambda seen: False, seconds=0)


def test_a_port_is_given_once() -> None:
    """Also to another process: tests run in several, and stop an emulator that they start again."""
    program = "from pkgops.testing.deployed import _reserve; import sys; _reserve(int(sys.argv[1]))"
    port = free_port()
    taken = subprocess.run([sys.executable, "-c", program, str(port)], cwd=ROOT, capture_output=True, check=False)
    assert b"BlockingIOError" in taken.stderr
    assert len({free_port() for _ in range(20)} | {port}) == 21
