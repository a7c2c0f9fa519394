"""The servers of databases and caches, as the emulator tells of them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DataServer:
    """The server of a cluster of RDS or ElastiCache; ``running`` is False if its process has ended. ``state`` is
    ``awake``, ``paused`` or ``resuming`` for a cluster that pauses, "" for others."""

    name: str
    address: str
    running: bool
    state: str = ""

    @property
    def described(self) -> str:
        """Name, address and, where there is one, state: ``shop-cluster at 127.0.0.1:41233 (paused)``."""
        return f"{self.name} at {self.address}{f' ({self.state})' if self.state and self.running else ''}"
