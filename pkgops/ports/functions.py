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


class Functions(Protocol):
    """Lambda functions."""

    def invoke(self, name: str, payload: bytes, qualifier: str = "") -> Invocation:
        """Invokes a function and waits. UsageError if it is not deployed."""

    def concurrency(self) -> Concurrency:
        """The concurrent executions of the account in the stage's region."""
