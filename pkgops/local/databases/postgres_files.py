"""Whose are the files of a PostgreSQL server, and how does a new one get its first?

Where the emulator runs as root, they belong to the unprivileged user of `pkgops.local.databases.postgres_programs`.
This user need not be able to reach their directory: it is the server's working directory from the start, and named by
that.
"""

from __future__ import annotations

import base64
import hashlib
import os
import secrets
import shutil
import subprocess
from hashlib import sha256
from pathlib import Path
from typing import Any

from pkgops.local.databases.postgres_programs import UNPRIVILEGED, unprivileged
from pkgops.local.databases.server_process import NotStartedError

ADMIN = "rdsadmin"  # RDS's own administrator
_ITERATIONS = 4096  # PostgreSQL's default of SCRAM
# Durable against the end of the process, not of the machine: what is here can be made again.
_INIT = ("--no-sync", "--no-instructions", "--auth=trust", f"--username={ADMIN}", "--encoding=UTF8", "--wal-segsize=1")
_LOCALE = ("--locale-provider=builtin", "--locale=C.UTF-8")
_HBA = "host all all 127.0.0.1/32 scram-sha-256\n"
_FORMAT = "1"  # of the initialised copy


def place(data: Path) -> dict[str, Any]:
    """Working directory and environment of a program that uses ``data``; it names the directory by `named`."""
    return {"cwd": data, "env": {"LC_ALL": "C", "TZ": "UTC"}, **unprivileged()}


def named(data: Path) -> str:
    """How a program started at `place` calls its directory."""
    return "/proc/self/cwd" if unprivileged() and Path("/proc/self/cwd").exists() else str(data)


def make(programs: Path, data: Path, statements: list[str]) -> None:
    """Makes ``data`` the files of a new server, after ``statements`` of SQL (none with a newline), each a transaction
    of its own. Raises `NotStartedError`."""
    initialised = _initialised(programs, data.parent)
    partial = data.with_name(f"{data.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    shutil.copytree(initialised, partial)
    (partial / "pg_hba.conf").write_text(_HBA)
    _give_away(partial)
    _single_user(programs, partial, statements)
    partial.rename(data)


def _initialised(programs: Path, folder: Path) -> Path:
    """The files of a server that has never run; what ``initdb`` needs a second or two for is kept."""
    made = "\0".join((_FORMAT, str((programs / "postgres").stat().st_size), *_INIT, *_LOCALE))
    target = folder / f"initialised-{sha256(made.encode()).hexdigest()[:16]}"
    if target.is_dir():
        return target
    partial = target.with_suffix(".partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True, mode=0o700)
    _give_away(partial)
    command = [str(programs / "initdb"), "-D", named(partial), *_INIT, *_LOCALE]
    _run(command, partial, "")
    return partial.rename(target)


def _single_user(programs: Path, data: Path, statements: list[str]) -> None:
    command = [str(programs / "postgres"), "--single", "-F", "-D", named(data), "postgres"]
    output = _run(command, data, "".join(f"{statement}\n" for statement in statements))
    if problem := next((line for line in output.splitlines() if "ERROR:" in line or "FATAL:" in line), None):
        raise NotStartedError(problem.partition(":  ")[2] or problem)


def _run(command: list[str], data: Path, text: str) -> str:
    done: subprocess.CompletedProcess[str] = subprocess.run(
        command, input=text, capture_output=True, text=True, check=False, **place(data)
    )
    if done.returncode:
        raise NotStartedError((done.stderr or done.stdout).strip())
    return done.stderr


def _give_away(folder: Path) -> None:
    if not unprivileged():
        return
    os.chown(folder, UNPRIVILEGED, UNPRIVILEGED)
    for path in folder.rglob("*"):
        os.chown(path, UNPRIVILEGED, UNPRIVILEGED)


def verifier(password: str) -> str:
    """What PostgreSQL keeps of a password (SCRAM-SHA-256), so that no statement and no log holds it."""
    salt = secrets.token_bytes(16)
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, _ITERATIONS)
    client, server = (_hmac(salted, text) for text in (b"Client Key", b"Server Key"))
    parts = (base64.b64encode(part).decode() for part in (salt, sha256(client).digest(), server))
    return "SCRAM-SHA-256${}:{}${}:{}".format(_ITERATIONS, *parts)


def _hmac(key: bytes, text: bytes) -> bytes:
    import hmac

    return hmac.digest(key, text, "sha256")
