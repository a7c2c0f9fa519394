"""Lambda in memory."""

from __future__ import annotations

import base64
import io
import itertools
import json
from collections.abc import Callable
from contextlib import redirect_stdout
from typing import Any

from pkgops.errors import DeployError, FunctionChangedError, UsageError, not_deployed
from pkgops.ports.functions import Concurrency, DeployedAlias, DeployedCode, Invocation

LIMIT = 6 * 1024 * 1024


class FakeFunctions:
    """`pkgops.ports.functions.Functions`: ``deployed`` maps names to what is called with the event,
    ``limit`` is the account's concurrency, of which ``unreserved`` is left; ``codes`` are the sha256 of what functions
    run, and `run` changes one as somebody else does; ``aliases`` are where they lead, by function and name."""

    def __init__(self, deployed: dict[str, Callable[[Any], Any]] | None = None) -> None:
        self.deployed = deployed or {}
        self.calls: list[tuple[str, bytes, str]] = []
        self.limit = self.unreserved = 1000
        self.codes: dict[str, DeployedCode] = {}
        self.aliases: dict[tuple[str, str], DeployedAlias] = {}
        self._revisions = itertools.count(1)

    def invoke(self, name: str, payload: bytes, qualifier: str = "") -> Invocation:
        self.calls.append((name, payload, qualifier))
        if name not in self.deployed:
            raise not_deployed("Function", name)
        if len(payload) > LIMIT:
            raise UsageError("The payload is too large.")
        said = io.StringIO()
        try:
            with redirect_stdout(said):
                result = self.deployed[name](json.loads(payload))
        except Exception as error:
            body = {"errorMessage": str(error), "errorType": type(error).__name__}
            said.write(f"[ERROR] {type(error).__name__}: {error}\n")
            return Invocation(200, json.dumps(body).encode(), "Unhandled", _log(said), "$LATEST")
        return Invocation(200, json.dumps(result).encode(), "", _log(said), "$LATEST")

    def run(self, name: str, sha256: str) -> DeployedCode:
        self.codes[name] = DeployedCode(sha256, f"revision-{next(self._revisions)}")
        return self.codes[name]

    def try_out(self, name: str) -> None:
        if name not in self.deployed:
            raise not_deployed("Function", name)

    def code(self, name: str) -> DeployedCode:
        if name not in self.codes:
            raise not_deployed("Function", name)
        return self.codes[name]

    def replace_code(self, name: str, bucket: str, key: str, revision: str) -> DeployedCode:
        if self.code(name).revision != revision:
            raise FunctionChangedError(f"{name} has changed meanwhile.")
        stem = key.rpartition("/")[2].removesuffix(".zip")
        try:
            return self.run(name, base64.b64encode(bytes.fromhex(stem)).decode())
        except ValueError:
            raise DeployError(f"Lambda refuses the code of {name}: no such object") from None

    def lead(self, name: str, alias: str, version: str) -> None:
        self.aliases[name, alias] = DeployedAlias(version, f"revision-{next(self._revisions)}")

    def alias(self, name: str, alias: str) -> DeployedAlias:
        if (name, alias) not in self.aliases:
            raise not_deployed("Function", f"{name}:{alias}")
        return self.aliases[name, alias]

    def move_alias(self, name: str, alias: str, version: str, revision: str) -> None:
        if self.alias(name, alias).revision != revision:
            raise FunctionChangedError(f"{name}:{alias} has changed meanwhile.")
        self.lead(name, alias, version)

    def concurrency(self) -> Concurrency:
        return Concurrency(self.limit, self.unreserved)


def _log(said: io.StringIO) -> str:
    report = (
        "REPORT RequestId: 1\tDuration: 1.00 ms\tBilled Duration: 1 ms\tMemory Size: 128 MB\tMax Memory Used: 9 MB\t"
    )
    return f"START RequestId: 1 Version: $LATEST\n{said.getvalue()}END RequestId: 1\n{report}\n"
