"""Deterministic zip archives: the same files give the same bytes on every machine.

Names are sorted, dates are the earliest a zip can hold, files have one mode, and there are no directories. The sha256
of the zip is its name, in the local store (``.pkgops/artifacts``) and in the bucket.
"""

from __future__ import annotations

import hashlib
import io
import stat
from collections.abc import Callable, Iterable
from pathlib import Path

from pkgops.own_files import write_atomically

_EPOCH = (1980, 1, 1, 0, 0, 0)
_MODE = (stat.S_IFREG | 0o644) << 16


def build_zip(files: Iterable[tuple[str, Callable[[], bytes]]], store: Path) -> tuple[str, Path]:
    """Zips (name in the zip, what reads its content) pairs into ``store``; returns the sha256 and the path.

    Written under a temporary name and moved, so that an interrupted run leaves no broken artifact; one that is there
    and damaged is replaced."""
    import zipfile  # slow to import, and not needed for `intact`

    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, read in sorted(files, key=lambda one: one[0]):
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.external_attr = _MODE
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3  # Unix, so that the mode counts
            archive.writestr(entry, read())
    body = buffer.getvalue()
    digest = hashlib.sha256(body).hexdigest()
    target = store / f"{digest}.zip"
    if not intact(target):
        write_atomically(target, body)
    return digest, target


def intact(artifact: Path) -> bool:
    """True if an artifact is there and holds what its name says."""
    try:
        with artifact.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == artifact.stem
    except OSError:
        return False
