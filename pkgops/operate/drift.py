"""Drift detection: changes made to deployed resources outside of CloudFormation.

CloudFormation compares a stack's resources with the template they were deployed from: the properties that the
template sets, of the types it can check. All stacks are compared at once, and one poller asks for their results.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pkgops.errors import DeployError
from pkgops.events import Emit, Finished, Progress, Started, silent
from pkgops.operate.diff import ResourceDiff, StackDiff
from pkgops.operate.differences import Difference, compare
from pkgops.operate.redaction import redact
from pkgops.plan.review.review import STATEFUL
from pkgops.ports.drift import Detection, PropertyDrift, ResourceDrift
from pkgops.ports.ports import Ports
from pkgops.rate_limiter import RateLimiter

NOT_CHECKED = "NOT_CHECKED"
_WHAT = "Detecting drift"
_FIRST, _SLOWEST, _GROWTH = 1.0, 5.0, 1.4  # seconds between rounds on AWS, where a detection takes minutes
_QUICK = 0.02  # and on the emulator
_RATE, _AT_ONCE = 3.0, 6  # calls a second; the quota is unpublished and shared by the account


@dataclass(frozen=True, slots=True)
class StackDrift:
    """One stack (by name). ``status`` is DRIFTED, IN_SYNC, UNKNOWN or NOT_CHECKED, the last two for a ``reason``;
    ``checked`` counts the resources that were compared, ``resources`` are those that have drifted: before is what was
    deployed, after the current value; the action "remove" means that the resource was deleted."""

    stack: str
    status: str
    reason: str = ""
    checked: int = 0
    resources: tuple[ResourceDiff, ...] = ()


def detect_drift(stacks: Sequence[str], ports: Ports, emit: Emit = silent) -> dict[str, StackDrift]:
    """The drift of deployed stacks, by name, in their order. A stack that CloudFormation does not check in its current
    state is NOT_CHECKED. Values that look like secrets are redacted."""
    found: dict[str, StackDrift] = {}
    running: dict[str, str] = {}
    emit(Started(_WHAT))
    for name in stacks:
        try:
            running[name] = ports.drift.begin(name)
        except DeployError as refused:
            found[name] = StackDrift(name, NOT_CHECKED, refused.message)
    for name, detection in _completed(running, ports):
        found[name] = _stack(name, detection, ports.drift.resources(name))
        emit(Progress(_WHAT, len(found), len(stacks)))
    emit(Finished(_WHAT))
    return {name: found[name] for name in stacks}


def drift_diff(key: str, drift: StackDrift) -> StackDiff:
    """A stack's drift as a difference, for display."""
    return StackDiff(key, drift.stack, "drifted", drift.resources)


def _completed(running: Mapping[str, str], ports: Ports) -> Iterator[tuple[str, Detection]]:
    """The detections as they complete, each after its stack's name. The calls are rate-limited."""
    local = ports.endpoint is not None
    limiter = RateLimiter(1000.0, 1000) if local else RateLimiter(_RATE, _AT_ONCE)
    waiting = dict(running)
    pause = _QUICK if local else _FIRST
    while waiting:
        for name, identifier in tuple(waiting.items()):
            time.sleep(limiter.reserve())
            detection = ports.drift.detection(identifier)
            if detection.ended:
                del waiting[name]
                yield name, detection
        if waiting:
            time.sleep(pause)
            pause = min(pause * _GROWTH, _SLOWEST)


def _stack(name: str, detection: Detection, resources: Sequence[ResourceDrift]) -> StackDrift:
    drifted = sorted(
        (row for row in resources if row.status in {"MODIFIED", "DELETED"}), key=lambda row: row.logical_id
    )
    unknown = [f"{row.logical_id}: {row.reason}" for row in resources if row.status == "UNKNOWN"]
    return StackDrift(
        name, detection.status, detection.reason or "; ".join(unknown), len(resources), tuple(map(_resource, drifted))
    )


def _resource(row: ResourceDrift) -> ResourceDiff:
    gone = row.status == "DELETED"
    differences = tuple(found for one in row.differences for found in _differences(one))
    action = "remove" if gone else "modify"
    return ResourceDiff(row.logical_id, row.type, action, "False", differences, gone and row.type in STATEFUL)


def _differences(drift: PropertyDrift) -> Iterator[Difference]:
    """A property's difference, leaf by leaf where both values are structures."""
    path = drift.path.strip("/")
    expected, actual = (redact(_value(text), path) for text in (drift.expected, drift.actual))
    if drift.expected is None or drift.actual is None or expected == actual:  # equal: both are redacted
        before = None if drift.expected is None else json.dumps(expected, sort_keys=True, ensure_ascii=False)
        after = None if drift.actual is None else json.dumps(actual, sort_keys=True, ensure_ascii=False)
        yield Difference(f"Properties/{path}", before, after)
    else:
        yield from compare(expected, actual, f"Properties/{path}")


def _value(text: str | None) -> Any:
    """Scalars are plain text, structures JSON."""
    try:
        return None if text is None else json.loads(text)
    except ValueError:
        return text
