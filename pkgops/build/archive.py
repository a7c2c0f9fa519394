"""Deterministic zip archives: the same files give the same bytes on every machine.

Names are sorted, dates are the earliest a zip can hold, files have one mode, and there are no directories. The sha256
of the zip is its name, in the local store (``.pkgops/artifacts``) and in the bucket.
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


def build_zip(files: Iterable[tuple[str, Path]], store: Path) -> tuple[str, Path]:
    """Zips (name in the zip, file) pairs into ``store``; returns the sha256 and the path.

    Written under a temporary name and moved, so that an interrupted run leaves no broken artifact."""
    import zipfile  # slow to import, and not needed for `write_atomically`

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
    """Writes a file so that it is either complete or absent."""
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(body)
        Path(temporary).replace(target)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
