"""Are the calls that were really made those of AWS's own models, value by value?

botocore compares names and types of parameters; it takes any text where the model lists the values there are. Here
those are compared, too, of what is sent and of what is answered.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

from botocore.client import BaseClient
from botocore.model import ListShape, MapShape, Shape, StructureShape
from botocore.validate import ParamValidator

# Values that AWS has and the model has not, or that the emulator answers in its own way -> why.
ALLOWED = {
    (
        "ResourceStatus",
        "REVIEW_IN_PROGRESS",
    ): "a stack's own events have the stack's states, which the model leaves out",
    (
        "ResourceStatus",
        "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS",
    ): "the same, of a stack that removes what a failed update had made",
    ("StateReasonCode", "Updating"): "the emulator's; nothing here reads the reason of a function's state",
}


@contextmanager
def checked_calls() -> Iterator[None]:
    """Checks every call of every client meanwhile."""
    original = BaseClient._make_api_call

    def call(client: Any, operation: str, parameters: dict[str, Any]) -> Any:
        model = client.meta.service_model.operation_model(operation)
        if model.input_shape is not None:
            report = ParamValidator().validate(parameters, model.input_shape)
            assert not report.has_errors(), report.generate_report()
        sent = sorted(set(strange(model.input_shape, parameters)))
        assert not sent, f"{operation} is sent what the model does not know: {sent}"
        answer = original(client, operation, parameters)
        found = sorted(set(strange(model.output_shape, answer)))
        assert not found, f"{operation} is answered with what the model does not know: {found}"
        return answer

    with mock.patch.object(BaseClient, "_make_api_call", call):
        yield


def strange(shape: Shape | None, value: Any) -> Iterator[tuple[str, str]]:
    """(shape, value) of every text that is none of those its shape lists."""
    if shape is None or not value:
        return
    for inner, one in _parts(shape, value):
        yield from strange(inner, one)
    known = getattr(shape, "enum", []) if shape.type_name == "string" else []
    if known and isinstance(value, str) and value not in known and (shape.name, value) not in ALLOWED:
        yield shape.name, value


def _parts(shape: Shape, value: Any) -> list[tuple[Shape, Any]]:
    """What a structure, list or map consists of."""
    if isinstance(shape, StructureShape) and isinstance(value, dict):
        return [(member, value.get(name)) for name, member in shape.members.items()]
    if isinstance(shape, ListShape) and isinstance(value, list | tuple):
        return [(shape.member, one) for one in value]
    if isinstance(shape, MapShape) and isinstance(value, dict):
        return [(shape.value, one) for one in value.values()]
    return []
