"""A queue starts a function only if it hides messages for as long as the function may run, as Lambda demands."""

from __future__ import annotations

from typing import Any

from pkgops.local.hooks.patch import require
from pkgops.local.hooks.types import Properties, Types

KIND = "AWS::Lambda::EventSourceMapping"


def install(types: Types) -> None:
    """Checks before an event source mapping is created or updated."""
    from ministack.services import lambda_svc, sqs

    require(lambda_svc, "_functions")
    require(sqs, "_queues")
    types.before_create(KIND, lambda _, properties, __: _check(properties))
    types.before_update(KIND, _check)


def _check(properties: Properties) -> None:
    from ministack.services import lambda_svc

    source = str(properties.get("EventSourceArn", ""))
    name = str(properties.get("FunctionName", ""))
    parts = name.split(":")
    function: Any = lambda_svc._functions.get(parts[6] if len(parts) > 6 else parts[0])
    visible = _visibility(source) if ":sqs:" in source else None
    if function is None or visible is None:
        return
    timeout = int(function["config"].get("Timeout") or 3)
    if visible < timeout:
        raise ValueError(
            f"Invalid request provided: Queue visibility timeout: {visible} seconds is less than Function timeout: "
            f"{timeout} seconds (Service: Lambda, Status Code: 400)"
        )


def _visibility(arn: str) -> int | None:
    """Of a queue, in seconds; None if there is none."""
    from ministack.services import sqs

    for queue in sqs._queues.values():
        attributes = queue.get("attributes", {})
        if attributes.get("QueueArn") == arn:
            return int(attributes.get("VisibilityTimeout", 30))
    return None
