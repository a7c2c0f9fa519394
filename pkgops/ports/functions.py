"""What the tool asks of Lambda."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Invocation:
    """A function's answer. ``error`` is "", Handled or Unhandled; ``log`` is the tail of its log."""

    status: int
    payload: bytes
    error: str = ""
    log: str = ""
    version: str = ""


class Functions(Protocol):
    """Lambda."""

    def invoke(self, name: str, payload: bytes, qualifier: str = "") -> Invocation:
        """Calls a function and waits. UsageError if it is not deployed."""
