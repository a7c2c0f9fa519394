"""Disposable e-mail addresses, which are not accepted for accounts.

The domains are in the text file of the same name, one a line.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path


def is_disposable(email: str) -> bool:
    """Whether the part after the @ is one of the domains; ``email`` is in lower case."""
    return email.rpartition("@")[2] in _domains()


@cache
def _domains() -> frozenset[str]:
    return frozenset(Path(__file__).with_suffix(".txt").read_text(encoding="ascii").split())
