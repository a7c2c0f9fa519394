"""The methods of lists, sets, dicts and constant texts."""

from __future__ import annotations

import ast

from pkgops.checks.code.externals import unknown
from pkgops.checks.code.memory import Arguments, Frame
from pkgops.checks.code.state import ANY, KEYS, State
from pkgops.checks.code.values import PLAIN, Object, Text, Value, join, text, texts

_READING = ("get", "pop", "setdefault", "__getitem__", "popleft")
# Methods of texts that give another text.
_PURE = {
    *("capitalize", "casefold", "lower", "lstrip", "removeprefix", "removesuffix", "replace", "rstrip", "strip"),
    *("title", "upper"),
}
_WRITING = ("append", "appendleft", "add", "insert", "extend", "update", "push")


def call(state: State, owner: Object, name: str, arguments: Arguments, where: tuple[ast.AST, Frame]) -> Value:
    """Calls a method of a collection."""
    if name in _READING:
        if name == "setdefault":
            write(state, owner, arguments.at(0), arguments.at(1))
        key = arguments.at(0) if arguments.positional else PLAIN
        return join(state.element(owner, key), arguments.at(1)) or PLAIN
    if name in ("keys", "values", "items"):
        return _view(state, owner, name, where)
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


def of_text(owner: Text, name: str, arguments: Arguments) -> Value:
    """The result of a method of a constant text."""
    given = [texts(one) for one in arguments.positional]
    known = [one[0] for one in given if one and len(one) == 1]
    if name not in _PURE or len(known) != len(given) or arguments.keywords:
        return PLAIN
    try:
        result: str = getattr(owner.text, name)(*known)
    except TypeError:
        return PLAIN
    return text(result)


def _view(state: State, owner: Object, name: str, where: tuple[ast.AST, Frame]) -> Value:
    """``keys()``, ``values()`` or ``items()`` of a dict; those of constant keys each on its own."""
    made = state.collection(*where, f":{name}")
    fields = state.names_of.get(owner, set())
    for index, field in enumerate([*sorted(fields - {ANY, KEYS}), *({ANY} & fields)]):
        key, value = PLAIN if field == ANY else frozenset({Text(field)}), state.get(owner, field)
        if name == "items":
            pair = state.collection(*where, f":item:{field}")
            state.put(pair, "0", key)
            state.put(pair, "1", value)
            element: Value = frozenset({pair})
        else:
            element = key if name == "keys" else value
        state.put(made, ANY if field == ANY else str(index), element)
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
