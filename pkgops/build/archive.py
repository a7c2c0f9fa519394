"""Deterministic zip archives: the same files give the same bytes on every machine.

Names are sorted, dates are the earliest a zip can hold, files have one mode, and there are no directories. The sha256
of the zip is its name, in the local store (``.pkgops/artifacts``) and in the bucket.
"""

from __future__ import annotations

import hashlib
import io
import stat
import zlib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from pkgops.own_files import write_atomically

_EPOCH = (1980, 1, 1, 0, 0, 0)
_MODE = (stat.S_IFREG | 0o644) << 16


class Deflated:
    """Contents as a zip holds them. Functions and layers share most of their files: each is compressed once for all
    zips of a run, without changing a byte of them."""

    def __init__(self) -> None:
        self._known: dict[bytes, bytes] = {}

    def __call__(self, content: bytes) -> bytes:
        """A content, compressed as the standard library compresses it."""
        digest = hashlib.sha256(content).digest()
        if digest not in self._known:
            compressor = zlib.compressobj(zlib.Z_DEFAULT_COMPRESSION, zlib.DEFLATED, -15)
            self._known[digest] = compressor.compress(content) + compressor.flush()
        return self._known[digest]


def build_zip(
    files: Iterable[tuple[str, Callable[[], bytes]]], store: Path, deflated: Deflated | None = None
) -> tuple[str, Path]:
    """Zips (name in the zip, what reads its content) pairs into ``store``; returns the sha256 and the path.

    Written under a temporary name and moved, so that an interrupted run leaves no broken artifact; one that is there
    and damaged is replaced."""
    import zipfile  # slow to import, and not needed for `intact`

    buffer, deflated = io.BytesIO(), deflated or Deflated()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, read in sorted(files, key=lambda one: one[0]):
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.external_attr = _MODE
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3  # Unix, so that the mode counts
            _add(archive, entry, read(), deflated)
    body = buffer.getvalue()
    digest = hashlib.sha256(body).hexdigest()
    target = store / f"{digest}.zip"
    if not intact(target):
        write_atomically(target, body)
    return digest, target


def _add(archive: Any, entry: Any, content: bytes, deflated: Deflated) -> None:
    """What ``archive.writestr(entry, content)`` does, but for the compression."""
    entry.file_size = len(content)
    with archive.open(entry, "w") as file:
        file._compressor = _Ready(deflated(content))
        file.write(content)


class _Ready:
    """In the place of a compressor: what is compressed already."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    def compress(self, content: bytes) -> bytes:
        del content
        return self._body

    def flush(self) -> bytes:
        return b""


def intact(artifact: Path) -> bool:
    """True if an artifact is there and holds what its name says."""
    try:
        with artifact.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == artifact.stem
    except OSError:
        return False
