"""Functions reach companions at the address these listen on, without the emulator's port between them.

A function's configuration has the address below that port, as browsers and other programs use it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable

from pkgops.model import COMPANIONS

_BELOW_PORT = re.compile(r"http://127\.0\.0\.1:(\d+)" + re.escape(COMPANIONS) + r"([a-z][a-z0-9_]*)(?=/|$)")
_find: Callable[[str], str] = lambda _: ""  # noqa: E731


def use(address: Callable[[str], str]) -> None:
    """Takes ``address(name)`` of a companion, "" if there is none, for all functions from now on."""
    global _find  # noqa: PLW0603 - one server is one process
    _find = address


def direct(value: str) -> str:
    """A variable that begins with a companion's address below the emulator's port, with its own; any other as it is."""
    found = _BELOW_PORT.match(value)
    own = _find(found[2]) if found and found[1] == os.environ.get("GATEWAY_PORT") else ""
    return own + value[found.end() :] if found and own else value
