"""How does a set of files become the same zip on every machine?

Sorted names, the earliest date a zip can hold, one mode for files, no directories. The sha256 of the zip is its
name, in the local store (``.pkgops/artifacts``) and in the bucket.
"""

from __future__ import annotations

import hashlib
import io
import os
import stat
import tempfile
from collections.abc import Iterable
from pathlib import Path

_EPOCH = (1980, 1, 1, 0, 0, 0)
_MODE = (stat.S_IFREG | 0o644) << 16


def build(files: Iterable[tuple[str, Path]], store: Path) -> tuple[str, Path]:
    """Zips (name in the zip, file) pairs into ``store``; returns the sha256 and the path.

    Written beside its final name and moved there, so that an interrupted run leaves no broken artifact."""
    import zipfile  # not needed by those who only write files

    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, path in sorted(files):
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.external_attr = _MODE
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3  # Unix, so that the mode counts
            archive.writestr(entry, path.read_bytes())
    body = buffer.getvalue()
    digest = hashlib.sha256(body).hexdigest()
    target = store / f"{digest}.zip"
    if not target.is_file():
        write_atomically(target, body)
    return digest, target


def write_atomically(target: Path, body: bytes) -> None:
    """Writes a file so that it is either whole or absent."""
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(body)
        Path(temporary).replace(target)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
