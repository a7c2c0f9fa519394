"""A deployed system for tests: on an emulator of its own, driven by the real command line and over HTTP."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import random
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from pkgops.testing.owner import owner

T = TypeVar("T")
_LINKED = ("templates", "handlers", "companions", "sites", ".env")
_PORT = re.compile(r"^\s*port\s*=.*$", re.MULTILINE)
_LOCAL = re.compile(r"^\s*\[local\]\s*$", re.MULTILINE)


class _RedirectsAreAnswers(urllib.request.HTTPRedirectHandler):
    """They may lead to the internet, and a test wants to see where."""

    def redirect_request(self, *_: Any) -> None:
        return None


_HTTP = urllib.request.build_opener(_RedirectsAreAnswers, urllib.request.ProxyHandler({}))


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back over HTTP; header names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode("utf-8", "replace")

    def json(self) -> Any:
        """The body as data."""
        return json.loads(self.body)


@dataclass(slots=True)
class Deployed:
    """A system on stage local. ``root`` is a project directory of its own with the sources of the tested one."""

    root: Path
    _outputs: dict[str, str] = field(default_factory=dict)

    def pkgops(self, *arguments: str) -> str:
        """Runs a command and returns what it writes to stdout. AssertionError with both streams if it fails."""
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("PKGOPS_", "AWS_"))}
        command = [sys.executable, "-m", "pkgops.cli", *arguments]
        done = subprocess.run(command, cwd=self.root, env=clean | owner(), capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"pkgops {' '.join(arguments)}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def rows(self, *arguments: str) -> Any:
        """What a command answers, as data."""
        return json.loads(self.pkgops(*arguments, "--output", "json"))

    def output(self, name: str) -> str:
        """The value of an output."""
        if name not in self._outputs:
            self._outputs[name] = self.pkgops("outputs", name).strip()
        return self._outputs[name]

    def secret(self, name: str) -> str:
        """The value of a secret."""
        return self.pkgops("secrets", "show", name, "--reveal").strip()

    def request(
        self,
        method: str,
        path: str,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
        output: str = "ApiUrl",
    ) -> Answer:
        """One request to the address in an output; ``body`` is sent as JSON unless it is bytes. Redirects are not
        followed."""
        data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        url = self.output(output) + path
        sent = {"Content-Type": "application/json", **(headers or {})}
        request = urllib.request.Request(url, data=data, headers=sent, method=method)  # noqa: S310 - the emulator's
        try:
            with _HTTP.open(request, timeout=30) as answer:
                return _answer(answer)
        except urllib.error.HTTPError as refused:
            with refused:
                return _answer(refused)

    def until(self, look: Callable[[], T], done: Callable[[T], bool], seconds: float = 20.0) -> T:
        """Looks again until ``done`` says so; what was seen then. AssertionError with the last look after
        ``seconds``."""
        end = time.monotonic() + seconds
        while not done(seen := look()):
            assert time.monotonic() < end, f"Not after {seconds:.0f} s: {seen!r}"
            time.sleep(0.05)
        return seen


@contextlib.contextmanager
def deployment(root: Path, scratch: Path) -> Iterator[Deployed]:
    """Deploys and seeds the default system of the project at ``root`` from ``scratch``, and stops its emulator at the
    end; if the test process is killed before, the emulator ends with it. Neither the project's own emulator nor its
    state is touched."""
    stages = (root / "stages.toml").read_text(encoding="utf-8")
    (scratch / "stages.toml").write_text(_with_port(stages, free_port()), encoding="utf-8")
    for name in _LINKED:
        if (root / name).exists():
            (scratch / name).symlink_to(root / name)
    _share_builds(root / ".pkgops", scratch / ".pkgops")
    system = Deployed(scratch)
    try:
        system.pkgops("deploy", "--yes")
        if any((scratch / "templates").glob("*/seed.py")):
            system.pkgops("seed-dev")
        yield system
    finally:
        with contextlib.suppress(AssertionError):
            system.pkgops("local", "down")


def free_port() -> int:
    """A port nothing listens on at the moment, outside the range the system gives to connections: until the emulator
    listens on it, it could be given away. Ten apart, as companions listen on the ports behind the emulator's. Kept from
    other processes of this user that ask until this one ends: tests stop an emulator and start it again."""
    for port in random.SystemRandom().sample(range(20_000, 32_000, 10), 100):
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            _reserve(port)
            return port
    raise OSError("There is no free port.")


def _reserve(port: int) -> None:
    """BlockingIOError if another process has taken it; where there can be no such locks, nobody has."""
    place = Path(tempfile.gettempdir()) / f"pkgops-ports-{os.getuid()}"
    with contextlib.suppress(FileExistsError, PermissionError, FileNotFoundError):
        place.mkdir(mode=0o700, exist_ok=True)
        held = os.open(place / str(port), os.O_RDWR | os.O_CREAT, 0o600)  # until the process ends
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(held)
            raise


def _share_builds(home: Path, target: Path) -> None:
    """Copies what the project has built: it is found by its content, and templates need not be linted again."""
    for folder in ("apps", "artifacts", "cache"):
        for path in [path for path in (home / folder).rglob("*") if path.is_file()]:
            copy = target / path.relative_to(home)
            copy.parent.mkdir(parents=True, exist_ok=True)
            with contextlib.suppress(FileNotFoundError):  # removed by a command since
                shutil.copyfile(path, copy)


def _with_port(stages: str, port: int) -> str:
    without = _PORT.sub("", stages)
    found = _LOCAL.search(without)
    if found is None:
        return f"{without}\n[local]\nport = {port}\n"
    return f"{without[: found.end()]}\nport = {port}{without[found.end() :]}"


def _answer(response: Any) -> Answer:
    headers = {name.lower(): value for name, value in response.headers.items()}
    return Answer(response.status, headers, response.read())
