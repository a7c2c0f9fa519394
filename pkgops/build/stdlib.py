"""Which modules does the standard library of a Python have? The target's counts, and not that of the tool's own Python.

The tool's own list is corrected by what came and went in between. Sources: "Removed" and "New Modules" in
https://docs.python.org/3/whatsnew/3.11.html to 3.14.html, and PEP 594.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from functools import cache

_Version = tuple[int, int]

_ADDED: Mapping[_Version, frozenset[str]] = {
    (3, 9): frozenset({"graphlib", "zoneinfo"}),
    (3, 11): frozenset({"tomllib"}),
    (3, 14): frozenset({"annotationlib", "compression"}),
}
_REMOVED: Mapping[_Version, frozenset[str]] = {
    (3, 9): frozenset({"_dummy_thread", "dummy_threading"}),
    (3, 10): frozenset({"formatter", "macpath", "parser", "symbol"}),
    (3, 11): frozenset({"binhex"}),
    (3, 12): frozenset({"asynchat", "asyncore", "distutils", "imp", "smtpd"}),
    (3, 13): frozenset(
        {"aifc", "audioop", "cgi", "cgitb", "chunk", "crypt", "imghdr", "lib2to3", "mailcap", "msilib", "nis"}
        | {"nntplib", "ossaudiodev", "pipes", "sndhdr", "spwd", "sunau", "telnetlib", "uu", "xdrlib"}
    ),
}
_OWN: _Version = (sys.version_info.major, sys.version_info.minor)


@cache
def modules(python: str) -> frozenset[str]:
    """The top-level modules of Python ``python`` ("3.12")."""
    names, wanted = set(sys.stdlib_module_names), version(python)
    for step in sorted({*_ADDED, *_REMOVED}):
        added, removed = _ADDED.get(step, frozenset()), _REMOVED.get(step, frozenset())
        if _OWN < step <= wanted:
            names = (names | added) - removed
        elif wanted < step <= _OWN:
            names = (names | removed) - added
    return frozenset(names)


def removal(module: str) -> str:
    """The version of Python that removed a module ("3.13"); "" if none has."""
    return next((f"{step[0]}.{step[1]}" for step, names in _REMOVED.items() if module in names), "")


def version(python: str) -> _Version:
    """A version as numbers: (3, 12)."""
    major, _, minor = python.partition(".")
    return int(major), int(minor)
