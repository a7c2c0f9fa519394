"""Which files does the repository consist of, and what do they hold?"""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property

from tests.repository import ROOT

PRODUCT = ("pkgops", "templates", "handlers", "companions")
COPIED = ("pkgops/init/project/", "pkgops/init/shipped/")

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Source:
    """A Python file; ``path`` is relative to the root, with slashes. Made by `source`, so that it is parsed once."""

    path: str

    @cached_property
    def text(self) -> str:
        return (ROOT / self.path).read_text(encoding="utf-8")

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text, filename=self.path)

    @property
    def lines(self) -> int:
        return len(self.text.splitlines())

    @cached_property
    def functions(self) -> tuple[tuple[str, Function], ...]:
        """Every function with its name as in ``Class.method``; functions inside functions too."""
        return tuple(_functions(self.tree, ""))

    @property
    def imports(self) -> Iterator[tuple[str, int]]:
        """The top-level package of every import that runs or is checked, with its line."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    yield alias.name.partition(".")[0], node.lineno
            elif isinstance(node, ast.ImportFrom) and not node.level:
                yield (node.module or "").partition(".")[0], node.lineno


def _functions(node: ast.AST, prefix: str) -> Iterator[tuple[str, Function]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, Function):
            yield prefix + child.name, child
        inner = prefix + child.name + "." if isinstance(child, Function | ast.ClassDef) else prefix
        yield from _functions(child, inner)


@cache
def files() -> tuple[str, ...]:
    """Every file git knows or would take in, relative to the root."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    return tuple(sorted(name for name in set(listed) if (ROOT / name).is_file()))


@cache
def source(path: str) -> Source:
    """The Python file of that path."""
    return Source(path)


@cache
def sources(*packages: str) -> tuple[Source, ...]:
    """The Python files of those top-level directories (of all of the product if none is given). What ``pkgops init``
    copies is part of the projects it makes, not of the product."""
    return tuple(
        source(name)
        for name in files()
        if name.endswith(".py") and name.partition("/")[0] in (packages or PRODUCT) and not name.startswith(COPIED)
    )
