"""What may happen to a file."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

Damage = Callable[[Path, random.Random], None]


def truncate(path: Path, chance: random.Random) -> None:
    """A part of it is left; at times nothing."""
    body = path.read_bytes() if path.is_file() else b""
    path.write_bytes(body[: chance.randrange(max(1, len(body)))])


def garble(path: Path, chance: random.Random) -> None:
    """As long as it was, but not even text any more."""
    length = path.stat().st_size if path.is_file() else 0
    path.write_bytes(b"\xff\xfe\x00" + chance.randbytes(max(0, length - 3)))


def flip(path: Path, chance: random.Random) -> None:
    """One bit is another."""
    body = bytearray(path.read_bytes() if path.is_file() else b"") or bytearray(b"x")
    body[chance.randrange(len(body))] ^= 1 << chance.randrange(8)
    path.write_bytes(body)


def remove(path: Path, _: random.Random) -> None:
    """It is gone."""
    path.unlink(missing_ok=True)


def replace_by_directory(path: Path, _: random.Random) -> None:
    """It can neither be read nor replaced as a file: for root, too, whom modes do not bind."""
    path.unlink(missing_ok=True)
    path.mkdir(exist_ok=True)


def remove_folder(path: Path, _: random.Random) -> None:
    """It is gone with everything beside it."""
    shutil.rmtree(path.parent)


KINDS: tuple[Damage, ...] = (truncate, garble, flip, remove, replace_by_directory)
DAMAGES = [pytest.param(kind, id=kind.__name__) for kind in KINDS]
