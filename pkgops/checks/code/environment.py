"""The environment variables that code reads."""

from __future__ import annotations

import ast

from pkgops.checks.code.memory import Arguments, Frame
from pkgops.checks.code.state import State
from pkgops.checks.code.uses import Read, Unresolved
from pkgops.checks.code.values import PLAIN, External, Flag, Value, Variable, join, text, texts, truth

WHOLE: Value = frozenset({External("os.environ")})


def variable(state: State, key: Value, default: str, node: ast.AST, frame: Frame) -> Value:
    """The value of an environment variable; see `Read` for ``default``. ``node`` is where it is read."""
    names = texts(key) or _pattern(node)
    if not names:
        state.found.unresolved_reads.add(
            Unresolved(state.place(node, frame), "reads a variable whose name is computed")
        )
        return PLAIN
    for name in names:
        kind = "value" if default == "empty" and state.defaulted else default
        state.read(Read(name, kind, state.place(node, frame)))
    return frozenset(Variable(name) for name in names)


def _pattern(node: ast.AST) -> list[str]:
    """``TIER*_MAX`` for a name that is written as ``f"TIER{tier}_MAX"``."""
    key = node.slice if isinstance(node, ast.Subscript) else node.args[0] if getattr(node, "args", None) else None  # type: ignore[attr-defined]
    if not isinstance(key, ast.JoinedStr):
        return []
    return ["".join(str(part.value) if isinstance(part, ast.Constant) else "*" for part in key.values)]


def hand_on(state: State, node: ast.AST, frame: Frame) -> None:
    """Records that the whole environment is passed to something."""
    state.found.unresolved_reads.add(Unresolved(state.place(node, frame), "passes the whole environment on"))


def get(state: State, arguments: Arguments, node: ast.AST, frame: Frame) -> Value:
    """``os.environ.get`` and ``os.getenv``."""
    given = arguments.at(1, "default")
    empty = not given or given == text("") or truth(given) is False or _is_none(node)
    found = variable(state, arguments.at(0, "key"), "empty" if empty else "value", node, frame)
    return join(found, frozenset(atom for atom in given if not isinstance(atom, Flag)))


def _is_none(node: ast.AST) -> bool:
    """Whether the default is None."""
    given = [*getattr(node, "args", [])[1:], *(one.value for one in getattr(node, "keywords", []))]
    return any(isinstance(one, ast.Constant) and one.value is None for one in given)
