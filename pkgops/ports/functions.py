"""The port to Lambda functions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Invocation:
    """A function's response. ``error`` is "", Handled or Unhandled; ``log`` is the end of its log."""

    status: int
    payload: bytes
    error: str = ""
    log: str = ""
    version: str = ""


@dataclass(frozen=True, slots=True)
class Concurrency:
    """Concurrent executions: the account's ``limit``, and how many of them are ``unreserved``."""

    limit: int
    unreserved: int


LATEST = "$LATEST"
"""The version that is a function's current code: every change of it counts at once."""


@dataclass(frozen=True, slots=True)
class DeployedAlias:
    """Where an alias of a function leads: to ``version``, a number or `LATEST`. Every change replaces ``revision``;
    ``shifting`` is True while a part of the calls goes to another version."""

    version: str
    revision: str
    shifting: bool = False


@dataclass(frozen=True, slots=True)
class DeployedCode:
    """What a function runs: the ``sha256`` of its zip in base64, as Lambda writes it, the ``revision`` of code and
    configuration, which every change of either replaces, and whether the last update is ``settled``."""

    sha256: str
    revision: str
    settled: bool = True


class Functions(Protocol):
    """Lambda functions."""

    def invoke(self, name: str, payload: bytes, qualifier: str = "") -> Invocation:
        """Invokes a function and waits. UsageError if it is not deployed."""

    def try_out(self, name: str) -> None:
        """A dry run: asks whether a function could be invoked, without running it. On stage local this starts the
        process that a debugger attaches to. Errors as of `invoke`."""

    def code(self, name: str) -> DeployedCode:
        """What runs as ``$LATEST``. UsageError if the function is not deployed."""

    def replace_code(self, name: str, bucket: str, key: str, revision: str) -> DeployedCode:
        """Makes an object of a bucket a function's ``$LATEST``. `FunctionChangedError` if the function's revision is
        another one by now; UsageError if it is not deployed; DeployError if Lambda refuses the object."""

    def alias(self, name: str, alias: str) -> DeployedAlias:
        """Where an alias leads. UsageError if function or alias are not deployed."""

    def move_alias(self, name: str, alias: str, version: str, revision: str) -> None:
        """Makes an alias lead to a version. `FunctionChangedError` if its revision is another one by now; UsageError if
        it is not deployed; DeployError if Lambda refuses."""

    def concurrency(self) -> Concurrency:
        """The concurrent executions of the account in the stage's region."""
