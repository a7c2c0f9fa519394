"""What does a handler's code use of what it was given? Worked out from the code alone.

On what a handler can reach (`handler_code`), tables are told apart by the names they go by everywhere (``keys``,
``packages``, ...), settings by the field, services by the client that is made, and what is done with queues and
buckets by the operation's name. What cannot be told (settings handed on under another name, a client of a computed
name) raises `UntoldError`: then the code has to be written so that it can.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from functools import cache

from tests.repository import ROOT
from tests.templates.handler_code import Module, entry, module, reachable, running

TABLES = {"packages": "packages", "keys": "api_keys", "billing": "billing_events", "events": "referral_events"}
# Modules that know no other table than this one.
OF_ONE_TABLE = {f"handlers.pkgwatch.collect.upstream.{name}": "api_keys" for name in ("circuit_breaker", "rate_limit")}
CLIENT = ("handlers.common.aws", "client")
TRANSACTIONS = "handlers.common.transactions"
# Beneath these, everything is generic: they are read for what they offer, not for what they use.
MACHINERY = ("handlers.common.aws", "handlers.common.dynamodb", TRANSACTIONS)
LEVELS = {
    **dict.fromkeys(("get_item", "query", "batch_get_item", "ConditionCheck"), "read"),
    **dict.fromkeys(("put_item", "update_item", "delete_item", "Put", "Update", "Delete"), "write"),
    "scan": "scan",
}
OPERATIONS = {
    **dict.fromkeys(("send_message", "send_message_batch"), ("sqs", "send")),
    **dict.fromkeys(("receive_message", "delete_message"), ("sqs", "consume")),
    "get_queue_attributes": ("sqs", "depth"),
    "get_object": ("s3", "read"),
    "put_object": ("s3", "write"),
}


class UntoldError(Exception):
    """The code does not say what it uses."""


@dataclass
class Use:
    """``settings`` are fields, ``tables`` pairs of documented table and level (read, write, scan), ``services`` what
    AWS clients are made for, ``operations`` what is done with queues and objects (see `OPERATIONS`)."""

    settings: set[str] = field(default_factory=set)
    tables: set[tuple[str, str]] = field(default_factory=set)
    services: set[str] = field(default_factory=set)
    operations: set[tuple[str, str]] = field(default_factory=set)


@cache
def use(handler: str) -> Use:
    """What the handler at that path (``handlers/pkgwatch/api/health.py``) uses."""
    found, system = Use(), handler.split("/")[1]
    for place in reachable(entry(handler)):
        if place[0] not in (*MACHINERY, settings_module(system)):
            _note(module(place[0]), module(place[0]).definitions[place[1]], found)
    found.settings &= set(settings_fields(system))
    return found


@cache
def settings_module(system: str) -> str:
    """The module of a system that reads its environment."""
    (path,) = (ROOT / "handlers" / system).rglob("settings.py")
    return ".".join(path.relative_to(ROOT).with_suffix("").parts)


def settings_fields(system: str) -> dict[str, str]:
    """The environment variable behind each field of a system's settings."""
    found = {}
    for node in ast.walk(module(settings_module(system)).tree):
        if isinstance(node, ast.keyword) and node.arg:
            names = [n.value for n in ast.walk(node.value) if isinstance(n, ast.Constant) and isinstance(n.value, str)]
            if variables := [name for name in names if name.isupper()]:
                found[node.arg] = variables[0]
    return found


def _note(source: Module, definition: ast.stmt, found: Use) -> None:
    parents = {child: node for node in running(definition) for child in ast.iter_child_nodes(node)}
    for node in running(definition):
        if isinstance(node, ast.arg) and _is_table(node) and not (node.arg in TABLES or source.name in OF_ONE_TABLE):
            raise UntoldError(f"{source.name}:{node.lineno} {node.arg}: a table is called one of {', '.join(TABLES)}")
        if isinstance(node, ast.Attribute):
            _note_table(node, parents, source, found)
            found.operations |= {OPERATIONS[node.attr]} if node.attr in OPERATIONS else set()
            found.settings |= {node.attr} if _name(node.value) == "settings" else set()
        if isinstance(node, ast.Call):
            _note_call(node, parents, source, definition, found)
        if isinstance(node, ast.expr) and source.means(node) == CLIENT:
            found.services.add(_service(node, parents, source))


def _is_table(parameter: ast.arg) -> bool:
    names = ast.walk(parameter.annotation) if parameter.annotation else ()
    return any(isinstance(node, ast.Name) and node.id == "Table" for node in names)


def _note_table(node: ast.Attribute, parents: dict[ast.AST, ast.AST], source: Module, found: Use) -> None:
    table = _table(node.value)
    if _name(node.value) == "table":
        table = OF_ONE_TABLE.get(source.name)
    if table is None:
        return
    for level in methods().get(node.attr, set()):
        found.tables.add((table, level))
    if node.attr == "client" and not _given_to_transact(node, parents, source):
        raise UntoldError(f"{source.name}:{node.lineno} uses a table's client itself")


def _given_to_transact(node: ast.AST, parents: dict[ast.AST, ast.AST], source: Module) -> bool:
    call = parents[node]
    return isinstance(call, ast.Call) and source.means(call.func) == (TRANSACTIONS, "transact")


def _note_call(
    node: ast.Call, parents: dict[ast.AST, ast.AST], source: Module, definition: ast.stmt, found: Use
) -> None:
    place = source.means(node.func)
    if place and place[0] == TRANSACTIONS and place[1] in writes():
        table = _table(node.args[0])
        if table is None:
            raise UntoldError(f"{source.name}:{node.lineno} writes to a table of another name")
        found.tables |= {(table, level) for level in writes()[place[1]]}
    if place and place[0].endswith(".settings") and place[1] == "settings":
        found.settings |= _fields(node, parents, source, definition)


def _fields(node: ast.Call, parents: dict[ast.AST, ast.AST], source: Module, definition: ast.stmt) -> set[str]:
    """The fields taken of ``settings()``: at once, or by a local name."""
    parent = parents[node]
    if isinstance(parent, ast.Attribute):
        return {parent.attr}
    if isinstance(parent, ast.Assign) and isinstance(parent.targets[0], ast.Name):
        name = parent.targets[0].id
        uses = [n for n in ast.walk(definition) if isinstance(n, ast.Name) and n.id == name and n not in parent.targets]
        taken = [parents[use] for use in uses]
        if all(isinstance(one, ast.Attribute) or _handed_on(one) for one in taken):
            return {one.attr for one in taken if isinstance(one, ast.Attribute)}
    raise UntoldError(f"{source.name}:{node.lineno} hands its settings on as a whole")


def _handed_on(node: ast.AST) -> bool:
    """Whether settings keep their name where they go: what is taken of them there counts there."""
    return isinstance(node, ast.keyword) and node.arg == "settings"


def _service(node: ast.expr, parents: dict[ast.AST, ast.AST], source: Module) -> str:
    """``client("sqs")`` or ``partial(client, "sqs")``."""
    call = parents[node]
    if isinstance(call, ast.Call):
        given = [argument for argument in call.args if argument is not node][:1]
        if given and isinstance(given[0], ast.Constant):
            return str(given[0].value)
    raise UntoldError(f"{source.name}:{node.lineno} makes a client of a computed name")


def _table(node: ast.expr) -> str | None:
    """The documented table behind ``keys``, ``services.keys`` or ``tables.api_keys()``."""
    if isinstance(node, ast.Call):
        place = node.func
        made = place.attr if isinstance(place, ast.Attribute) else getattr(place, "id", "")
        return made if made in TABLES.values() else None
    return TABLES.get(_name(node))


def _name(node: ast.expr) -> str:
    """``keys`` of ``keys``, ``services.keys`` and ``self._keys``."""
    name = node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
    return str(name).removeprefix("_")


@cache
def methods() -> dict[str, set[str]]:
    """Level by method of `handlers.common.dynamodb.Table`, from the operations it calls."""
    source = module("handlers.common.dynamodb").definitions["Table"]
    assert isinstance(source, ast.ClassDef)
    return {
        method.name: {LEVELS[n.attr] for n in ast.walk(method) if isinstance(n, ast.Attribute) and n.attr in LEVELS}
        for method in source.body
        if isinstance(method, ast.FunctionDef)
    }


@cache
def writes() -> dict[str, set[str]]:
    """Level by function of `handlers.common.transactions` that describes one write."""
    found = {}
    for name, definition in module(TRANSACTIONS).definitions.items():
        words = [n.value for n in ast.walk(definition) if isinstance(n, ast.Constant) and isinstance(n.value, str)]
        levels = {LEVELS[word] for word in words if word in LEVELS}
        if isinstance(definition, ast.FunctionDef) and levels:
            found[name] = levels
    return found
