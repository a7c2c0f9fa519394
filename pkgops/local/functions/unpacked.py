"""Unpacked archives of functions' code: each once, however many processes use it."""

from __future__ import annotations

import io
import shutil
import tempfile
import zipfile
from hashlib import sha256
from pathlib import Path


def unpack(archive: bytes, below: Path) -> Path:
    """The directory with the archive's contents, named by its hash; RuntimeError if it is no sound archive."""
    target = below / sha256(archive).hexdigest()[:32]
    if target.is_dir():
        return target
    below.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(dir=below))
    try:
        with zipfile.ZipFile(io.BytesIO(archive)) as files:
            for member in files.infolist():
                path = Path(files.extract(member, fresh))  # extract() drops leading slashes and ".."
                if path.is_file() and (member.external_attr >> 16) & 0o100:
                    path.chmod(0o700)
        fresh.rename(target)
    except zipfile.BadZipFile as error:
        raise RuntimeError(f"The code is not a zip archive: {error}") from error
    except OSError:
        if not target.is_dir():  # another process's first use may have been quicker
            raise
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    return target
