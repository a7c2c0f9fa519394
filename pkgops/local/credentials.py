"""The root credentials of an emulator: made once for each home, kept in a file that only its owner can read.

The file has the form of the AWS CLI's shared credentials file. The access key id is the number of an account, which is
how the emulator tells accounts apart; what has to be kept is the secret.
"""

from __future__ import annotations

import base64
import os
import re
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from pkgops.own_files import clear

_BYTES = 30  # random bytes of a secret: forty characters, like a secret access key of AWS
_SECRET = re.compile(r"^aws_secret_access_key = ([A-Za-z0-9/+]{40})$", re.MULTILINE)
_TEXT = "[default]\naws_access_key_id = {key}\naws_secret_access_key = {secret}\n"


@dataclass(frozen=True, slots=True)
class Credentials:
    """An access key id and its secret, which is in no representation."""

    key: str
    secret: str = field(repr=False)


def load(file: Path, key: str) -> Credentials | None:
    """The credentials kept in ``file``, as those of the account ``key``; None if it is missing or damaged."""
    try:
        found = _SECRET.search(file.read_text(encoding="ascii"))
    except (OSError, ValueError):
        return None
    return Credentials(key, found[1]) if found else None


def load_or_create(file: Path, key: str) -> Credentials:
    """The credentials kept in ``file``; new ones if it is missing or damaged. Of several processes that create them
    at once, one does. OSError if it cannot be written."""
    known = load(file, key)
    if known is not None:
        file.chmod(0o600)
        return known
    made = Credentials(key, base64.b64encode(os.urandom(_BYTES)).decode("ascii"))
    _write(file, made)
    return load(file, key) or made


def restore(file: Path, credentials: Credentials) -> None:
    """Writes them again if the file is missing, damaged, or holds others. OSError if that is impossible."""
    if load(file, credentials.key) != credentials:
        clear(file).unlink(missing_ok=True)
        _write(file, credentials)


def _write(file: Path, credentials: Credentials) -> None:
    """Writes them, unless the file holds some by now."""
    fresh = file.with_name(f"{file.name}.{os.getpid()}.{os.urandom(4).hex()}")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as writing:
        writing.write(_TEXT.format(key=credentials.key, secret=credentials.secret))
    try:
        with suppress(FileExistsError):
            os.link(fresh, file)
        if load(file, credentials.key) is None:  # what is there is damaged
            fresh.replace(clear(file))
    finally:
        fresh.unlink(missing_ok=True)
