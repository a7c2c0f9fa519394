"""Is every state that the tool waits for, or decides by, one that AWS's models know?

Two ways to find them: whatever is written like a state of CloudFormation, and whatever something called a status or a
state is compared with.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache

from botocore.session import Session

from tests.architecture.tree import Source, sources

SESSION = Session()
_STATE = re.compile(r"[A-Z]+(?:_[A-Z]+)*_(?:COMPLETE|FAILED|IN_PROGRESS|PENDING)")
_CALLED = re.compile(r"(^|_)(status|state)$|Status$|State$")
_ADAPTERS = "pkgops/aws/"
ROOMS = (_ADAPTERS, "pkgops/deploy/", "pkgops/operate/", "pkgops/plan/", "pkgops/ports/")
# Rooms that decide by states of another service than CloudFormation.
DECIDE = {"pkgops/operate/users/": "cognito-idp"}
_TASKS = "the API reference of StartMessageMoveTask; the model leaves it as text"
# Made by the tool itself, or of a part of a service that its model leaves as text -> where it comes from.
OTHERS: dict[str, str] = {
    "CANCELLED": _TASKS,
    "COMPLETED": _TASKS,
    "UNCHANGED": "the tool's own, of a stack that needs no update",
    "SKIPPED": "the tool's own, of a stack after one that failed",
    "failed": "the tool's own, of a migration that did not end",
    "REFUSED": "the tool's own, of a stack whose change set was refused",
}


@cache
def known(service: str) -> frozenset[str]:
    """Every value that a service's model lists for any of its fields."""
    model = SESSION.get_service_model(service)
    shapes = [model.shape_for(name) for name in model.shape_names]
    return frozenset(value for shape in shapes for value in getattr(shape, "enum", []))


def services(source: Source) -> set[str]:
    """CloudFormation, and those whose clients an adapter asks for."""
    if not source.path.startswith(_ADAPTERS):
        return {"cloudformation", *(service for room, service in DECIDE.items() if source.path.startswith(room))}
    return {"cloudformation", *re.findall(r"_clients\.get\(\"([a-z0-9-]+)\"", source.text)}


def constants(source: Source) -> dict[str, ast.expr]:
    """The module's own constants."""
    return {
        target.id: node.value
        for node in source.tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }


def is_state(node: ast.expr) -> bool:
    """``row["Status"]``, ``answer.get("Status", "")``, ``stack.status``, ``status``."""
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return bool(_CALLED.search(name))
        case ast.Subscript(slice=ast.Constant(value=str(name))):
            return bool(_CALLED.search(name))
        case ast.Call(func=ast.Attribute(attr="get"), args=[ast.Constant(value=str(name)), *_]):
            return bool(_CALLED.search(name))
    return False


def compared(source: Source) -> Iterator[str]:
    """The texts that something called a state is compared with."""
    named = constants(source)
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Compare) and any(map(is_state, (node.left, *node.comparators))):
            for side in (node.left, *node.comparators):
                value = named.get(side.id, side) if isinstance(side, ast.Name) else side
                if not is_state(side):
                    yield from texts(value)


def texts(node: ast.AST) -> Iterator[str]:
    yield from (one.value for one in ast.walk(node) if isinstance(one, ast.Constant) and isinstance(one.value, str))


def written(source: Source) -> set[str]:
    return {text for text in texts(source.tree) if _STATE.fullmatch(text)}


def test_every_state_is_known() -> None:
    judged = [source for source in sources("pkgops") if source.path.startswith(ROOMS)]
    named = {(state, source) for source in judged for state in (*written(source), *compared(source)) if state}
    used = {state for state, _ in named}
    assert {"CREATE_COMPLETE", "IMPORT_COMPLETE", "DETECTION_IN_PROGRESS", "MODIFIED", "DELETED"} <= used
    assert {"InProgress", "FORCE_CHANGE_PASSWORD", "COMPLETED"} <= used  # of Lambda, Cognito, SQS
    strange = [
        (state, source.path)
        for state, source in named
        if state not in OTHERS and not any(state in known(service) for service in services(source))
    ]
    assert not sorted(strange)
    assert not OTHERS.keys() - used


def test_no_waiter_of_the_sdk_is_used() -> None:
    """Its states are not ours to know; what is waited for is asked for and compared here."""
    assert not [source.path for source in sources("pkgops") if "get_waiter(" in source.text]
