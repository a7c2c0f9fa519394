"""Where are the tool's own files, and how are they written and read, so that a damaged one is never believed?

Everything in them can be made again. So a document that is damaged, of another form, or cannot be read is as good as
absent, and one that cannot be written only costs time.
"""

from __future__ import annotations

import json
import os
import threading
from hashlib import sha256
from pathlib import Path
from typing import Any

from pkgops.errors import BuildError, RefusedError, UsageError

FOLDER = ".pkgops"
VARIABLE = "PKGOPS_HOME"


def home(root: Path) -> Path:
    """The directory of a project's own files: ``.pkgops`` in it, or, if the project may only be read, one in the
    user's cache directory. ``PKGOPS_HOME`` names another place, where each project gets a directory of its own."""
    if named := os.environ.get(VARIABLE):
        return Path(named).expanduser().resolve() / _unique_name(root)
    own = root / FOLDER
    if os.access(root, os.W_OK) or os.access(own, os.W_OK):
        return own
    caches = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(caches) / "pkgops" / _unique_name(root)


def read_document(path: Path) -> Any:
    """The JSON value that `keep_document` wrote; None if there is none, or if a single byte of it has changed."""
    try:
        checksum, _, body = path.read_bytes().partition(b"\n")
    except OSError:
        return None
    return json.loads(body) if checksum == sha256(body).hexdigest().encode() else None


def keep_document(path: Path, value: Any) -> None:
    """Writes a JSON value behind its checksum; where that is impossible, the next run has to find it out again."""
    try:
        replace_file(path, sealed(value))
    except OSError:
        return


def sealed(value: Any) -> bytes:
    """A JSON value behind its checksum: what `read_document` reads."""
    body = json.dumps(value).encode()
    return b"%b\n%b" % (sha256(body).hexdigest().encode(), body)


def write_atomically(target: Path, body: bytes) -> None:
    """Writes a file so that it is either complete or absent. BuildError if that is impossible."""
    try:
        replace_file(target, body)
    except OSError as error:
        raise BuildError(
            f"{target} cannot be written: {error.strerror or error}.",
            f"Free space or correct the permissions there, or name another directory in {VARIABLE}.",
        ) from error


def replace_file(target: Path, body: bytes, *, durable: bool = False) -> None:
    """`write_atomically`, but with the system's own error. ``durable``: it survives a power failure."""
    target.parent.mkdir(parents=True, exist_ok=True)
    fresh = target.with_name(f".{target.name}.{os.getpid()}-{threading.get_ident()}")
    try:
        with fresh.open("wb") as file:
            file.write(body)
            if durable:
                file.flush()
                os.fsync(file.fileno())
        fresh.replace(clear(target))
    except BaseException:
        fresh.unlink(missing_ok=True)
        raise


def write_private(target: Path, text: str, *, force: bool) -> None:
    """Writes a file of the user's that only its owner may read, at once and as a whole. RefusedError if there is one
    and ``force`` is not set, or if it is a device or the like; UsageError if it cannot be written."""
    import tempfile  # slow to import, and needed by one command

    if force and target.exists() and not target.is_file():
        raise RefusedError(f"{target} is no regular file; it was not changed.", "Name a file.")
    try:
        if force:
            handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)  # for its owner alone
        else:
            handle, name = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), str(target)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(text)
            if force:
                Path(name).replace(target)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except FileExistsError:
        raise RefusedError(f"{target} exists; it was not changed.", "Add --force to replace it.") from None
    except OSError as error:
        hint = "Name a file in a directory that exists and may be written to."
        raise UsageError(f"{target} cannot be written: {error.strerror}.", hint) from error


def remove(path: Path) -> None:
    """Removes whatever is there."""
    if path.is_dir() and not path.is_symlink():
        import shutil  # slow to import, and hardly ever needed

        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def clear(path: Path) -> Path:
    """The path of a file, without the directory that stands in its place."""
    if path.is_dir() and not path.is_symlink():
        remove(path)
    return path


def _unique_name(root: Path) -> str:
    return f"{root.name}-{sha256(str(root.resolve()).encode()).hexdigest()[:12]}"
