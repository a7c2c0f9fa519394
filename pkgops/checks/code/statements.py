"""The execution of statements."""

from __future__ import annotations

import ast
from abc import abstractmethod
from collections.abc import Callable, Sequence
from functools import cache

from pkgops.checks.code import externals
from pkgops.checks.code.collections import merge
from pkgops.checks.code.expressions import Expressions
from pkgops.checks.code.memory import Arguments, Frame
from pkgops.checks.code.program import is_own
from pkgops.checks.code.values import (
    NOTHING,
    NUMBER,
    PLAIN,
    Class,
    External,
    Function,
    Imported,
    Module,
    Object,
    Value,
    join,
    truth,
)

_Definition = ast.FunctionDef | ast.AsyncFunctionDef
# Decorators after which a function is called as before.
_TRANSPARENT = ("functools.", "contextlib.", "abc.", "typing.", "dataclasses.", "builtins.", "atexit.")


class Statements(Expressions):
    """Executes statements. Each returns whether the statements after it are unreachable."""

    def run(self, body: Sequence[ast.stmt], frame: Frame) -> bool:
        """Executes statements until one leaves the block; True if one does."""
        for statement in body:
            execute: Callable[[ast.stmt, Frame], bool | None] | None = getattr(
                self, _method(type(statement).__name__), None
            )
            if execute is None:
                for child in ast.iter_child_nodes(statement):
                    if isinstance(child, ast.expr):
                        self.value(child, frame)
            elif execute(statement, frame):
                return True
        return False

    def _do_assign(self, node: ast.Assign, frame: Frame) -> None:
        value = self.value(node.value, frame)
        for target in node.targets:
            self.assign(target, value, frame)

    def _do_annassign(self, node: ast.AnnAssign, frame: Frame) -> None:
        if node.value is not None:
            self.assign(node.target, self.value(node.value, frame), frame)

    def _do_augassign(self, node: ast.AugAssign, frame: Frame) -> None:
        value = self.value(node.value, frame)
        if isinstance(node.target, ast.Name):
            for atom in self.lookup(frame, node.target.id) or NOTHING:
                if isinstance(atom, Object) and atom.kind is None:
                    merge(self, atom, value)
        self.assign(node.target, value, frame)

    def _do_return(self, node: ast.Return, frame: Frame) -> bool:
        self.bind(frame, "<returns>", NUMBER if node.value is None else self.value(node.value, frame))
        return True

    def _do_raise(self, node: ast.Raise, frame: Frame) -> bool:
        if node.exc is not None:
            self.value(node.exc, frame)
        return True

    def _do_break(self, _node: ast.Break, _frame: Frame) -> bool:
        return True

    def _do_continue(self, _node: ast.Continue, _frame: Frame) -> bool:
        return True

    def _do_if(self, node: ast.If, frame: Frame) -> bool:
        holds = truth(self.value(node.test, frame))
        if holds is not None:
            return self.run(node.body if holds else node.orelse, frame)
        first, second = self.run(node.body, frame), self.run(node.orelse, frame)
        return first and second and bool(node.orelse)

    def _do_for(self, node: ast.For | ast.AsyncFor, frame: Frame) -> None:
        self.assign(node.target, self.elements(self.value(node.iter, frame)), frame)
        self.run(node.body, frame)
        self.run(node.orelse, frame)

    _do_asyncfor = _do_for

    def _do_while(self, node: ast.While, frame: Frame) -> None:
        self.value(node.test, frame)
        self.run(node.body, frame)
        self.run(node.orelse, frame)

    def _do_with(self, node: ast.With | ast.AsyncWith, frame: Frame) -> bool:
        for item in node.items:
            value = self.value(item.context_expr, frame)
            entered = self._entered(value, item.context_expr, frame)
            if item.optional_vars is not None:
                self.assign(item.optional_vars, entered, frame)
        return self.run(node.body, frame)

    _do_asyncwith = _do_with

    def _entered(self, value: Value, node: ast.AST, frame: Frame) -> Value:
        """The value that ``with x as y`` binds: of ``x.__enter__()``, what a context manager yields, or ``x``."""
        found = []
        for atom in value:
            if isinstance(atom, Object) and atom.kind is not None:
                enter = self.attribute(frozenset({atom}), "__enter__", node, frame)
                found.append(self.call(enter, Arguments(), node, frame) or frozenset({atom}))
            elif isinstance(atom, Object):
                found.append(self.elements(frozenset({atom})))
            else:
                found.append(frozenset({atom}))
        return join(*found)

    def _do_try(self, node: ast.Try, frame: Frame) -> bool:
        ended = self.run(node.body, frame)
        handled = []
        for handler in node.handlers:
            if handler.name:
                self.bind(frame, handler.name, PLAIN)
            handled.append(self.run(handler.body, frame))
        ended = (ended or self.run(node.orelse, frame)) and all(handled)
        return self.run(node.finalbody, frame) or ended

    _do_trystar = _do_try

    def _do_match(self, node: ast.Match, frame: Frame) -> None:
        subject = self.value(node.subject, frame)
        for case in node.cases:
            for inner in ast.walk(case.pattern):
                for name in (getattr(inner, "name", None), getattr(inner, "rest", None)):
                    if name:
                        self.bind(frame, name, join(subject, self.elements(subject)))
            self.run(case.body, frame)

    def _do_global(self, node: ast.Global, frame: Frame) -> None:
        frame.wide |= dict.fromkeys(node.names, self.modules[frame.module].id)

    def _do_nonlocal(self, node: ast.Nonlocal, frame: Frame) -> None:
        outer = None if frame.outer is None else self.frames[frame.outer]
        while outer is not None:
            for name in node.names:
                if name in outer.names:
                    frame.wide.setdefault(name, outer.id)
            outer = None if outer.outer is None else self.frames[outer.outer]

    def _do_import(self, node: ast.Import, frame: Frame) -> None:
        for alias in node.names:
            top = alias.name if alias.asname else alias.name.partition(".")[0]
            if is_own(alias.name):
                self.module(alias.name)
            value = frozenset({Module(top)}) if is_own(top) else externals.imported(top)
            self.bind(frame, alias.asname or top, value)

    def _do_importfrom(self, node: ast.ImportFrom, frame: Frame) -> None:
        source = self._absolute(node, frame)
        for alias in node.names:
            self.bind(frame, alias.asname or alias.name, self._imported(source, alias.name, node, frame))

    def _absolute(self, node: ast.ImportFrom, frame: Frame) -> str:
        if not node.level:
            return node.module or ""
        package = frame.module.split(".")
        package = package[: len(package) - node.level + (1 if frame.file.endswith("/__init__.py") else 0)]
        return ".".join([*package, *([node.module] if node.module else [])])

    def _imported(self, source: str, name: str, node: ast.AST, frame: Frame) -> Value:
        if is_own(source):
            inner = f"{source}.{name}"
            module = inner if self.program.file(inner) else source
            if not self.program.readable(module):
                self.cannot_resolve(node, frame, f"imports {module}, which cannot be read")
            if module is inner:
                return frozenset({Module(inner)})
            return frozenset({Imported(source, name)})
        return self.attribute(externals.imported(source), name, node, frame)

    def _do_functiondef(self, node: _Definition, frame: Frame) -> None:
        value = self.define(node, frame, frame.kind)
        for decorator in reversed(node.decorator_list):
            value = self._decorated(decorator, value, frame)
        self.bind(frame, node.name, value)

    _do_asyncfunctiondef = _do_functiondef

    def _decorated(self, node: ast.expr, value: Value, frame: Frame) -> Value:
        """A decorated function: the result of a decorator of the project; any other leaves it unchanged, and may call
        it."""
        decorator = self.value(node, frame)
        names = [atom.name for atom in self.value(_called(node), frame) if isinstance(atom, External)]
        if any(name.startswith(_TRANSPARENT) for name in names):
            return value
        own = frozenset(atom for atom in decorator if isinstance(atom, Function | Class))
        if own:
            return self.call(own, Arguments([value]), node, frame) or value
        if not frame.kind:
            self.call(decorator or PLAIN, Arguments([value]), node, frame)
        return value

    def _do_classdef(self, node: ast.ClassDef, frame: Frame) -> None:
        kind = self.class_of(node, frame)
        inner = self.frames[kind.frame]
        bases = [self.value(base, frame) for base in node.bases]
        self.bind(inner, "<bases>", join(*bases) or PLAIN)
        self.run(node.body, inner)
        self.bind(frame, node.name, frozenset({kind}))

    @abstractmethod
    def class_of(self, node: ast.ClassDef, frame: Frame) -> Class:
        """The class of a ``class`` statement; a frame of its own holds its attributes."""


@cache
def _method(kind: str) -> str:
    return f"_do_{kind.lower()}"


def _called(node: ast.expr) -> ast.expr:
    return node.func if isinstance(node, ast.Call) else node
