"""The analysis of one handler."""

from __future__ import annotations

import sys
from pathlib import Path

from pkgops.checks.code.interpreter import Interpreter
from pkgops.checks.code.program import Program
from pkgops.checks.code.uses import Usage

_RECURSION = 12_000  # Python's limit on nested calls while a handler is analyzed


def read_handler(root: Path, handler: str) -> Usage:
    """What the handler in that file (``handlers/shop/api.py``) uses, in all code it reaches.

    Nothing is executed. A file that does not exist or cannot be parsed is recorded as unresolved."""
    interpreter = Interpreter(Program(root), "/".join(handler.split("/")[:2]) + "/")
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(max(before, _RECURSION))
    try:
        interpreter.enter(handler.removesuffix(".py").replace("/", "."), "handler")
    finally:
        sys.setrecursionlimit(before)
    return interpreter.found
