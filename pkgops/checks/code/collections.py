"""The methods of lists, sets and dicts."""

from __future__ import annotations

import ast

from pkgops.checks.code.externals import unknown
from pkgops.checks.code.memory import Arguments, Frame
from pkgops.checks.code.state import ANY, KEYS, State
from pkgops.checks.code.values import PLAIN, Object, Value, join

_READING = ("get", "pop", "setdefault", "__getitem__", "popleft")
_WRITING = ("append", "appendleft", "add", "insert", "extend", "update", "push")


def call(state: State, owner: Object, name: str, arguments: Arguments, where: tuple[ast.AST, Frame]) -> Value:
    """Calls a method of a collection."""
    if name in _READING:
        if name == "setdefault":
            write(state, owner, arguments.at(0), arguments.at(1))
        key = arguments.at(0) if arguments.positional else PLAIN
        return join(state.element(owner, key), arguments.at(1)) or PLAIN
    if name == "items":
        return _items(state, owner, where)
    if name in _WRITING:
        _extend(state, owner, name, arguments)
        return PLAIN
    return join(frozenset({owner}), unknown(state, arguments, *where))


def write(state: State, owner: Object, key: Value, value: Value) -> None:
    """Sets an element; an unknown key is recorded as such."""
    names = state.key_names(key)
    for name in names or (ANY,):
        state.put(owner, name, value)
    if names is None:
        state.put(owner, KEYS, key)


def merge(state: State, target: Object, value: Value) -> None:
    """Copies the elements of a collection into another."""
    for atom in value:
        for name in tuple(state.names_of.get(atom, ())) if isinstance(atom, Object) else ():
            state.put(target, name, state.get(atom, name))


def _items(state: State, owner: Object, where: tuple[ast.AST, Frame]) -> Value:
    pair, made = state.collection(*where, ":item"), state.collection(*where, ":items")
    state.put(pair, "0", PLAIN)
    state.put(pair, "1", state.elements(frozenset({owner})))
    state.put(made, ANY, frozenset({pair}))
    return frozenset({made})


def _extend(state: State, owner: Object, name: str, arguments: Arguments) -> None:
    for value in arguments.positional:
        if name == "update":
            merge(state, owner, value)
        else:
            state.put(owner, ANY, state.elements(value) if name == "extend" else value)
    for key, value in arguments.keywords.items():
        state.put(owner, key, value)
    merge(state, owner, arguments.more)
