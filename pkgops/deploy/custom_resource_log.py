"""What did the function behind a failed custom resource say?

CloudFormation knows only the reason the function gave, if it gave one: a function that crashed or timed out leaves
its story in its log.
"""

from __future__ import annotations

import json
import time
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pkgops.errors import PkgopsError
from pkgops.ports.logs import LogEvent
from pkgops.ports.ports import Ports
from pkgops.ports.stacks import StackEvent

LINES = 10
WIDEST = 300  # characters of a line; a log is looked at, not copied
_CLOCKS = 1000  # ms by which the clocks of two services may differ
_LATE = 3.0  # seconds
_CLOSED = "REPORT RequestId: "


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a failed resource was declared: the stack (name or id), its template ({}: the deployed one) and
    parameters."""

    stack: str
    template: Mapping[str, Any]
    parameters: Mapping[str, str] = field(default_factory=dict)


def read_log_tail(ports: Ports, failed: StackEvent, origin: Origin) -> tuple[str, ...]:
    """The last `LINES` lines of the log of the function a custom resource is made by, since CloudFormation began with
    it. None for other resources, and where the log cannot be found or read: the failure itself is told anyway."""
    if not failed.type.startswith("Custom::") and failed.type != "AWS::CloudFormation::CustomResource":
        return ()
    from pkgops.logs.parser import parse

    try:
        template = origin.template or json.loads(ports.stacks.template(origin.stack) or "{}")
        history = ports.stacks.events(origin.stack)
        group = _group(failed.logical_id, template.get("Resources", {}), origin.parameters, history)
        events = _said(ports, group, _begin(failed, history), _epoch(failed.time) + _CLOCKS) if group else []
    except (PkgopsError, ValueError):
        return ()
    lines: deque[str] = deque(maxlen=LINES)
    for line in parse(group, sorted(events, key=lambda event: event.time)):
        if line.level != "REPORT":
            lines.extend(text[:WIDEST] for text in line.text.splitlines() if text.strip())
    return (f"The end of {group}:", *lines) if lines else ()


def _said(ports: Ports, group: str, begin: int, end: int) -> list[LogEvent]:
    """The events of those moments; waits a little for the line the platform closes an invocation with, because logs
    arrive later than CloudFormation's answer."""
    until = time.monotonic() + _LATE
    while True:
        events = list(ports.logs.fetch(group, begin, end))
        if any(event.message.startswith(_CLOSED) for event in events) or time.monotonic() > until:
            return events
        time.sleep(0.05 if ports.endpoint else 0.5)


def _begin(failed: StackEvent, history: Sequence[StackEvent]) -> int:
    """Epoch ms from which on the log counts: when CloudFormation began with the resource."""
    begun = [e.time for e in history if e.logical_id == failed.logical_id and e.status.endswith("_IN_PROGRESS")]
    known = [time for time in begun if time <= failed.time]
    return _epoch(known[-1] if known else failed.time) - _CLOCKS


def _epoch(moment: str) -> int:
    return int(datetime.fromisoformat(moment).timestamp() * 1000)


def _group(
    logical_id: str, resources: Mapping[str, Any], parameters: Mapping[str, str], history: Sequence[StackEvent]
) -> str:
    """The log group of the function a resource's ServiceToken names; "" if it cannot be told."""
    token = resources.get(logical_id, {}).get("Properties", {}).get("ServiceToken")
    match token:
        case {"Ref": str(name)}:
            token = parameters.get(name, "")
        case {"Fn::GetAtt": [str(name), "Arn"]}:
            return _declared(name, resources, history)
    if not isinstance(token, str) or ":function:" not in token:
        return ""
    return f"/aws/lambda/{token.partition(':function:')[2].partition(':')[0]}"


def _declared(function: str, resources: Mapping[str, Any], history: Sequence[StackEvent]) -> str:
    """The log group of a function of the same template."""
    properties = resources.get(function, {}).get("Properties", {})
    group = properties.get("LoggingConfig", {}).get("LogGroup")
    if isinstance(group, dict):
        group = resources.get(group.get("Ref", ""), {}).get("Properties", {}).get("LogGroupName")
    if isinstance(group, str):
        return group
    made = [event.physical_id for event in history if event.logical_id == function and event.physical_id]
    name = properties.get("FunctionName")
    name = name if isinstance(name, str) else made[-1] if made else ""
    return f"/aws/lambda/{name}" if name else ""
