"""The binding of a call's arguments to the parameters of a function."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import Any

from pkgops.checks.code.memory import Arguments
from pkgops.checks.code.state import ANY, State
from pkgops.checks.code.values import NOTHING, PLAIN, Object, Value, join


@dataclass(slots=True)
class Bound:
    """``named`` are the parameters with a value; the others are left for ``*args`` and ``**kwargs``: ``further`` by
    position, ``rest`` from a ``*``, ``keywords`` by name, ``more`` from a ``**``."""

    named: dict[str, Value]
    further: list[Value]
    rest: Value
    keywords: dict[str, Value]
    more: Value

    def key(self) -> tuple[Any, ...]:
        """Equal for two calls of a function that need no separate analysis."""
        named, keywords = tuple(sorted(self.named.items())), tuple(sorted(self.keywords.items()))
        return (named, tuple(self.further), self.rest, keywords, self.more)

    def all(self) -> list[Value]:
        """Every value among them."""
        return [*self.named.values(), *self.further, self.rest, *self.keywords.values(), self.more]


def bind(state: State, names: list[str], only_named: list[str], arguments: Arguments) -> Bound:
    """Binds the parameters ``names``, and ``only_named``, which take no positional argument."""
    named = dict(zip(names, arguments.positional, strict=False))
    keywords = dict(arguments.keywords)
    for name in [*names, *only_named]:
        found = named.get(name, NOTHING)
        if name in keywords:
            found = join(found, keywords.pop(name))
        if not found and name in names:
            found = arguments.rest
        if not found:
            found = join(*(_inside(state, atom, name) for atom in arguments.more))
        if found:
            named[name] = found
    return Bound(named, arguments.positional[len(names) :], arguments.rest, keywords, arguments.more)


def _inside(state: State, atom: Any, name: str) -> Value:
    return state.get(atom, name) or state.get(atom, ANY) if isinstance(atom, Object) else PLAIN


def parameters(node: ast.AST) -> ast.arguments:
    """The parameters of a ``def`` or ``lambda``."""
    found: ast.arguments = node.args  # type: ignore[attr-defined]
    return found


def positional(given: ast.arguments) -> list[str]:
    """The names of the parameters that take positional arguments."""
    return [one.arg for one in (*given.posonlyargs, *given.args)]


def defaults(given: ast.arguments) -> dict[str, ast.expr]:
    """The default values by parameter."""
    names = positional(given)
    found = dict(zip(names[len(names) - len(given.defaults) :], given.defaults, strict=True))
    only = zip(given.kwonlyargs, given.kw_defaults, strict=True)
    return found | {one.arg: value for one, value in only if value is not None}


def fields(nodes: list[ast.ClassDef]) -> list[str]:
    """The fields of a dataclass, given its class and those it is derived from, most derived first."""
    written = [statement for node in reversed(nodes) for statement in node.body if isinstance(statement, ast.AnnAssign)]
    return list(
        dict.fromkeys(
            statement.target.id
            for statement in written
            if isinstance(statement.target, ast.Name) and "ClassVar" not in ast.unparse(statement.annotation)
        )
    )
