"""The interpreter's objects: the fields of instances, and the elements of collections."""

from __future__ import annotations

import ast
from typing import Any

from pkgops.checks.code.memory import Arguments, Frame, Memory, position
from pkgops.checks.code.program import Program
from pkgops.checks.code.values import (
    NOTHING,
    PLAIN,
    SDK,
    External,
    Flag,
    Foreign,
    Object,
    Plain,
    Text,
    Value,
    Variable,
    join,
    texts,
)
from pkgops.checks.iam.actions import SUBJECTS, TRANSACTED

ANY = "*"  # the field of a collection's elements whose keys are not known
KEYS = "<keys>"  # the field of a dict's keys that are no constants
# Fields that name what a call is made on.
TELLING = {*TRANSACTED, "Get", *(name for names in SUBJECTS.values() for name in names)}


class State(Memory):
    """Frames and objects. ``relevant`` are objects that contain clients, functions or variables, ``holders`` maps an
    object to those it is in; ``pool`` holds attributes that are set on objects of libraries."""

    def __init__(self, program: Program, home: str = "") -> None:
        super().__init__(program, home)
        self.fields: dict[tuple[Object, str], Value] = {}
        self.names_of: dict[Object, set[str]] = {}
        self.relevant: set[Object] = set()
        self.holders: dict[Object, set[Object]] = {}
        self.pool: dict[str, Value] = {}

    def collection(self, node: ast.AST, frame: Frame, kind: str = "") -> Object:
        """A list, tuple, set or dict made at that node."""
        return Object(f"{frame.file}:{position(node)}{kind}", frame.id)

    def put(self, target: Object, name: str, value: Value) -> None:
        """Adds a value to a field or element."""
        known = self.fields.get((target, name), NOTHING)
        if not value <= known:
            self.fields[target, name] = known | value
            self.names_of.setdefault(target, set()).add(name)
            self.changed = True
            self._enrich(target, name, value - known)

    def _enrich(self, target: Object, name: str, value: Value) -> None:
        """Records whether the value makes an object relevant, and its holders with it."""
        for atom in value:
            if isinstance(atom, Object):
                self.holders.setdefault(atom, set()).add(target)
            telling = name in TELLING if isinstance(atom, Text) else atom in self.relevant
            if telling or not isinstance(atom, Plain | Text | Flag | External | Foreign | Object):
                self._matters(target)

    def _matters(self, target: Object) -> None:
        waiting = [target]
        while waiting:
            one = waiting.pop()
            if one not in self.relevant:
                self.relevant.add(one)
                waiting += self.holders.get(one, ())

    def relevant_part(self, value: Value, instances: bool = True) -> Value:
        """A value with collections that hold only data replaced by data; without ``instances``, such instances too."""
        poor = [
            atom
            for atom in value
            if isinstance(atom, Object)
            and atom not in self.relevant
            and (atom in self.names_of if atom.kind is None else not instances)
        ]
        return value.difference(poor) | PLAIN if poor else value

    def get(self, target: Object, name: str) -> Value:
        """The value of a field or element."""
        return self.resolved(self.fields.get((target, name), NOTHING))

    def key_names(self, key: Value) -> list[str] | None:
        """The names of the fields of a key: a text, or a tuple that contains one; None for any other key."""
        found = []
        for atom in key:
            name = atom.text if isinstance(atom, Text) else self._tuple_name(atom)
            if name is None:
                return None
            found.append(name)
        return sorted(found) or None

    def _tuple_name(self, atom: Any) -> str | None:
        """``(sqs,*)`` for a tuple of a text and another value."""
        names = sorted(self.names_of.get(atom, ())) if isinstance(atom, Object) and atom.kind is None else []
        parts = [self.fields[atom, name] for name in names if name.isdigit()]
        told = [texts(part) for part in parts]
        if not any(told) or len(parts) != len(names) or any(one and len(one) > 1 for one in told):
            return None
        return f"({','.join(one[0] if one else '*' for one in told)})"

    def element(self, target: Object, key: Value) -> Value:
        """The element of a collection at a key."""
        names = self.key_names(key)
        if names is None:
            return self.elements(frozenset({target}))
        return join(self.get(target, ANY), *(self.get(target, name) for name in names))

    def elements(self, value: Value) -> Value:
        """The elements of a value, in an iteration or at an unknown key."""
        found: set[Any] = set()
        for atom in value:
            if isinstance(atom, Object) and atom.kind is None:
                found |= self._inside(atom)
            elif isinstance(atom, (Foreign, *SDK)):
                found.add(atom)
            else:
                found |= self.computed(frozenset({atom})) if isinstance(atom, Variable) else PLAIN
        return frozenset(found) if found or not value else PLAIN

    def _inside(self, collection: Object) -> Value:
        if collection in self.relevant:
            return join(*(self.get(collection, name) for name in self.names_of[collection]))
        return PLAIN if collection in self.names_of else NOTHING

    def spread(self, value: Value, arguments: Arguments) -> None:
        """Adds the elements of a ``*`` argument: by position, if their order is known."""
        one = next(iter(value)) if len(value) == 1 and not arguments.rest else None
        names = sorted(self.names_of.get(one, ())) if isinstance(one, Object) and one.kind is None else []
        if isinstance(one, Object) and names == [str(index) for index in range(len(names))] and names:
            arguments.positional += [self.get(one, name) for name in names]
        else:
            arguments.rest = join(arguments.rest, self.elements(value))
