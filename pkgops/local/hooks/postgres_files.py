"""The files of PostgreSQL servers: who owns them, and how a new one gets its first.

PostgreSQL does not run as root. Where the emulator does, the server and its programs run as the unprivileged user
65534, and its files are that user's; no user of the system is created. This user need not be able to reach the files'
directory: it is the server's working directory from the start, and named by that.
"""

from __future__ import annotations

import base64
import hashlib
import os
import secrets
import shutil
import stat
import subprocess
import tempfile
from hashlib import sha256
from pathlib import Path
from typing import Any

ADMIN = "rdsadmin"  # RDS's own administrator
_UNPRIVILEGED = 65534
_COPIES = Path("/var/tmp")  # noqa: S108 - what stands there is used only if it is root's
_ITERATIONS = 4096  # PostgreSQL's default of SCRAM
# Durable against the end of the process, not of the machine: what is here can be made again.
_INIT = ("--no-sync", "--no-instructions", "--auth=trust", f"--username={ADMIN}", "--encoding=UTF8", "--wal-segsize=1")
_LOCALE = ("--locale-provider=builtin", "--locale=C.UTF-8")
_HBA = "host all all 127.0.0.1/32 scram-sha-256\n"
_FORMAT = "1"  # of the initialised copy


class NotStartedError(Exception):
    """A server did not come up; the text says which, and why."""


def unprivileged() -> dict[str, Any]:
    """What `subprocess.Popen` is told so that a program does not run as root."""
    if os.geteuid() != 0:
        return {}
    return {"user": _UNPRIVILEGED, "group": _UNPRIVILEGED, "extra_groups": []}


def place(data: Path) -> dict[str, Any]:
    """Working directory and environment of a program that uses ``data``; it names the directory by `named`."""
    return {"cwd": data, "env": {"LC_ALL": "C", "TZ": "UTC"}, **unprivileged()}


def named(data: Path) -> str:
    """How a program started at `place` calls its directory."""
    return "/proc/self/cwd" if unprivileged() and Path("/proc/self/cwd").exists() else str(data)


def reachable(programs: Path, copies: Path = _COPIES) -> Path:
    """``programs``, or a copy of them that the unprivileged user can reach: another's home directory it cannot."""
    if not unprivileged() or all(above.stat().st_mode & stat.S_IXOTH for above in programs.resolve().parents):
        return programs
    wheel = programs.parents[1]  # the libraries stand beside it
    key = sha256(f"{wheel.resolve()} {(programs / 'postgres').stat().st_mtime_ns}".encode()).hexdigest()[:16]
    copy = copies / f"pkgops-postgresql-{key}"
    if not copy.exists():
        _copy_wheel(wheel, copy)
    if copy.is_symlink() or copy.stat().st_uid != 0:
        raise NotStartedError(f"{copy} belongs to another user: remove it")
    return copy / programs.relative_to(wheel.parent)


def _copy_wheel(wheel: Path, copy: Path) -> None:
    partial = Path(tempfile.mkdtemp(dir=copy.parent, prefix=f"{copy.name}."))
    try:
        for part in (wheel, wheel.with_name(f"{wheel.name}.libs")):
            if part.exists():
                shutil.copytree(part, partial / part.name)
        partial.chmod(0o755)
        partial.rename(copy)
    except OSError as error:
        shutil.rmtree(partial, ignore_errors=True)
        if not copy.exists():  # else another emulator was faster
            raise NotStartedError(f"PostgreSQL's programs cannot be copied to {copy}: {error.strerror}") from error


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
    os.chown(folder, _UNPRIVILEGED, _UNPRIVILEGED)
    for path in folder.rglob("*"):
        os.chown(path, _UNPRIVILEGED, _UNPRIVILEGED)


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
