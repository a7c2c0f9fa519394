"""The evaluation of assignments, and of list, set and dict displays and comprehensions."""

from __future__ import annotations

import ast
from abc import abstractmethod
from collections.abc import Callable

from pkgops.checks.code.collections import merge, write
from pkgops.checks.code.memory import Frame, position
from pkgops.checks.code.program import Program
from pkgops.checks.code.state import ANY, State
from pkgops.checks.code.values import NOTHING, PLAIN, Class, Object, Value, join, texts, truth

_MOST = 16  # elements of a comprehension that are evaluated one by one


class Displays(State):
    """Evaluates displays; `Expressions` evaluates their parts."""

    def __init__(self, program: Program, home: str = "") -> None:
        super().__init__(program, home)
        self.scopes: dict[tuple[str, int, int], Frame] = {}

    @abstractmethod
    def value(self, node: ast.AST | None, frame: Frame) -> Value:
        """The value of an expression; the calls in it are recorded."""

    def assign(self, target: ast.AST, value: Value, frame: Frame) -> None:
        """Binds the target of ``=``, ``for`` or ``as``."""
        if isinstance(target, ast.Name):
            self.bind(frame, target.id, value)
        elif isinstance(target, ast.Tuple | ast.List):
            for index, inner in enumerate(target.elts):
                self.assign(inner, self._unpacked(value, str(index)), frame)
        elif isinstance(target, ast.Starred):
            self.assign(target.value, value, frame)
        elif isinstance(target, ast.Attribute):
            self.set_attribute(self.value(target.value, frame), target.attr, value)
        elif isinstance(target, ast.Subscript):
            self._set_element(self.value(target.value, frame), self.value(target.slice, frame), value)

    def set_attribute(self, base: Value, name: str, value: Value) -> None:
        """Sets an attribute; on objects of libraries it is recorded by name only."""
        own = False
        for atom in base:
            if isinstance(atom, Object) and atom.kind is not None:
                self.put(atom, name, value)
                own = True
            elif isinstance(atom, Class):
                self.bind(self.frames[atom.frame], name, value)
                own = True
        if not own and value - PLAIN and not value <= self.pool.get(name, NOTHING):
            self.pool[name] = self.pool.get(name, NOTHING) | value
            self.changed = True

    def _unpacked(self, value: Value, index: str) -> Value:
        found = []
        for atom in value:
            inner = self.get(atom, index) if isinstance(atom, Object) and atom.kind is None else NOTHING
            found.append(inner or self.elements(frozenset({atom})))
        return join(*found)

    def _set_element(self, base: Value, key: Value, value: Value) -> None:
        owners = [atom for atom in base if isinstance(atom, Object)]
        for atom in owners:
            write(self, atom, key, value)
        if not owners:
            names = texts(key) or [""]
            self.set_attribute(base, f"[{names[0]}]", value)

    def _tuple(self, node: ast.Tuple, frame: Frame) -> Value:
        return self._sequence(node, node.elts, frame)

    def _list(self, node: ast.List, frame: Frame) -> Value:
        return self._sequence(node, node.elts, frame)

    def _set(self, node: ast.Set, frame: Frame) -> Value:
        return self._sequence(node, node.elts, frame)

    def _sequence(self, node: ast.AST, elements: list[ast.expr], frame: Frame) -> Value:
        made = self.collection(node, frame)
        starred = False
        for index, element in enumerate(elements):
            starred = starred or isinstance(element, ast.Starred)
            value = self.value(element, frame)
            if isinstance(element, ast.Starred):
                value = self.elements(value)
            self.put(made, ANY if starred else str(index), value)
        return frozenset({made})

    def _dict(self, node: ast.Dict, frame: Frame) -> Value:
        made = self.collection(node, frame)
        for key, element in zip(node.keys, node.values, strict=True):
            value = self.value(element, frame)
            if key is None:
                merge(self, made, value)
            else:
                self._set_element(frozenset({made}), self.value(key, frame), value)
        return frozenset({made})

    def _listcomp(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp, frame: Frame) -> Value:
        made = self.collection(node, frame)
        self._generate(node.generators, frame, lambda inner: self.put(made, ANY, self.value(node.elt, inner)))
        return frozenset({made})

    _setcomp = _generatorexp = _listcomp

    def _dictcomp(self, node: ast.DictComp, frame: Frame) -> Value:
        made = self.collection(node, frame)

        def add(inner: Frame) -> None:
            write(self, made, self.value(node.key, inner), self.value(node.value, inner))

        self._generate(node.generators, frame, add)
        return frozenset({made})

    def _generate(self, generators: list[ast.comprehension], frame: Frame, add: Callable[[Frame], None]) -> None:
        """Calls ``add`` for each element, in a frame of its own where the elements are known one by one."""
        if not generators:
            add(frame)
            return
        first, *others = generators
        for number, element in enumerate(self._each(self.value(first.iter, frame))):
            inner = self._scope(first.target, frame, number)
            self.assign(first.target, element, inner)
            tests = [truth(self.value(test, inner)) for test in first.ifs]
            if False not in tests:
                self._generate(others, inner, add)

    def _each(self, value: Value) -> list[Value]:
        """The elements one by one if they are few and known, else all in one."""
        one = next(iter(value)) if len(value) == 1 else None
        count = len(self.names_of.get(one, ())) if isinstance(one, Object) and one.kind is None else 0
        if isinstance(one, Object) and 0 < count <= _MOST:
            found = [self.get(one, str(index)) for index in range(count)]
            if all(found):
                return found
        return [self.elements(value)]

    def _scope(self, node: ast.AST, frame: Frame, number: int) -> Frame:
        key = (position(node), frame.id, number)
        if key not in self.scopes:
            self.scopes[key] = self.frame(frame.module, frame.file, frame.id, frame.depth)
            self.scopes[key].comprehension = True
        return self.scopes[key]
