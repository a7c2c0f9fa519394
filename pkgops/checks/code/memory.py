"""The interpreter's frames of names, and its findings."""

from __future__ import annotations

import ast
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import Any

from pkgops.checks.code.program import Program
from pkgops.checks.code.uses import Place, Read, Unresolved, Usage, Use
from pkgops.checks.code.values import NOTHING, PLAIN, Class, Imported, Super, Value, Variable, passed_through


@dataclass(slots=True)
class Frame:
    """The names of a module, a class or one call of a function.

    ``depth`` is the nesting of the calls that made its arguments; ``wide`` are names that belong to another frame
    (``global``), ``kind`` is the class whose attributes these are, ``method_of`` the one whose method is evaluated.
    Each element of a ``comprehension`` has a frame, if there are not too many."""

    id: int
    module: str
    file: str
    outer: int | None
    depth: int = 0
    names: dict[str, Value] = field(default_factory=dict)
    wide: dict[str, int] = field(default_factory=dict)
    kind: Class | None = None
    method_of: Class | None = None
    comprehension: bool = False


@dataclass(slots=True)
class Arguments:
    """The arguments of a call; ``rest`` is what a ``*`` holds, ``more`` are the dicts of ``**``."""

    positional: list[Value] = field(default_factory=list)
    keywords: dict[str, Value] = field(default_factory=dict)
    rest: Value = NOTHING
    more: Value = NOTHING

    def all(self) -> list[Value]:
        """Every value among them."""
        return [*self.positional, *self.keywords.values(), self.rest, self.more]

    def at(self, index: int, name: str = "") -> Value:
        """The argument at that position or of that name."""
        if name in self.keywords:
            return self.keywords[name]
        return self.positional[index] if index < len(self.positional) else NOTHING


class Memory(ABC):
    """Frames and findings. Values only ever grow, so that running until nothing changes ends; ``changed`` tells.

    ``home`` is the folder of the handler's system: calls are recorded at the last line in it that leads to them.
    ``call_chain`` are the places of the calls in progress."""

    def __init__(self, program: Program, home: str = "") -> None:
        self.program = program
        self.home = home
        self.found = Usage()
        self.changed = False
        self.frames: list[Frame] = []
        self.modules: dict[str, Frame] = {}
        self.definitions: dict[str, tuple[Any, Class | None]] = {}  # functions with the class they are in, classes
        self.call_chain: list[Place] = []
        self.deferring = False  # in the arguments of a class: variables count as read when the field is used
        self.defaulted = False  # where a variable that is not set is replaced by a default
        self.sites: dict[str, set[Read]] = {}  # of variables whose reading is deferred

    @abstractmethod
    def call(self, callee: Value, arguments: Arguments, node: ast.AST, frame: Frame) -> Value:
        """The value of a call."""

    @abstractmethod
    def attribute(self, base: Value, name: str, node: ast.AST, frame: Frame) -> Value:
        """The value of an attribute."""

    @abstractmethod
    def module(self, name: str) -> Frame | None:
        """The names of a module of the project, evaluated on first use; None if it does not exist."""

    def frame(self, module: str, file: str, outer: int | None, depth: int = 0) -> Frame:
        """A new frame."""
        made = Frame(len(self.frames), module, file, outer, depth)
        self.frames.append(made)
        return made

    def bind(self, frame: Frame, name: str, value: Value) -> None:
        """Adds a value to a name."""
        owner = self.frames[frame.wide[name]] if name in frame.wide else frame
        known = owner.names.get(name, NOTHING)
        if not value <= known:
            owner.names[name] = known | value
            self.changed = True

    def lookup(self, frame: Frame, name: str) -> Value | None:
        """The value of a name; None if the project does not define it."""
        place: Frame | None = self.frames[frame.wide[name]] if name in frame.wide else frame
        while place is not None:
            if name in place.names:
                return self.resolved(place.names[name])
            place = None if place.outer is None else self.frames[place.outer]
        return None

    def resolved(self, value: Value) -> Value:
        """A value with its imports resolved."""
        for atom in value:  # few hold an import, and this is asked for every name
            if type(atom) is Imported:
                break
        else:
            return value
        found: set[Any] = set()
        for atom in value:
            module = self.module(atom.module) if isinstance(atom, Imported) else None
            if module is not None:
                found |= self.lookup(module, atom.name) or NOTHING
            elif not isinstance(atom, Imported):
                found.add(atom)
        return frozenset(found)

    def class_names(self, kind: Class) -> list[Frame]:
        """The attributes of a class and of the classes it is derived from, most derived first."""
        found, waiting = [], [kind]
        while waiting:
            one = waiting.pop(0)
            frame = self.frames[one.frame]
            if frame not in found:
                found.append(frame)
                waiting += [
                    atom for atom in self.resolved(frame.names.get("<bases>", NOTHING)) if isinstance(atom, Class)
                ]
        return found

    def place(self, node: ast.AST, frame: Frame) -> Place:
        """The line of a node."""
        return Place(frame.file, getattr(node, "lineno", 0))

    def use(self, use: Use) -> None:
        """Records an AWS call, at the last line of the handler's system that leads to it."""
        own = [place for place in self.call_chain if place.file.startswith(self.home)]
        found = use if use.place.file.startswith(self.home) or not own else Use(use.actions, use.targets, own[-1])
        self.found.uses.add(found)

    def cannot_resolve(self, node: ast.AST, frame: Frame, why: str) -> None:
        """Records that the calls made there cannot be determined."""
        self.found.unresolved.add(Unresolved(self.place(node, frame), why))

    def read(self, read: Read) -> None:
        """Records that a variable is read: immediately if it is required, else when the field that holds it is used."""
        if self.deferring and read.default:
            self.sites.setdefault(read.name, set()).add(read)
        else:
            self.found.reads.add(read)

    def used(self, value: Value) -> Value:
        """Records the variables in a field that is used. A value computed from one is data from here on."""
        computed = set()
        for atom in value:
            if isinstance(atom, Variable):
                self.found.reads |= self.sites.get(atom.name, set())
                computed |= set() if atom.exact else {atom}
        if not computed:
            return value
        exact = any(isinstance(atom, Variable) and atom.exact for atom in value)
        return value - computed if exact else value - computed | PLAIN

    def computed(self, value: Value) -> Value:
        """`passed_through`; in the arguments of a class with the variables it is computed from, see `read`."""
        if not self.deferring:
            return passed_through(value)
        return passed_through(value) | {
            Variable(atom.name, exact=False) for atom in value if isinstance(atom, Variable)
        }

    def depth_of(self, values: list[Value]) -> int:
        """The nesting of the calls that made the values."""
        return max((self._depth(atom) for value in values for atom in value), default=0)

    def _depth(self, atom: Any) -> int:
        if isinstance(atom, Super):
            return self.depth_of([atom.instance])
        frame = getattr(atom, "frame", None)
        bound = getattr(atom, "bound", None)
        depth = self.frames[frame].depth if isinstance(frame, int) else 0
        return max(depth, self.depth_of([bound]) if bound else 0)


def position(node: ast.AST) -> str:
    """Line and column of a node, and its kind: two nodes may begin at the same place."""
    return f"{getattr(node, 'lineno', 0)}:{getattr(node, 'col_offset', 0)}:{type(node).__name__}"
