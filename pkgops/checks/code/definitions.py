"""Which names does a module define at its top level?"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

_BLOCKS = ("body", "orelse", "finalbody", "handlers", "cases")


def may_define(tree: ast.Module, name: str) -> bool:
    """False if the module certainly does not define ``name``: what ``from x import *`` brings is not known."""
    return not {name, "*"}.isdisjoint(_defined(tree.body))


def _defined(statements: Iterable[ast.AST]) -> Iterator[str]:
    for node in statements:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name
            continue
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield from (alias.asname or alias.name for alias in node.names)
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            yield from (
                one.id for one in ast.walk(node) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store)
            )
        for block in _BLOCKS:
            yield from _defined(getattr(node, block, []))
