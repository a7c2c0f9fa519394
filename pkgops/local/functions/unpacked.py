"""Unpacked archives of functions' code: each once, however many processes use it, and again if a file was changed."""

from __future__ import annotations

import io
import os
import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

# Size and time of change of every file, by directory, as unpacked by this process: the only one that does it.
_UNPACKED: dict[Path, dict[str, tuple[int, int]]] = {}


def unpack(archive: bytes, below: Path) -> Path:
    """The directory with the archive's contents, named by its hash; RuntimeError if it is no sound archive."""
    target = below / sha256(archive).hexdigest()[:32]
    if target.is_dir() and dict(_stamps(target)) == _UNPACKED.get(target):
        return target
    below.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(dir=below))
    try:
        with zipfile.ZipFile(io.BytesIO(archive)) as files:
            for member in files.infolist():
                path = Path(files.extract(member, fresh))  # extract() drops leading slashes and ".."
                if path.is_file() and (member.external_attr >> 16) & 0o100:
                    path.chmod(0o700)
        stamps = dict(_stamps(fresh))
        if target.is_dir() and dict(_stamps(target)) == _UNPACKED.get(target):
            return target  # another thread's first use was quicker
        shutil.rmtree(target, ignore_errors=True)
        fresh.rename(target)
        _UNPACKED[target] = stamps
    except zipfile.BadZipFile as error:
        raise RuntimeError(f"The code is not a zip archive: {error}") from error
    except OSError:
        if not target.is_dir():
            raise
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    return target


def _stamps(folder: Path) -> Iterator[tuple[str, tuple[int, int]]]:
    """Without a Path for each file: a layer has thousands, and each cold start looks at all of them."""
    root, folders = str(folder), [str(folder)]
    while folders:
        with os.scandir(folders.pop()) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    folders.append(entry.path)
                else:
                    status = entry.stat()
                    yield entry.path[len(root) + 1 :], (status.st_size, status.st_mtime_ns)
