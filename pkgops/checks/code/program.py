"""The parsed modules of the project's handlers."""

from __future__ import annotations

import ast
import sys
from functools import cache, lru_cache
from pathlib import Path

TOP = "handlers"  # the package whose code is followed; everything else is a library


@lru_cache(maxsize=4096)
def _parsed(path: str, _changed: int, _size: int) -> ast.Module | None:
    try:
        return ast.parse(Path(path).read_bytes(), filename=path)
    except (SyntaxError, ValueError):
        return None


class Program:
    """The modules below ``root``/handlers. ``read`` holds the files that were looked for, relative to the root, missing
    ones included: results depend on all of them."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.read: set[str] = set()
        self.file = cache(self._file)
        self.tree = cache(self._tree)

    def _file(self, module: str) -> str | None:
        """The path of a module's file relative to the root, None if there is none."""
        stem = module.replace(".", "/")
        for candidate in (f"{stem}.py", f"{stem}/__init__.py"):
            self.read.add(candidate)
            if (self.root / candidate).is_file():
                return candidate
        return None

    def readable(self, module: str) -> bool:
        """Whether a module exists and can be parsed; a package needs no file of its own."""
        file = self.file(module)
        return (self.root / module.replace(".", "/")).is_dir() if file is None else self.tree(file) is not None

    def _tree(self, path: str) -> ast.Module | None:
        """A file's syntax tree; None if it cannot be parsed."""
        found = (self.root / path).stat()
        return _parsed(str(self.root / path), found.st_mtime_ns, found.st_size)


def is_own(module: str) -> bool:
    """Whether a module belongs to the project."""
    return module == TOP or module.startswith(TOP + ".")


def is_standard(module: str) -> bool:
    """Whether a module belongs to the standard library."""
    return module.partition(".")[0] in sys.stdlib_module_names or module.startswith("builtins")


@lru_cache(maxsize=65536)
def has_yield(node: ast.AST) -> bool:
    """Whether a function is a generator: one that yields itself, not in a nested function."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Yield | ast.YieldFrom):
            return True
        if not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) and has_yield(child):
            return True
    return False
