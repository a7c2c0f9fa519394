"""The evaluation of assignments, and of list, set and dict displays and comprehensions."""

from __future__ import annotations

import ast
from abc import abstractmethod

from pkgops.checks.code.collections import merge, write
from pkgops.checks.code.memory import Frame
from pkgops.checks.code.state import ANY, State
from pkgops.checks.code.values import NOTHING, PLAIN, Class, Object, Value, join, texts


class Displays(State):
    """Evaluates displays; `Expressions` evaluates their parts."""

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
        self._generators(node.generators, frame)
        self.put(made, ANY, self.value(node.elt, frame))
        return frozenset({made})

    _setcomp = _generatorexp = _listcomp

    def _dictcomp(self, node: ast.DictComp, frame: Frame) -> Value:
        made = self.collection(node, frame)
        self._generators(node.generators, frame)
        self._set_element(frozenset({made}), self.value(node.key, frame), self.value(node.value, frame))
        return frozenset({made})

    def _generators(self, generators: list[ast.comprehension], frame: Frame) -> None:
        for generator in generators:
            self.assign(generator.target, self.elements(self.value(generator.iter, frame)), frame)
            for test in generator.ifs:
                self.value(test, frame)
