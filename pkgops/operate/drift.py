"""Drift detection: changes made to deployed resources outside of CloudFormation.

CloudFormation compares a stack's resources with the template they were deployed from: the properties that the
template sets, of the types it can check. All stacks are compared at once, and one poller asks for their results. What
AWS never reads back, like a secret's value or a function's code, has not drifted for being missing in an answer, and
is named as not compared.
"""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from pkgops.errors import DeployError
from pkgops.events import Emit, Finished, Progress, Started, silent
from pkgops.operate.diff import ResourceDiff, StackDiff
from pkgops.operate.differences import Difference, compare
from pkgops.operate.redaction import redact
from pkgops.plan.review.review import STATEFUL
from pkgops.ports.drift import Detection, PropertyDrift, ResourceDrift
from pkgops.ports.ports import Ports
from pkgops.rate_limiter import RateLimiter
from pkgops.resource_types import never_read_back

Row = TypeVar("Row", str, tuple[str, str])
NOT_CHECKED = "NOT_CHECKED"
_WHAT = "Detecting drift"
_PROPERTIES = "Properties/"
_FIRST, _SLOWEST, _GROWTH = 1.0, 5.0, 1.4  # seconds between rounds on AWS, where a detection takes minutes
_QUICK = 0.02  # and on the emulator
_RATE, _AT_ONCE = 3.0, 6  # calls a second; the quota is unpublished and shared by the account


@dataclass(frozen=True, slots=True)
class StackDrift:
    """One stack (by name). ``status`` is DRIFTED, IN_SYNC, UNKNOWN or NOT_CHECKED, the last two for a ``reason``;
    ``checked`` counts the resources that were compared, ``resources`` are those that have drifted: before is what was
    deployed, after the current value; the action "remove" means that the resource was deleted. ``unread`` are
    properties that AWS never reads back ("Code of 3 AWS::Lambda::Function"), ``unchecked`` resources of types that
    CloudFormation does not check ("2 AWS::Lambda::Permission"); neither can drift for it."""

    stack: str
    status: str
    reason: str = ""
    checked: int = 0
    resources: tuple[ResourceDiff, ...] = ()
    unread: tuple[str, ...] = ()
    unchecked: tuple[str, ...] = ()


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
        rows = ports.drift.resources(name)
        found[name] = _stack(name, detection, rows, _definitions(ports.stacks.template(name)))
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


def drift_notes(drift: StackDrift) -> list[str]:
    """What a stack's drift says nothing about, a sentence each."""
    parts = {
        "not compared completely": drift.reason,
        "never read back by AWS, so not compared": ", ".join(drift.unread),
        "not checked by CloudFormation": ", ".join(drift.unchecked),
    }
    return [f"{drift.stack}: {what}. {which}" for what, which in parts.items() if which]


def _definitions(template: str) -> Mapping[str, Any]:
    """The resources of a deployed template; none of one that is not JSON, which another tool has deployed."""
    try:
        found: Mapping[str, Any] = json.loads(template)["Resources"]
        return found
    except (ValueError, KeyError, TypeError):
        return {}


def _stack(
    name: str, detection: Detection, resources: Sequence[ResourceDrift], definitions: Mapping[str, Any]
) -> StackDrift:
    judged = ((row, _resource(row)) for row in sorted(resources, key=lambda row: row.logical_id))
    drifted = [made for row, made in judged if _has_drifted(row, made)]
    unknown = [f"{row.logical_id}: {row.reason}" for row in resources if row.status == "UNKNOWN"]
    checked = {row.logical_id for row in resources}
    kinds = {logical_id: str(definition.get("Type", "")) for logical_id, definition in definitions.items()}
    unread = {
        (kinds[logical_id], path.partition("/")[0], logical_id)
        for logical_id in checked & kinds.keys()
        for path in never_read_back(kinds[logical_id], definitions[logical_id].get("Properties", {}))
    }
    return StackDrift(
        name,
        "IN_SYNC" if detection.status == "DRIFTED" and not drifted else detection.status,
        detection.reason or "; ".join(unknown),
        len(resources),
        tuple(drifted),
        tuple(f"{what} of {number} {kind}" for (kind, what), number in _counted(row[:2] for row in unread)),
        tuple(f"{number} {kind}" for kind, number in _counted(kinds[one] for one in kinds.keys() - checked)),
    )


def _counted(rows: Iterable[Row]) -> list[tuple[Row, int]]:
    """Each with how often it is there, in order."""
    return sorted(Counter(rows).items())


def _has_drifted(row: ResourceDrift, made: ResourceDiff) -> bool:
    """Whether anything is left that was compared."""
    unread = bool(row.differences) and not made.differences
    return row.status == "DELETED" or (row.status == "MODIFIED" and not unread)


def _resource(row: ResourceDrift) -> ResourceDiff:
    gone = row.status == "DELETED"
    differences = tuple(found for one in row.differences for found in _differences(row.type, one))
    action = "remove" if gone else "modify"
    return ResourceDiff(row.logical_id, row.type, action, "False", differences, gone and row.type in STATEFUL)


def _differences(kind: str, drift: PropertyDrift) -> Iterator[Difference]:
    """A property's difference, leaf by leaf where both values are structures, without what AWS never reads back: what
    has a present value was read."""
    for one in _all_differences(drift):
        name = one.path.removeprefix(_PROPERTIES)
        unread = set(never_read_back(kind, _value(one.before), name)) if one.after is None else set()
        if not unread or unread != set(_leaves(_value(one.before), name, unread)):
            yield one


def _leaves(value: Any, path: str, known: Container[str]) -> Iterator[str]:
    """The paths at which a value ends, or that are known."""
    if path not in known and isinstance(value, Mapping) and value:
        for key, inner in value.items():
            yield from _leaves(inner, f"{path}/{key}", known)
    elif path not in known and isinstance(value, list) and value:
        for index, inner in enumerate(value):
            yield from _leaves(inner, f"{path}/{index}", known)
    else:
        yield path


def _all_differences(drift: PropertyDrift) -> Iterator[Difference]:
    path = drift.path.strip("/")
    expected, actual = (redact(_value(text), path) for text in (drift.expected, drift.actual))
    if drift.expected is None or drift.actual is None or expected == actual:  # equal: both are redacted
        before = None if drift.expected is None else json.dumps(expected, sort_keys=True, ensure_ascii=False)
        after = None if drift.actual is None else json.dumps(actual, sort_keys=True, ensure_ascii=False)
        yield Difference(_PROPERTIES + path, before, after)
    else:
        yield from compare(expected, actual, _PROPERTIES + path)


def _value(text: str | None) -> Any:
    """Scalars are plain text, structures JSON."""
    try:
        return None if text is None else json.loads(text)
    except ValueError:
        return text
