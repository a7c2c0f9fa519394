"""Does every call of the adapters, made by a test or not, have the parameters of its operation's model?

The contract tests compare what they really send, value by value (`tests/pkgops/ports/models.py`). Some calls no
emulator answers, or only where something fails: of those the code says which parameters there are.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from botocore import xform_name
from botocore.model import OperationModel
from botocore.session import Session

from pkgops.permissions.api_calls import CALLS
from tests.architecture.tree import Source, sources

SESSION = Session()


def operations() -> dict[str, list[OperationModel]]:
    """The operations that are called, by the name of the client's method."""
    found: dict[str, list[OperationModel]] = {}
    for service, method in CALLS:
        model = SESSION.get_service_model(service)
        (name,) = (name for name in model.operation_names if xform_name(name) == method)
        found.setdefault(method, []).append(model.operation_model(name))
    return found


def calls(source: Source, methods: set[str]) -> Iterator[tuple[str, set[str], bool]]:
    """(method, parameters by name, whether there may be others) of every call on a client."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in methods:
            if node.args:
                continue  # a method of a port: clients take names alone
            named = {keyword.arg for keyword in node.keywords if keyword.arg is not None}
            yield node.func.attr, named, any(keyword.arg is None for keyword in node.keywords)


def fits(operation: OperationModel, named: set[str], open_ended: bool) -> bool:
    shape = operation.input_shape
    members, required = (set(shape.members), set(shape.required_members)) if shape else (set(), set())
    return named <= members and (open_ended or required <= named)


def test_every_call_has_the_parameters_of_its_operation() -> None:
    known = operations()
    found = [
        (source.path, method, named, open_ended)
        for source in sources("pkgops")
        if source.path.startswith("pkgops/aws/")
        for method, named, open_ended in calls(source, set(known))
    ]
    assert len({method for _, method, _, _ in found}) > 60
    strange = [
        f"{path}: {method}({', '.join(sorted(named))})"
        for path, method, named, open_ended in found
        if not any(fits(operation, named, open_ended) for operation in known[method])
    ]
    assert not strange
