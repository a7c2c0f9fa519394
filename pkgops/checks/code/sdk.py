"""The effects of calls to the AWS SDK: sessions, clients, resources and their methods."""

from __future__ import annotations

import ast

from pkgops.checks.code.memory import Arguments, Frame
from pkgops.checks.code.state import ANY, KEYS, State
from pkgops.checks.code.uses import Target, Use
from pkgops.checks.code.values import (
    NOTHING,
    PLAIN,
    Client,
    Handle,
    Method,
    Number,
    Object,
    Paginator,
    ServiceResource,
    Session,
    Text,
    Value,
    Variable,
    join,
    texts,
)
from pkgops.checks.iam.actions import SUBJECTS, TRANSACTED, known_actions, of_handle, of_method, service_of

# Methods of a client that call nothing.
_SILENT = {"can_paginate", "close", "exceptions", "meta", "waiter_names"}
_MANY = {"transact_write_items", "batch_get_item", "batch_write_item", "transact_get_items"}
_CALLED = {"get_paginator", "get_waiter", "generate_presigned_url", *_MANY, *_SILENT}
_WAITS = {
    "bucket_exists": "head_bucket",
    "bucket_not_exists": "head_bucket",
    "object_exists": "head_object",
    "object_not_exists": "head_object",
    "table_exists": "describe_table",
    "table_not_exists": "describe_table",
    "function_active": "get_function_configuration",
    "function_updated": "get_function_configuration",
}
_MAKERS = {"client": Client, "create_client": Client, "resource": ServiceResource}


def attribute(owner: object, name: str) -> Value:
    """An attribute of a part of the SDK."""
    if isinstance(owner, Client | Handle | ServiceResource) and name == "meta":
        service = owner.service
        return frozenset({Client(service)}) | PLAIN  # table.meta.client
    if isinstance(owner, Session) and name == "session":
        return frozenset({owner})  # boto3.session
    if isinstance(owner, Client) and name == "client":
        return frozenset({owner})
    if isinstance(owner, Client) and name in _SILENT:
        return PLAIN
    return frozenset({Method(owner, name)})


def likely(callee: Value) -> Value:
    """Without operations that a client does not have, if there is another candidate: code that takes one of several
    clients from a cache gets the right one."""
    methods = [one for one in callee if isinstance(one, Method) and isinstance(one.owner, Client)]
    unknown = {one for one in methods if one.name not in _CALLED and of_method(one.owner.service, one.name) is None}
    return callee - unknown if len(unknown) < len(callee) else callee


def call(state: State, method: Method, arguments: Arguments, node: ast.AST, frame: Frame) -> Value:
    """Calls a method of a part of the SDK."""
    owner = method.owner
    if isinstance(owner, Session):
        return _session(state, method.name, arguments, node, frame)
    if isinstance(owner, ServiceResource):
        return _resource(state, owner, method.name, arguments, node, frame)
    if isinstance(owner, Paginator):
        return _operation(state, owner.service, owner.operation, arguments, NOTHING, (node, frame))
    if isinstance(owner, Handle):
        return _handle(state, owner, method.name, arguments, (node, frame))
    return _client(state, owner, method.name, arguments, (node, frame))


def _session(state: State, name: str, arguments: Arguments, node: ast.AST, frame: Frame) -> Value:
    make = _MAKERS.get(name)
    if make is None:
        return frozenset({Session()})
    services = texts(arguments.at(0, "service_name"))
    if services is None:
        if arguments.at(0, "service_name"):
            state.cannot_resolve(node, frame, "makes a client of a service whose name is computed")
        return PLAIN
    return frozenset(make(service) for service in services)


def _resource(
    state: State, owner: ServiceResource, name: str, arguments: Arguments, node: ast.AST, frame: Frame
) -> Value:
    if of_method(owner.service, name) is not None:
        return _operation(state, owner.service, name, arguments, NOTHING, (node, frame))
    return frozenset({Handle(owner.service, name, arguments.at(0, "name"))})


def _handle(state: State, owner: Handle, name: str, arguments: Arguments, where: tuple[ast.AST, Frame]) -> Value:
    method = of_handle(owner.service, owner.kind, name)
    if method is None:
        state.cannot_resolve(*where, f"calls {name} of a {owner.kind}, whose permissions are not known here")
        return frozenset({owner})
    _operation(state, owner.service, method, arguments, owner.target, where)
    return frozenset({owner}) if name == "batch_writer" else PLAIN


def _client(state: State, owner: Client, name: str, arguments: Arguments, where: tuple[ast.AST, Frame]) -> Value:
    if name in _SILENT:
        return PLAIN
    if name in ("get_paginator", "get_waiter"):
        return _later(state, owner, name, arguments, where)
    if name == "generate_presigned_url":
        _signed(state, owner, arguments, where)
        return PLAIN
    return _operation(state, owner.service, name, arguments, NOTHING, where)


def _signed(state: State, owner: Client, arguments: Arguments, where: tuple[ast.AST, Frame]) -> None:
    """A presigned URL: a call with the function's permissions."""
    named = texts(arguments.at(0, "ClientMethod"))
    if named is None:
        state.cannot_resolve(*where, "signs a URL for an operation whose name is computed")
    for operation in named or ():
        if of_method(owner.service, operation) is not None:
            _operation(state, owner.service, operation, Arguments(more=arguments.at(1, "Params")), NOTHING, where)


def _later(state: State, owner: Client, name: str, arguments: Arguments, where: tuple[ast.AST, Frame]) -> Value:
    named = texts(arguments.at(0))
    operations = [one if name == "get_paginator" else _WAITS.get(one, "") for one in named or ()]
    if not operations or "" in operations:
        state.cannot_resolve(*where, f"calls {name} with a name that is not known here")
    return frozenset(Paginator(owner.service, one) for one in operations if one) or PLAIN


def _operation(
    state: State, service: str, name: str, arguments: Arguments, target: Value, where: tuple[ast.AST, Frame]
) -> Value:
    if service == "dynamodb" and name in _MANY:
        _many(state, service, name, arguments, where)
        return PLAIN
    actions = of_method(service, name)
    if actions is None:
        if known_actions(service_of(service)):
            state.cannot_resolve(*where, f"calls {name} of {service}, whose permission is not known here")
        return PLAIN
    subjects = [given(state, arguments, one) for one in SUBJECTS.get(service_of(service), ())]
    _note(state, actions, join(target, *subjects), where)
    return PLAIN


def _note(state: State, actions: tuple[str, ...], target: Value, where: tuple[ast.AST, Frame]) -> None:
    if actions:
        state.use(Use(actions, targets(target), state.place(*where)))


def targets(value: Value) -> tuple[Target, ...]:
    """The targets that a value names; () if it may be anything."""
    found = set()
    for atom in value:
        if isinstance(atom, Variable) and atom.exact:
            found.add(Target(variable=atom.name))
        elif isinstance(atom, Text):
            if atom.text:
                found.add(Target(name=atom.text))
        elif not isinstance(atom, Number):
            return ()
    return tuple(sorted(found))


def given(state: State, arguments: Arguments, name: str) -> Value:
    """The argument of that name, or of that key in a dict of ``**``."""
    found = [arguments.keywords.get(name, NOTHING)]
    for atom in arguments.more:
        if isinstance(atom, Object):
            found.append(state.get(atom, name) or state.get(atom, ANY))
        else:
            found.append(PLAIN)
    return join(*found)


def _many(state: State, service: str, name: str, arguments: Arguments, where: tuple[ast.AST, Frame]) -> None:
    """Batches and transactions, which name the tables in their elements or keys."""
    if name.startswith("batch"):
        tables = frozenset(_keys(state, given(state, arguments, "RequestItems")))
        _note(state, of_method(service, name) or (), tables, where)
        return
    elements = state.elements(given(state, arguments, "TransactItems"))
    kinds = TRANSACTED if name == "transact_write_items" else {"Get": "GetItem"}
    seen = False
    for atom in elements:
        for kind, action in kinds.items():
            for one in state.get(atom, kind) if isinstance(atom, Object) else ():
                table = state.get(one, "TableName") if isinstance(one, Object) else PLAIN
                _note(state, (f"dynamodb:{action}",), table, where)
                seen = True
    if elements and not seen:
        state.cannot_resolve(*where, f"calls {name} with items that cannot be determined")


def _keys(state: State, value: Value) -> set[object]:
    found: set[object] = set()
    for atom in value:
        if not isinstance(atom, Object):
            return set(PLAIN)
        found |= state.get(atom, KEYS)
        found |= {Text(name) for name in state.names_of.get(atom, ()) if name not in (ANY, KEYS)}
    return found
