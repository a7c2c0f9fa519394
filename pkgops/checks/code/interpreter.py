"""The abstract interpreter: evaluates functions with abstract values until nothing new is found.

No code of a handler is executed. A function is evaluated once for each combination of relevant arguments, so that a
helper that gets a client and a table's name from its caller is understood for each caller.
"""

from __future__ import annotations

import ast
from collections import Counter
from typing import Any

from pkgops.checks.code import collections, externals, sdk
from pkgops.checks.code.arguments import bind, defaults, fields, parameters, positional
from pkgops.checks.code.attributes import Attributes, bound
from pkgops.checks.code.memory import Arguments, Frame, position
from pkgops.checks.code.program import Program
from pkgops.checks.code.state import ANY
from pkgops.checks.code.uses import Place, Unresolved
from pkgops.checks.code.values import (
    NOTHING,
    NUMBER,
    PLAIN,
    SDK,
    Class,
    External,
    Foreign,
    Function,
    Method,
    Object,
    Partial,
    Plain,
    Super,
    Text,
    Value,
    Variable,
    join,
    of_sdk,
)

_DEEPEST = 6  # nested calls that are distinguished by their arguments
_VARIANTS = 48  # of a function, by its arguments
_ROUNDS = 12
_LEVELS = 150  # nested calls that are followed
_KEEPING = {"strip", "rstrip", "lstrip"}


class Interpreter(Attributes):
    """Evaluates attributes and calls."""

    def __init__(self, program: Program, home: str = "") -> None:
        super().__init__(program, home)
        self.calls: dict[Any, Frame] = {}
        self.variants: dict[str, int] = {}
        self.classes: dict[Any, Class] = {}
        self.running: set[int] = set()
        self.active: Counter[str] = Counter()  # evaluations in progress of each function
        self.done: set[int] = set()

    def enter(self, module: str, name: str) -> None:
        """Calls a function of a module with data, repeatedly until nothing new is found."""
        start = Place(module.replace(".", "/") + ".py", 1)
        for _ in range(_ROUNDS):
            self.changed = False
            self.done.clear()
            found = self.module(module)
            if found is None:
                self.found.unresolved.add(Unresolved(start, "cannot be read"))
                break
            callee = self.lookup(found, name)
            if callee is None:
                self.found.unresolved.add(Unresolved(start, f"does not define {name}"))
                break
            self.call(callee, Arguments([PLAIN, PLAIN]), ast.Pass(), found)
            if not self.changed:
                break
        else:
            self.found.unresolved.add(Unresolved(start, "is too complex to be analyzed"))
        self.found.files = set(self.program.read)

    def module(self, name: str) -> Frame | None:
        """The names of a module of the project, evaluated on first use; None if it does not exist."""
        frame = self.modules.get(name)
        if frame is None:
            file = self.program.file(name)
            tree = self.program.tree(file) if file else None
            if file is None or tree is None:
                return None
            frame = self.modules[name] = self.frame(name, file, None)
            self.definitions[f"{name}:"] = (tree, None)
        if frame.id not in self.done:
            self.done.add(frame.id)
            self.run(self.definitions[f"{name}:"][0].body, frame)
        return frame

    def define(self, node: ast.AST, frame: Frame, kind: Class | None = None) -> Value:
        """The function of a ``def`` or ``lambda``; a method sees the names around its class."""
        key = f"{frame.file}:{position(node)}"
        self.definitions[key] = (node, kind)
        around = frame.outer if frame.kind and frame.outer is not None else frame.id
        return frozenset({Function(key, around)})

    def class_of(self, node: ast.ClassDef, frame: Frame) -> Class:
        """The class of a ``class`` statement; a frame of its own holds its attributes."""
        key = (f"{frame.file}:{position(node)}", frame.id)
        if key not in self.classes:
            inner = self.frame(frame.module, frame.file, frame.id, frame.depth)
            inner.kind = self.classes[key] = Class(key[0], inner.id)
            self.definitions[key[0]] = (node, None)
        return self.classes[key]

    def call(self, callee: Value, arguments: Arguments, node: ast.AST, frame: Frame) -> Value:
        """The result of a call."""
        found = sdk.likely(self.resolved(callee))
        called = getattr(node, "func", None)
        outside = not of_sdk([found]) and any(isinstance(atom, Plain | Foreign) for atom in found)
        if outside and isinstance(called, ast.Attribute):
            self.found.possible_calls.setdefault(called.attr, self.place(node, frame))
        return join(*(self._apply(atom, arguments, node, frame) for atom in found))

    def _apply(self, atom: Any, arguments: Arguments, node: ast.AST, frame: Frame) -> Value:
        if isinstance(atom, Function):
            return self._enter(atom, arguments, self.place(node, frame))
        if isinstance(atom, Class):
            return self._instance(atom, arguments, node, frame)
        if isinstance(atom, Partial):
            given = Arguments([*atom.positional, *arguments.positional], {**dict(atom.keywords), **arguments.keywords})
            given.rest, given.more = arguments.rest, arguments.more
            return self.call(atom.callee, given, node, frame)
        if isinstance(atom, Method):
            return self._method(atom, arguments, node, frame)
        if isinstance(atom, External):
            return self._external(atom, arguments, node, frame)
        if isinstance(atom, Object) and atom.kind is not None:
            callee = self.of_instance(atom, atom.kind, "__call__", node, frame)
            return self.call(callee, arguments, node, frame)
        return self._unknown(atom, arguments, node, frame)

    def _external(self, atom: External, arguments: Arguments, node: ast.AST, frame: Frame) -> Value:
        if atom.name == "builtins.super":
            kind = frame.method_of
            return frozenset({Super(kind, frame.names.get("<self>", NOTHING))}) if kind else PLAIN
        return externals.call(self, atom.name, arguments, node, frame)

    def _unknown(self, atom: Any, arguments: Arguments, node: ast.AST, frame: Frame) -> Value:
        if isinstance(atom, Foreign):
            return externals.call(self, f"{atom.package}.", arguments, node, frame)
        return externals.unknown(self, arguments, node, frame)

    def _method(self, method: Method, arguments: Arguments, node: ast.AST, frame: Frame) -> Value:
        owner = method.owner
        if isinstance(owner, SDK):
            return sdk.call(self, method, arguments, node, frame)
        if isinstance(owner, Variable):
            return frozenset({owner}) if method.name in _KEEPING else self.computed(frozenset({owner}))
        if isinstance(owner, Text):
            return collections.of_text(owner, method.name, arguments)
        if isinstance(owner, Object) and owner.kind is None:
            return collections.call(self, owner, method.name, arguments, (node, frame))
        return externals.unknown(self, arguments, node, frame)

    def _instance(self, kind: Class, arguments: Arguments, node: ast.AST, frame: Frame) -> Value:
        """A new instance, set up by ``__init__`` or with the fields of a dataclass."""
        made = Object(f"{frame.file}:{position(node)}", frame.id, kind)
        instance = frozenset({made})
        start = [bound(one, instance) for one in self.of_class(kind, "__init__") if isinstance(one, Function)]
        if start:
            self.call(frozenset(start), arguments, node, frame)
        else:
            names = fields([self.definitions[one.kind.key][0] for one in self.class_names(kind) if one.kind])
            given = bind(self, names, [], arguments)
            for name, value in {**given.named, **given.keywords}.items():
                self.put(made, name, value)
        after = self.of_class(kind, "__post_init__")
        self.call(frozenset(bound(one, instance) for one in after), Arguments(), node, frame)
        return instance

    def _enter(self, atom: Function, arguments: Arguments, place: Place) -> Value:
        node, kind = self.definitions[atom.key]
        if atom.bound is not None:
            given = [atom.bound, *arguments.positional]
            arguments = Arguments(given, arguments.keywords, arguments.rest, arguments.more)
        frame = self._frame_of(atom, node, arguments)
        if len(self.running) >= _LEVELS:
            self.found.unresolved.add(Unresolved(Place(frame.file, node.lineno), "is nested too deeply to be analyzed"))
        elif frame.id not in self.running and frame.id not in self.done:
            self.running.add(frame.id)
            self.active[atom.key] += 1
            self.call_chain.append(place)
            if kind is not None:
                frame.method_of = kind
                self.bind(frame, "<self>", arguments.at(0))
            before = self.deferring, self.defaulted
            self.deferring = self.defaulted = False
            self._evaluate(node, frame)
            self.deferring, self.defaulted = before
            self.call_chain.pop()
            self.running.discard(frame.id)
            self.active[atom.key] -= 1
            self.done.add(frame.id)
        return self.generated(node, frame, self.relevant_part(frame.names.get("<returns>", NOTHING)))

    def _evaluate(self, node: Any, frame: Frame) -> None:
        if isinstance(node, ast.Lambda):
            self.bind(frame, "<returns>", self.value(node.body, frame))
        elif not self.run(node.body, frame):
            self.bind(frame, "<returns>", NUMBER)

    def _frame_of(self, atom: Function, node: ast.AST, arguments: Arguments) -> Frame:
        """The frame of a call: a separate one, unless the function has too many."""
        wanted = parameters(node)
        names, only = positional(wanted), [one.arg for one in wanted.kwonlyargs]
        arguments = Arguments(
            [self.relevant_part(one) for one in arguments.positional],
            {name: self.relevant_part(one) for name, one in arguments.keywords.items()},
            self.relevant_part(arguments.rest),
            self.relevant_part(arguments.more),
        )
        given = bind(self, names, only, arguments)
        depth = 1 + self.depth_of(given.all())
        key: Any = (atom.key, atom.frame, given.key())
        many = self.active[atom.key] > 1 or self.variants.get(atom.key, 0) >= _VARIANTS
        if key not in self.calls and (many or depth > _DEEPEST):
            key = (atom.key, atom.frame)
        if key not in self.calls:
            around = self.frames[atom.frame]
            self.variants[atom.key] = self.variants.get(atom.key, 0) + 1
            self.calls[key] = self.frame(around.module, around.file, around.id, min(depth, _DEEPEST))
        frame = self.calls[key]
        absent = {name: self.value(default, self.frames[atom.frame]) for name, default in defaults(wanted).items()}
        for name in (*names, *only):
            self.bind(frame, name, given.named.get(name) or absent.get(name, PLAIN))
        self._bind_rest(wanted, given, frame)
        return frame

    def _bind_rest(self, wanted: ast.arguments, given: Any, frame: Frame) -> None:
        if wanted.vararg is not None:
            made = self.collection(wanted.vararg, frame)
            for index, value in enumerate(given.further):
                self.put(made, str(index), value)
            if given.rest:
                self.put(made, ANY, given.rest)
            self.bind(frame, wanted.vararg.arg, frozenset({made}))
        if wanted.kwarg is not None:
            made = self.collection(wanted.kwarg, frame)
            collections.merge(self, made, given.more)
            for name, value in given.keywords.items():
                self.put(made, name, value)
            self.bind(frame, wanted.kwarg.arg, frozenset({made}))
