"""Is the embedded emulator up, and how is it started, asked and stopped?

The client side: standard library only, because every local command imports it. The server is another process
(`pkgops.local.server`), which outlives the command that started it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from pkgops.events import Emit, silent


@dataclass(frozen=True, slots=True)
class Status:
    """The emulator at one moment. ``started`` is ISO-8601 UTC, ``uptime`` seconds, ``memory`` bytes (server
    and Lambda workers; 0 where /proc is missing). ``note`` says what a crash has lost, "" if nothing."""

    running: bool
    port: int
    home: Path
    pid: int = 0
    version: str = ""
    started: str = ""
    uptime: float = 0.0
    memory: int = 0
    note: str = ""


@dataclass(frozen=True, slots=True)
class Message:
    """A mail the emulator's SES took; ``time`` is ISO-8601 UTC."""

    id: str
    time: str
    sender: str
    to: tuple[str, ...]
    subject: str
    text: str = ""
    html: str = ""


@dataclass(frozen=True, slots=True)
class Emulator:
    """The emulator whose state is kept under ``home`` (``.pkgops/local``), listening on 127.0.0.1:``port``."""

    home: Path
    port: int = 4566
    account: str = field(default="000000000000")
    region: str = field(default="us-east-1")

    @property
    def endpoint(self) -> str:
        """The address clients use, without a slash at the end."""
        return f"http://127.0.0.1:{self.port}"

    def up(self, emit: Emit = silent) -> Status:
        """Starts the server unless it runs; returns when it answers. AccessError if it cannot run here."""
        raise NotImplementedError

    def running(self) -> bool:
        """True if this home's server answers on the port; below 3 ms."""
        raise NotImplementedError

    def down(self) -> bool:
        """Stops the server after it has saved its state; False if it was not running."""
        raise NotImplementedError

    def status(self) -> Status:
        """What is known about the server, running or not."""
        raise NotImplementedError

    def reset(self) -> None:
        """Empties the emulator: every stack, table, bucket and file of its state. AccessError if it is down."""
        raise NotImplementedError

    def log(self, lines: int = 100) -> list[str]:
        """The last ``lines`` lines of the server's log, oldest first."""
        raise NotImplementedError

    def messages(self) -> list[Message]:
        """The mails sent through SES, oldest first. AccessError if the emulator is down."""
        raise NotImplementedError
