"""The evaluation of attributes."""

from __future__ import annotations

import ast
from typing import Any

from pkgops.checks.code import externals, sdk
from pkgops.checks.code.memory import Arguments, Frame
from pkgops.checks.code.statements import Statements
from pkgops.checks.code.values import (
    NOTHING,
    PLAIN,
    SDK,
    Class,
    External,
    Foreign,
    Function,
    Method,
    Module,
    Object,
    Plain,
    Super,
    Text,
    Value,
    Variable,
    join,
)


class Attributes(Statements):
    """Statements, and the attributes of modules, classes, instances and the SDK."""

    def attribute(self, base: Value, name: str, node: ast.AST, frame: Frame) -> Value:
        """The value of the attribute of that name."""
        return join(*(self._attribute_of(atom, name, node, frame) for atom in base))

    def _attribute_of(self, atom: Any, name: str, node: ast.AST, frame: Frame) -> Value:
        if isinstance(atom, External):
            return externals.attribute(atom, name)
        if isinstance(atom, Module):
            return self._of_module(atom, name)
        if isinstance(atom, Object) and atom.kind is not None:
            return self.of_instance(atom, atom.kind, name, node, frame)
        if isinstance(atom, Class | Super):
            return self._of_kind(atom, name) or PLAIN
        if isinstance(atom, SDK):
            return sdk.attribute(atom, name)
        if isinstance(atom, Plain | Foreign):
            return join(frozenset({atom}), self.resolved(self.pool.get(name, NOTHING)))
        return self._of_data(atom, name)

    def _of_data(self, atom: Any, name: str) -> Value:
        """A name of a namespace, or a method of a collection or a text; of anything else it is data."""
        if isinstance(atom, Object) and name in self.names_of.get(atom, ()):
            return self.get(atom, name)
        return frozenset({Method(atom, name)}) if isinstance(atom, Object | Variable | Text) else PLAIN

    def _of_kind(self, atom: Class | Super, name: str) -> Value:
        """An attribute of a class, or of ``super()``."""
        if isinstance(atom, Super):
            return frozenset(bound(one, atom.instance) for one in self.of_class(atom.kind, name, above=True))
        found = self.of_class(atom, name)
        return frozenset(bound(one, frozenset({atom})) if self._is(one, "classmethod") else one for one in found)

    def _of_module(self, atom: Module, name: str) -> Value:
        frame = self.module(atom.name)
        found = frame.names.get(name) if frame else None
        if found is not None:
            return self.resolved(found)
        inner = f"{atom.name}.{name}"
        return frozenset({Module(inner)}) if self.program.file(inner) else PLAIN

    def of_class(self, kind: Class, name: str, above: bool = False) -> Value:
        """An attribute of a class or of its bases; of the bases alone with ``above``."""
        for frame in self.class_names(kind)[1 if above else 0 :]:
            if name in frame.names:
                return self.resolved(frame.names[name])
        return NOTHING

    def of_instance(self, atom: Object, kind: Class, name: str, node: ast.AST, frame: Frame) -> Value:
        """An attribute of an instance: a field, a method with its instance, or the value of a property."""
        own = self.used(self.get(atom, name))
        found = [self._held(one, atom, node, frame) for one in self.of_class(kind, name)]
        if own or found:
            return join(own, *found)
        computed = self.of_class(kind, "__getattr__")
        if computed:
            given = Arguments([frozenset({atom}), frozenset({Text(name)})])
            return self.call(computed, given, node, frame)
        return PLAIN

    def _held(self, one: Any, instance: Object, node: ast.AST, frame: Frame) -> Value:
        """An attribute of the class as an attribute of an instance."""
        if not isinstance(one, Function) or self._is(one, "staticmethod"):
            return frozenset({one})
        if self._is(one, "classmethod"):
            return frozenset({bound(one, frozenset({instance.kind}))})
        method = bound(one, frozenset({instance}))
        if self._is(one, "property") or self._is(one, "cached_property"):
            return self.call(frozenset({method}), Arguments(), node, frame)
        return frozenset({method})

    def _is(self, atom: Any, decorator: str) -> bool:
        """Whether a function has that decorator (``property``)."""
        node = self.definitions[atom.key][0] if isinstance(atom, Function) else None
        return decorator in [ast.unparse(one).rpartition(".")[2] for one in getattr(node, "decorator_list", ())]


def bound(one: Any, first: Value) -> Any:
    """A function with its first argument; anything else as it is."""
    return Function(one.key, one.frame, first) if isinstance(one, Function) else one
