"""The log of the function behind a failed custom resource.

CloudFormation knows only the reason that the function returned. If it crashed or timed out, the reason is in its log.
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
MAX_WIDTH = 300  # characters of a line
_CLOCK_SKEW = 1000  # ms by which the clocks of two services may differ
_MAX_DELAY = 3.0  # seconds that log events may take to arrive
_LAST_LINE = "REPORT RequestId: "


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a failed resource is declared: the stack (name or id), its template ({}: the deployed one) and
    parameters."""

    stack: str
    template: Mapping[str, Any]
    parameters: Mapping[str, str] = field(default_factory=dict)


def read_log_tail(ports: Ports, failed: StackEvent, origin: Origin) -> tuple[str, ...]:
    """The last `LINES` log lines of the function behind a custom resource, since its operation started; () for other
    resources, and if the log cannot be found or read."""
    if not failed.type.startswith("Custom::") and failed.type != "AWS::CloudFormation::CustomResource":
        return ()
    from pkgops.logs.parser import parse

    try:
        template = origin.template or json.loads(ports.stacks.template(origin.stack) or "{}")
        history = ports.stacks.events(origin.stack)
        group = _group(failed.logical_id, template.get("Resources", {}), origin.parameters, history)
        events = _events(ports, group, _start(failed, history), _epoch(failed.time) + _CLOCK_SKEW) if group else []
    except (PkgopsError, ValueError):
        return ()
    lines: deque[str] = deque(maxlen=LINES)
    for line in parse(group, sorted(events, key=lambda event: event.time)):
        if line.level != "REPORT":
            lines.extend(text[:MAX_WIDTH] for text in line.text.splitlines() if text.strip())
    return (f"The end of {group}:", *lines) if lines else ()


def _events(ports: Ports, group: str, begin: int, end: int) -> list[LogEvent]:
    """The events of that time; waits a little for the last line of an invocation, because logs arrive later than
    CloudFormation's events."""
    until = time.monotonic() + _MAX_DELAY
    while True:
        events = list(ports.logs.fetch(group, begin, end))
        if any(event.message.startswith(_LAST_LINE) for event in events) or time.monotonic() > until:
            return events
        time.sleep(0.05 if ports.endpoint else 0.5)


def _start(failed: StackEvent, history: Sequence[StackEvent]) -> int:
    """Epoch ms at which CloudFormation started the operation on the resource."""
    started = [e.time for e in history if e.logical_id == failed.logical_id and e.status.endswith("_IN_PROGRESS")]
    known = [time for time in started if time <= failed.time]
    return _epoch(known[-1] if known else failed.time) - _CLOCK_SKEW


def _epoch(moment: str) -> int:
    return int(datetime.fromisoformat(moment).timestamp() * 1000)


def _group(
    logical_id: str, resources: Mapping[str, Any], parameters: Mapping[str, str], history: Sequence[StackEvent]
) -> str:
    """The log group of the function in a resource's ServiceToken; "" if it is unknown."""
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
    """The log group of a function in the same template."""
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
