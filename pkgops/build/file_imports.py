"""Which modules does a file import when it runs on the target? Its syntax tree is read, nothing is executed."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from pkgops.build.conditions import dotted, truth
from pkgops.checks.code.definitions import may_define
from pkgops.errors import BuildError
from pkgops.text_file import require_utf8_source

_ABSENT = {"ImportError", "ModuleNotFoundError", "Exception", "BaseException"}  # what catches a failed import


@dataclass(frozen=True, slots=True, order=True)
class Import:
    """One import: the module's name ("a.b", or "a.b:c" for ``from a.b import c``) and its line.

    What is ``optional`` may be absent: a failed import is caught. ``instead_of`` are the modules it replaces: where
    those are there, it is not reached."""

    name: str
    line: int
    optional: bool = False
    instead_of: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FileImports:
    """``exports`` is the file's ``__all__``, () if it has none or if it is computed; ``computed`` are the lines that
    import what is known only at run time; ``handles`` is False if the file certainly defines no ``handler``."""

    imports: tuple[Import, ...]
    exports: tuple[str, ...]
    exports_computed: bool
    computed: tuple[int, ...]
    handles: bool = True

    def plain(self) -> dict[str, Any]:
        """As JSON."""
        rows = [[one.name, one.line, one.optional, list(one.instead_of)] for one in self.imports]
        return {
            "imports": rows,
            "exports": list(self.exports),
            "exports_computed": self.exports_computed,
            "computed": list(self.computed),
            "handles": self.handles,
        }

    @classmethod
    def of(cls, plain: dict[str, Any]) -> FileImports:
        """From `plain`."""
        rows = tuple(Import(name, line, optional, tuple(others)) for name, line, optional, others in plain["imports"])
        exports, computed = tuple(plain["exports"]), tuple(plain["computed"])
        return cls(rows, exports, plain["exports_computed"], computed, plain["handles"])


def read_imports(source: bytes, path: str, python: str) -> FileImports:
    """The imports of the file at ``path`` on Python ``python`` ("3.12"). BuildError for a syntax error."""
    try:
        tree = ast.parse(source, filename=path)
    except SyntaxError as error:
        require_utf8_source(error, source, path, BuildError)
        raise BuildError(f"{path}:{error.lineno or 1}: {error.msg}.", "Correct the syntax.") from None
    except ValueError as error:
        raise BuildError(f"{path} is no Python: {error}.", "Save it as UTF-8 text.") from None
    reader = _Reader(path, python)
    reader.visit(tree)
    exports = tuple(reader.exports or ())
    computed = tuple(sorted(set(reader.computed)))
    found = tuple(sorted(set(reader.found)))
    return FileImports(found, exports, reader.exports is None, computed, may_define(tree, "handler"))


class _Reader(ast.NodeVisitor):
    """Visits what can run, and remembers inside which try blocks it is."""

    def __init__(self, path: str, python: str) -> None:
        self._python = python
        parts = PurePosixPath(path).with_suffix("").parts
        self._package = parts[:-1]
        self._module = parts[:-1] if parts[-1] == "__init__" else parts
        self._functions = {"__import__", "builtins.__import__", "importlib.import_module", "importlib.__import__"}
        self._optional = False
        self._instead_of: tuple[str, ...] = ()
        self.found: list[Import] = []
        self.computed: list[int] = []
        self.exports: list[str] | None = []  # None: computed

    def visit_Import(self, node: ast.Import) -> None:
        for alias in node.names:
            self._add(alias.name, node.lineno)
            if alias.name == "importlib" and alias.asname:
                self._functions.add(f"{alias.asname}.import_module")

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        module = self._absolute(node.module or "", node.level, self._package)
        for alias in node.names:
            self._add(f"{module}:{alias.name}", node.lineno)
            if f"{module}.{alias.name}" == "importlib.import_module":
                self._functions.add(alias.asname or alias.name)

    def visit_Call(self, node: ast.Call) -> None:
        if dotted(node.func) in self._functions:
            self._called(node)
        self.generic_visit(node)

    def visit_If(self, node: ast.If) -> None:
        holds = truth(node.test, self._python)
        self.visit(node.test)
        for statement in [*(node.body if holds is not False else []), *(node.orelse if holds is not True else [])]:
            self.visit(statement)

    def visit_Try(self, node: ast.Try) -> None:
        caught = any(_catches(handler.type) for handler in node.handlers)
        with self._within(optional=self._optional or caught, instead_of=self._instead_of):
            start = len(self.found)
            self._visit_all(node.body)
            tried = tuple(sorted({one.name for one in self.found[start:]}))
        for handler in node.handlers:
            fallback = _catches(handler.type) and bool(tried)
            with self._within(optional=self._optional, instead_of=tried if fallback else self._instead_of):
                self._visit_all(handler.body)
        self._visit_all([*node.orelse, *node.finalbody])

    visit_TryStar = visit_Try  # type: ignore[assignment] # noqa: N815 - the visitor's naming

    def visit_With(self, node: ast.With) -> None:
        """``with suppress(ImportError)`` is a try block, too."""
        calls = [item.context_expr for item in node.items if isinstance(item.context_expr, ast.Call)]
        caught = any(
            dotted(call.func).rpartition(".")[2] == "suppress" and any(_catches(one) for one in call.args)
            for call in calls
        )
        with self._within(optional=self._optional or caught, instead_of=self._instead_of):
            self.generic_visit(node)

    def visit_Assign(self, node: ast.Assign) -> None:
        if any(isinstance(target, ast.Name) and target.id == "__all__" for target in node.targets):
            self.exports = _names(node.value)
        self.generic_visit(node)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        if isinstance(node.target, ast.Name) and node.target.id == "__all__":
            more = _names(node.value)
            self.exports = None if self.exports is None or more is None else self.exports + more
        self.generic_visit(node)

    def _visit_all(self, nodes: Sequence[ast.AST]) -> None:
        for node in nodes:
            self.visit(node)

    @contextmanager
    def _within(self, *, optional: bool, instead_of: tuple[str, ...]) -> Iterator[None]:
        before = self._optional, self._instead_of
        self._optional, self._instead_of = optional, instead_of
        yield
        self._optional, self._instead_of = before

    def _add(self, name: str, line: int) -> None:
        self.found.append(Import(name, line, self._optional, self._instead_of))

    def _called(self, node: ast.Call) -> None:
        """A call of ``import_module`` or ``__import__``."""
        given = {keyword.arg: keyword.value for keyword in node.keywords}
        named = node.args[0] if node.args else given.get("name")
        if not isinstance(named, ast.Constant) or not isinstance(named.value, str):
            self.computed.append(node.lineno)
            return
        level = len(named.value) - len(named.value.lstrip("."))
        package = self._given_package(node.args[1] if len(node.args) > 1 else given.get("package")) if level else ()
        if package is None:
            self.computed.append(node.lineno)
            return
        self._add(self._absolute(named.value[level:], level, package), node.lineno)

    def _given_package(self, node: ast.expr | None) -> tuple[str, ...] | None:
        """The package that a relative name is meant in; None if it is computed."""
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            return tuple(node.value.split("."))
        known = {"__package__": self._package, "__name__": self._module}
        return known.get(node.id) if isinstance(node, ast.Name) else None

    def _absolute(self, name: str, level: int, package: tuple[str, ...]) -> str:
        if not level:
            return name
        around = package[: len(package) - level + 1]
        return ".".join((*around, *([name] if name else [])))


def _catches(caught: ast.expr | None) -> bool:
    """Whether a handler of that type catches a failed import."""
    if caught is None:
        return True
    types = caught.elts if isinstance(caught, ast.Tuple) else [caught]
    return any(dotted(one).rpartition(".")[2] in _ABSENT for one in types)


def _names(value: ast.expr) -> list[str] | None:
    """A literal list of names; None if it is computed."""
    if not isinstance(value, ast.List | ast.Tuple):
        return None
    found = [one.value for one in value.elts if isinstance(one, ast.Constant) and isinstance(one.value, str)]
    return found if len(found) == len(value.elts) else None
