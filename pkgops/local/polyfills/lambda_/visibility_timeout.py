"""A queue starts a function only if it hides messages for as long as the function may run, as Lambda demands; those of
a function that a debugger has stopped stay hidden until it goes on."""

from __future__ import annotations

import time
from typing import Any

from pkgops.local.hooks.patch import require, wrap
from pkgops.local.hooks.types import Properties, Types

KIND = "AWS::Lambda::EventSourceMapping"
_DAY = 86_400.0  # seconds


def install(types: Types) -> None:
    """Checks before an event source mapping is created or updated."""
    from ministack.services import lambda_svc, sqs

    require(lambda_svc, "_functions", "_run_sqs_batch")
    require(sqs, "_queues")
    types.before_create(KIND, lambda _, properties, __: _check(properties))
    types.before_update(KIND, _check)
    wrap(lambda_svc, "_run_sqs_batch", _hiding)


def _hiding(original: Any) -> Any:
    from pkgops.local.polyfills.lambda_.worker_pool import inspected

    def run(esm: dict[str, Any], function: Any, event: Any, batch: list[dict[str, Any]], *rest: Any) -> Any:
        looked_into = inspected(str(esm["FunctionName"]).rpartition(":")[2])
        if looked_into is None or not looked_into.port:
            return original(esm, function, event, batch, *rest)
        began = time.time()
        hidden = [(message, message["visible_at"] - began) for message in batch]
        for message, _ in hidden:
            message["visible_at"] = began + _DAY
        try:
            return original(esm, function, event, batch, *rest)
        finally:
            for message, seconds in hidden:  # those that were handled are gone
                message["visible_at"] = time.time() + seconds

    return run


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
