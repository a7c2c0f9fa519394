"""Which definitions of the handlers' code can a handler reach?

From ``handler`` on, every top-level definition that a reachable definition names is reachable too: a function of a
shared module that nobody on the way calls does not count. Of a class, the methods count whose names come up somewhere
on the way, whatever they are called on.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from tests.repository import ROOT

Place = tuple[str, str]  # module, name; of a method Class.method


class Module:
    """A parsed module: what it defines at its top level and what its names stand for."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.tree = ast.parse(path_of(name).read_text(encoding="utf-8"))
        self.definitions: dict[str, ast.stmt] = {}
        for statement in self.tree.body:
            for defined in _defined(statement):
                self.definitions[defined] = statement
            if isinstance(statement, ast.ClassDef):
                self.definitions |= {f"{statement.name}.{one.name}": one for one in methods_of(statement)}
        self.imported: dict[str, Place] = {}
        for node in ast.walk(self.tree):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("handlers"):
                for alias in node.names:
                    self.imported[alias.asname or alias.name] = (node.module or "", alias.name)

    def means(self, node: ast.expr) -> Place | None:
        """The place of the definition an expression names, None if it is none of ours."""
        if isinstance(node, ast.Name):
            if node.id in self.imported:
                return self.imported[node.id]
            return (self.name, node.id) if node.id in self.definitions else None
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            place = self.imported.get(node.value.id)
            if place and path_of(".".join(place)).is_file():
                return ".".join(place), node.attr
        return None


def path_of(module: str) -> Path:
    return ROOT / (module.replace(".", "/") + ".py")


@cache
def module(name: str) -> Module:
    return Module(name)


def entry(handler: str) -> Place:
    """Where the handler at that path begins."""
    return handler.removesuffix(".py").replace("/", "."), "handler"


def reachable(start: Place) -> set[Place]:
    """Every definition that is named by a reachable one, and every method of theirs that is."""
    seen: set[Place] = set()
    called: set[Place] = set()
    methods: set[Place] = set()
    waiting = [start]
    while waiting:
        place = waiting.pop()
        if place in seen or not path_of(place[0]).is_file() or place[1] not in module(place[0]).definitions:
            continue
        seen.add(place)
        source = module(place[0])
        definition = source.definitions[place[1]]
        if isinstance(definition, ast.ClassDef):
            methods |= {(place[0], f"{place[1]}.{one.name}") for one in methods_of(definition)}
        for node in running(definition):
            other = source.means(node) if isinstance(node, ast.expr) else None
            waiting += [other] if other else []
            called |= {_known(place[0], node.attr)} if isinstance(node, ast.Attribute) else set()
        waiting += [(of, name) for of, name in methods if _known(of, name.partition(".")[2]) in called]
    return seen


def _known(within: str, name: str) -> Place:
    """Private names are called in their own module only."""
    return (within if name.startswith("_") else "", name)


def methods_of(definition: ast.ClassDef) -> list[ast.FunctionDef]:
    """The methods somebody has to call by name."""
    own = [node for node in definition.body if isinstance(node, ast.FunctionDef)]
    return [node for node in own if not node.name.startswith("__")]


def running(definition: ast.AST) -> Iterator[ast.AST]:
    """The node and all below it but annotations, which only readers and type checkers see, and methods, which are
    definitions of their own."""
    yield definition
    apart = set(methods_of(definition)) if isinstance(definition, ast.ClassDef) else set()
    for name, value in ast.iter_fields(definition):
        if name in ("annotation", "returns"):
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST) and child not in apart:
                yield from running(child)


def _defined(statement: ast.stmt) -> list[str]:
    if isinstance(statement, ast.FunctionDef | ast.ClassDef):
        return [statement.name]
    if isinstance(statement, ast.Assign):
        return [node.id for target in statement.targets for node in ast.walk(target) if isinstance(node, ast.Name)]
    if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
        return [statement.target.id]
    return []
