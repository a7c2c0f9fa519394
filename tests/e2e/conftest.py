"""Each system deployed once for all tests, driven by the real command line in a project of its own."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest

from pkgops.config import load
from pkgops.local.client.emulator import Emulator
from pkgops.testing.deployed import free_port
from pkgops.testing.owner import owner
from tests.builds import Builds
from tests.canary import canary, listen, read, watch
from tests.e2e.contract import problems
from tests.emulator import client
from tests.repository import link_project

# Stage local has keys of its own; whoever's keys are in the shell are nobody's business there.
_KEYS = {
    "AWS_ACCESS_KEY_ID": canary("ACCESSKEY", "AKIA"),
    "AWS_SECRET_ACCESS_KEY": canary("secret-key"),
    "AWS_SESSION_TOKEN": canary("session-token"),
}
# The documented floors, and a database that resumes as slowly as on AWS, would make the suite wait.
_STAGES = """
[local]
port = {port}
resume = 1
[local.pkgwatch]
response_floor_seconds = 0.0
redirect_floor_seconds = 0.0
[dev]
[prod]
protected = true
"""


class _Stay(urllib.request.HTTPRedirectHandler):
    """Redirects lead to the website, which is on the internet: they are answers like others."""

    def redirect_request(self, *_: Any) -> None:
        return None


_HTTP = urllib.request.build_opener(_Stay, urllib.request.ProxyHandler({}))


@dataclass
class Answer:
    """What came back over HTTP; header names in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def outcome(self) -> tuple[int, str]:
        """The status, and the code of the error ("" if it is none)."""
        return self.status, self.json()["error"]["code"] if self.status >= 400 else ""

    @property
    def location(self) -> tuple[str, dict[str, str]]:
        """Where a redirect leads, and its query."""
        assert self.status == 302, (self.status, self.body)
        url, _, query = self.headers["location"].partition("?")
        return url, dict(parse_qsl(query, keep_blank_values=True))


@dataclass
class Deployed:
    """A project directory with its own emulator, and short ways to use what runs on it."""

    root: Path
    port: int
    keys: dict[str, str] = field(default_factory=dict)

    def pkgops(self, *arguments: str, ok: bool = True, **environment: str) -> subprocess.CompletedProcess[str]:
        """Runs the command line; asserts that it succeeds unless told otherwise."""
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("PKGOPS_", "AWS_"))}
        command = [str(Path(sys.executable).with_name("pkgops")), *arguments]
        variables = clean | owner() | ({} if "--stage" in arguments else _KEYS) | environment
        done = subprocess.run(
            command, cwd=self.root, env=variables, capture_output=True, text=True, timeout=180, check=False
        )
        listen(arguments, done.stdout, done.stderr)
        if ok:
            assert done.returncode == 0, f"{arguments}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done

    def rows(self, *arguments: str) -> Any:
        """The command's answer as data."""
        return json.loads(self.pkgops(*arguments, "--output", "json").stdout)

    def learn(self) -> None:
        """From now on nothing may show the values of the secrets that are stored."""
        watch(self.emulator.credentials().secret)
        service = client(self.emulator, "secretsmanager")
        for name in (row["Name"] for row in service.list_secrets()["SecretList"]):
            value = service.get_secret_value(SecretId=name).get("SecretString", "")
            watch(value, *_parts(value))

    def leave(self) -> None:
        """Stops the emulator; of what the tool has written, only the emulator's state may hold a secret."""
        self.pkgops("local", "down", ok=False)
        stores = {"state", "s3", "runtime", "tmp"}
        own = {"credentials"}  # its root user's, for their owner alone
        for folder, inner, names in os.walk(self.root / ".pkgops"):
            inner[:] = [name for name in inner if name not in stores]
            read(Path(folder, name) for name in names if not name.endswith(".zip") and name not in own)

    @cached_property
    def url(self) -> str:
        return self.pkgops("outputs", "ApiUrl").stdout.strip()

    @property
    def emulator(self) -> Emulator:
        return Emulator.of(self.root, self.port)

    def request(
        self, method: str, path: str, body: Any = None, key: str | None = None, headers: dict[str, str] | None = None
    ) -> Answer:
        """One HTTP request to the API, or to an address as it stands in a mail; redirects are not followed. ``body``
        bytes as they are, anything else as JSON. What the API answers must be as its OpenAPI document says."""
        sent = dict(headers or {})
        if key is not None:
            sent["X-API-Key"] = key
        data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        if data is not None:
            sent.setdefault("Content-Type", "application/json")
        url = path if path.startswith("http") else self.url + path
        found = exchange(urllib.request.Request(url, data=data, headers=sent, method=method))
        if url.startswith(self.url):
            wrong = problems(method, url.removeprefix(self.url), found.status, found.headers, found.body)
            assert not wrong, wrong
        return found


def _parts(secret: str) -> list[str]:
    """The values in a secret: those of its fields if it is a JSON object, whose names are no secrets."""
    try:
        return [str(part) for part in json.loads(secret).values()]
    except (ValueError, AttributeError):
        return [str(part) for part in re.findall(r'"([^"]+)"', secret)]


def exchange(request: urllib.request.Request) -> Answer:
    """What comes back, whatever its status."""
    try:
        with _HTTP.open(request, timeout=30) as answer:
            return _answer(answer)
    except urllib.error.HTTPError as refused:
        with refused:
            return _answer(refused)


def _answer(response: Any) -> Answer:
    headers = {name.lower(): value for name, value in response.headers.items()}
    return Answer(response.status, headers, response.read())


NewProject = Callable[..., Deployed]


@pytest.fixture(scope="session")
def new_project(tmp_path_factory: pytest.TempPathFactory, builds: Builds) -> NewProject:
    """``new_project("kefir", settings)``: a project with this repository's sources and a port of its own, in which the
    systems named first are linted and zipped; ``settings`` are further tables of its ``stages.toml``."""

    def make(*systems: str, settings: str = "") -> Deployed:
        root, port = tmp_path_factory.mktemp("project"), free_port()
        link_project(root, _STAGES.format(port=port) + settings)
        for system in systems:
            builds.store(load("local", system, root, environ={}))
        return Deployed(root, port)

    return make
